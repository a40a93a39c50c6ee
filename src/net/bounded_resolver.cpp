#include "net/bounded_resolver.hpp"

#include <utility>

namespace freehold::net {

namespace {

template <class T>
DnsAnswer<T> too_late() {
  DnsAnswer<T> answer;
  answer.error = "the time for lookups is over";
  return answer;
}

}  // namespace

awaitable<DnsAnswer<MxRecord>> BoundedResolver::mx(std::string name) {
  if (is_over()) co_return too_late<MxRecord>();
  co_return co_await resolver_.mx(std::move(name));
}

awaitable<DnsAnswer<IpAddress>> BoundedResolver::addresses(std::string name) {
  if (is_over()) co_return too_late<IpAddress>();
  co_return co_await resolver_.addresses(std::move(name));
}

awaitable<DnsAnswer<std::string>> BoundedResolver::txt(std::string name) {
  if (is_over()) co_return too_late<std::string>();
  co_return co_await resolver_.txt(std::move(name));
}

awaitable<DnsAnswer<std::string>> BoundedResolver::ptr(IpAddress address) {
  if (is_over()) co_return too_late<std::string>();
  co_return co_await resolver_.ptr(address);
}

awaitable<DnsAnswer<std::string>> BoundedResolver::records(std::string name, std::uint16_t type) {
  if (is_over()) co_return too_late<std::string>();
  co_return co_await resolver_.records(std::move(name), type);
}

}  // namespace freehold::net
