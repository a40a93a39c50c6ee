#pragma once

#include <arpa/nameser.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/bytes.hpp"
#include "net/dns_rdata.hpp"
#include "net/resolver.hpp"

namespace freehold::net::testing {

// A DNS for unit tests, held in memory. A name without any record is no_such_domain, one with
// records of other types only is no_data. Names below a name that exists do not make it exist.
class DnsWorld final : public Resolver {
 public:
  void txt(std::string name, std::string text) { txt_[to_lower(name)].push_back(std::move(text)); }
  void mx(std::string name, std::uint16_t preference, std::string host) {
    mx_[to_lower(name)].push_back({preference, std::move(host)});
  }
  void address(std::string name, std::string_view ip) {
    addresses_[to_lower(name)].push_back(IpAddress::parse(ip).value());
  }
  void ptr(std::string_view ip, std::string name) {
    ptr_[reverse_name(IpAddress::parse(ip).value())].push_back(std::move(name));
  }
  void record(std::string name, std::uint16_t type, std::string rdata) {
    other_[{to_lower(name), type}].push_back(std::move(rdata));
  }
  // Questions for the name are answered with what its target has; a loop fails.
  void cname(std::string name, std::string target) { cname_[to_lower(name)] = to_lower(target); }
  // Every question for this name and type (0: any) has this outcome.
  void fails(std::string name, DnsStatus status = DnsStatus::failed, std::uint16_t type = 0) {
    broken_[{to_lower(name), type}] = status;
  }
  // Answers for this name are validated.
  void secure(std::string name) { secure_[to_lower(name)] = true; }

  [[nodiscard]] unsigned questions() const { return questions_; }

  awaitable<DnsAnswer<MxRecord>> mx(std::string name) override {
    co_return answer(mx_, name, ns_t_mx);
  }
  awaitable<DnsAnswer<IpAddress>> addresses(std::string name) override {
    co_return answer(addresses_, name, ns_t_a);
  }
  awaitable<DnsAnswer<std::string>> txt(std::string name) override {
    co_return answer(txt_, name, ns_t_txt);
  }
  awaitable<DnsAnswer<std::string>> ptr(IpAddress address) override {
    co_return answer(ptr_, reverse_name(address), ns_t_ptr);
  }
  awaitable<DnsAnswer<std::string>> records(std::string name, std::uint16_t type) override {
    std::map<std::string, std::vector<std::string>> of_type;
    for (const auto& [key, rdata] : other_) {
      if (key.second == type) of_type[key.first] = rdata;
    }
    if (type == ns_t_a || type == ns_t_aaaa) add_addresses(of_type, type);
    co_return answer(of_type, name, type);
  }

 private:
  template <class T>
  DnsAnswer<T> answer(const std::map<std::string, std::vector<T>>& table, std::string name,
                      std::uint16_t type) {
    ++questions_;
    name = to_lower(name);
    DnsAnswer<T> out;
    for (std::size_t hops = 0; cname_.contains(name); name = cname_.at(name)) {
      if (++hops <= cname_.size()) continue;
      out.error = "aliases in a loop";
      return out;
    }
    out.canonical_name = name;
    out.secure = secure_.contains(name);
    for (const std::uint16_t which : {type, std::uint16_t{0}}) {
      if (const auto broken = broken_.find({name, which}); broken != broken_.end()) {
        out.status = broken->second;
        out.error = "as the test wants it";
        return out;
      }
    }
    if (const auto found = table.find(name); found != table.end()) {
      out.status = DnsStatus::found;
      out.records = found->second;
    } else {
      out.status = exists(name) ? DnsStatus::no_data : DnsStatus::no_such_domain;
    }
    return out;
  }

  void add_addresses(std::map<std::string, std::vector<std::string>>& of_type,
                     std::uint16_t type) const {
    for (const auto& [name, addresses] : addresses_) {
      for (const IpAddress& address : addresses) {
        if (address.is_v4() == (type == ns_t_a)) of_type[name].emplace_back(address.bytes());
      }
    }
  }

  [[nodiscard]] bool exists(const std::string& name) const {
    if (mx_.contains(name) || addresses_.contains(name) || txt_.contains(name)) return true;
    const auto other = other_.lower_bound({name, 0});
    return ptr_.contains(name) || (other != other_.end() && other->first.first == name);
  }

  std::map<std::string, std::vector<MxRecord>> mx_;
  std::map<std::string, std::vector<IpAddress>> addresses_;
  std::map<std::string, std::vector<std::string>> txt_;
  std::map<std::string, std::vector<std::string>> ptr_;
  std::map<std::pair<std::string, std::uint16_t>, std::vector<std::string>> other_;
  std::map<std::pair<std::string, std::uint16_t>, DnsStatus> broken_;
  std::map<std::string, std::string> cname_;
  std::map<std::string, bool> secure_;
  unsigned questions_ = 0;
};

}  // namespace freehold::net::testing
