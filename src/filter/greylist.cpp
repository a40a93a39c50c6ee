#include "filter/greylist.hpp"

#include "base/bytes.hpp"
#include "base/hash.hpp"
#include "filter/limits.hpp"
#include "filter/reputation.hpp"
#include "schema/filter.pb.h"
#include "store/keys.hpp"
#include "store/records.hpp"

namespace freehold::filter {

namespace keys = store::keys;

namespace {

bool is_forgotten(const Triplet& triplet, Time now) {
  const auto memory = triplet.passed > 0 ? kGreyMemory : kGreyRetry;
  return now >= triplet.last + memory;
}

// Bounce addresses and SRS have a part that changes with every message; of digits one is as good as
// another.
std::string stable_sender(std::string_view sender) {
  std::string out;
  for (const char c : sender.substr(0, sender.rfind('@'))) {
    if (!is_digit(c)) {
      out.push_back(c);
    } else if (out.empty() || out.back() != '#') {
      out.push_back('#');
    }
  }
  const std::size_t at = sender.rfind('@');
  if (at != std::string_view::npos) out.append(sender.substr(at));
  return out;
}

std::string triplet_key(const net::IpAddress& network, std::string_view sender,
                        std::string_view recipient) {
  std::string text(network.bytes());
  text.append(1, '\0').append(sender).append(1, '\0').append(recipient);
  return keys::filter_triplet(sha256(text).view().substr(0, 16));
}

std::optional<Triplet> read_triplet(const store::Reader& from, std::string_view key) {
  const auto record = store::read<schema::FilterTriplet>(from, key);
  if (!record) return std::nullopt;
  return Triplet{from_millis(record->first()), from_millis(record->last()), record->passed()};
}

void write_triplet(store::Transaction& tx, const std::string& key, const Triplet& triplet) {
  schema::FilterTriplet record;
  record.set_first(to_millis(triplet.first));
  record.set_last(to_millis(triplet.last));
  record.set_passed(triplet.passed);
  tx.put(key, record.SerializeAsString());
}

}  // namespace

GreyDecision decide_grey(const std::optional<Triplet>& known, Time now) {
  using Answer = GreyDecision::Answer;
  if (!known || is_forgotten(*known, now)) {
    return {
        Answer::defer, std::chrono::duration_cast<std::chrono::seconds>(kGreyWait), {now, now, 0}};
  }
  Triplet after = *known;
  if (known->passed == 0 && now < known->first + kGreyWait) {
    const auto left = std::chrono::ceil<std::chrono::seconds>(known->first + kGreyWait - now);
    return {Answer::defer, left, after};
  }
  after.last = now;
  ++after.passed;
  return {Answer::pass, {}, after};
}

awaitable<Result<GreyDecision>> Greylist::ask(net::IpAddress client, std::string sender,
                                              std::string recipient) {
  const net::IpAddress network = network_of(client);
  const std::string key = triplet_key(network, stable_sender(sender), recipient);
  const std::string network_key = triplet_key(network, "", std::string_view("\0", 1));
  const Time now = clock_.now();
  GreyDecision decision;
  const auto outcome = co_await lane_.run([&](store::Transaction& tx) -> Result<> {
    auto of_network = read_triplet(tx, network_key);
    if (of_network && is_forgotten(*of_network, now)) of_network.reset();
    if (of_network && of_network->passed >= kGreyKnownAfter) {
      of_network->last = now;
      decision = {GreyDecision::Answer::pass, {}, *of_network};
      write_triplet(tx, network_key, *of_network);
      return {};
    }
    const auto known = read_triplet(tx, key);
    decision = decide_grey(known, now);
    write_triplet(tx, key, decision.after);
    if (decision.answer == GreyDecision::Answer::pass && known->passed == 0) {
      Triplet counted = of_network.value_or(Triplet{now, now, 0});
      counted.last = now;
      ++counted.passed;
      write_triplet(tx, network_key, counted);
    }
    return {};
  });
  if (!outcome) co_return outcome.error();
  co_return decision;
}

Result<std::size_t> Greylist::expire(std::size_t most) {
  return expiry_.round(engine_, most, [now = clock_.now()](auto key, auto value) {
    const auto record = store::decode<schema::FilterTriplet>(key, value);
    return is_forgotten({from_millis(record.first()), from_millis(record.last()), record.passed()},
                        now);
  });
}

}  // namespace freehold::filter
