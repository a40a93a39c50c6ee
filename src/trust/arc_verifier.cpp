#include "base/hash.hpp"
#include "trust/arc.hpp"
#include "trust/arc_fields.hpp"
#include "trust/signed_header.hpp"

namespace freehold::trust {

namespace {

std::string numbered(unsigned instance) { return " (i=" + std::to_string(instance) + ")"; }

// The values of cv= in a chain that is whole: none in the first seal, pass in all others (RFC
// 8617, 5.2, step 3).
bool cv_is_right(const SignatureField& seal) {
  return seal.chain_validation == (seal.instance == 1 ? "none" : "pass");
}

}  // namespace

std::string_view to_string(ArcStatus status) {
  switch (status) {
    case ArcStatus::none:
      return "none";
    case ArcStatus::pass:
      return "pass";
    case ArcStatus::fail:
      return "fail";
  }
  return {};
}

ArcVerifier::ArcVerifier(const message::Header& header, BodyHashes& bodies) : bodies_(bodies) {
  prepare(header, bodies);
}

void ArcVerifier::fail(std::string reason) {
  if (chain_.status == ArcStatus::fail) return;
  chain_.status = ArcStatus::fail;
  chain_.reason = std::move(reason);
}

void ArcVerifier::prepare(const message::Header& header, BodyHashes& bodies) {
  const ArcFieldsFound found = find_arc_fields(header);
  if (!found.any) return;
  chain_.highest = static_cast<unsigned>(found.sets.size());
  if (!found.sets.empty() && found.sets.back().seal != nullptr) {
    const auto last =
        parse_signature_field(SignatureKind::arc_seal, header.value(*found.sets.back().seal));
    chain_.sealed_as_failed = last.chain_validation == "fail";
  }
  if (is_unreasonable(header)) return fail("the header is too large");
  if (chain_.sealed_as_failed) return fail("the last seal says so");
  if (!found.flaw.empty()) return fail(found.flaw);

  // From the youngest set, whose hash of the body has to be among those that are made.
  SignatureReader reader(header, bodies);
  sets_.resize(found.sets.size());
  for (std::size_t i = sets_.size(); i-- > 0;) {
    sets_[i].message = reader.read(SignatureKind::arc_message, *found.sets[i].message);
  }
  std::string before;  // the sets below, as each seal covers them
  for (std::size_t i = 0; i < sets_.size(); ++i) {
    Set& set = sets_[i];
    const ArcFields& fields = found.sets[i];
    const std::string_view seal = header.value(*fields.seal);
    set.seal = parse_signature_field(SignatureKind::arc_seal, seal);
    const std::string where = numbered(set.seal.instance);
    if (set.seal.fault) return fail(set.seal.fault->reason + where);
    if (!cv_is_right(set.seal)) return fail("cv= is not what it has to be" + where);

    std::string text = before;
    append_arc_set_unsealed(text, header, fields);
    append_own_field(text, Canonicalization::relaxed, header.name(*fields.seal), seal,
                     header.line(*fields.seal), set.seal.b_begin, set.seal.b_end);
    set.seal_digest = sha256(text);
    append_arc_set(before, header, fields);
    chain_.sets.push_back({set.seal.instance, set.seal.domain, set.message.field.domain,
                           arc_results_payload(header.value(*fields.results))});
  }
}

awaitable<ArcChain> ArcVerifier::verify(net::Resolver& resolver, Time now) const {
  ArcChain chain = chain_;
  if (sets_.empty() || chain.status == ArcStatus::fail) co_return chain;
  chain = co_await check_messages(resolver, now, std::move(chain));
  if (chain.status == ArcStatus::fail) co_return chain;
  co_return co_await check_seals(resolver, std::move(chain));
}

// The last message signature has to be good; those below it tell how long the message is unchanged.
awaitable<ArcChain> ArcVerifier::check_messages(net::Resolver& resolver, Time now,
                                                ArcChain chain) const {
  for (auto set = sets_.rbegin(); set != sets_.rend(); ++set) {
    const DkimVerdict verdict = co_await check_signature(set->message, bodies_, resolver, now);
    if (verdict.result == DkimResult::pass) continue;
    const unsigned instance = set->seal.instance;
    if (set != sets_.rbegin()) {
      chain.oldest_pass = instance + 1;
    } else {
      chain.status = ArcStatus::fail;
      chain.temporary = verdict.result == DkimResult::temperror;
      chain.reason = "message signature: " + verdict.reason + numbered(instance);
    }
    co_return chain;
  }
  chain.oldest_pass = 0;
  co_return chain;
}

awaitable<ArcChain> ArcVerifier::check_seals(net::Resolver& resolver, ArcChain chain) const {
  for (auto set = sets_.rbegin(); set != sets_.rend(); ++set) {
    const SignatureField& seal = set->seal;
    const KeyLookup key = co_await find_key(resolver, seal.domain, seal.selector, seal.key_type);
    const auto fault = check_key(seal, set->seal_digest, key);
    if (!fault) continue;
    chain.status = ArcStatus::fail;
    chain.temporary = fault->result == DkimResult::temperror;
    chain.reason = "seal: " + fault->reason + numbered(seal.instance);
    co_return chain;
  }
  chain.status = ArcStatus::pass;
  co_return chain;
}

}  // namespace freehold::trust
