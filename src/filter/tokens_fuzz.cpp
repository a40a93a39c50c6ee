#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/utf8.hpp"
#include "filter/classifier.hpp"
#include "filter/limits.hpp"
#include "filter/lookalike.hpp"
#include "filter/tokens.hpp"

// Whatever the message: the limits hold, the same message gives the same tokens with and without
// their names, and nothing depends on how it is read.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace freehold;
  using namespace freehold::filter;
  static const BaseModel base = seed_model();
  static const KnownNames known({{"Ann Miller"}, {"mybank.example"}},
                                {{"Bob Smith"}, {"shop.example"}});
  const std::string_view raw(reinterpret_cast<const char*>(data), size);
  const message::Parsed parsed = message::parse(raw);
  const auto texts = read_texts(parsed, raw);
  for (const Text& text : texts) {
    if (!is_utf8(text.utf8) || text.utf8.size() > kMaxText) std::abort();
  }
  const Content named = read_content(parsed, texts, Tokens::Names::kept);
  const Content bare = read_content(parsed, texts);
  if (!std::ranges::equal(named.tokens.all(), bare.tokens.all())) std::abort();
  if (named.tokens.size() > kMaxTokens || named.links.size() > kMaxLinks) std::abort();
  if (named.hosts.size() > kMaxHosts) std::abort();
  if (std::ranges::find(named.tokens.all(), Token{0}) != named.tokens.all().end()) std::abort();
  const Judgement judged = judge(base, Delta{}, named.tokens);
  if (!(judged.probability >= 0 && judged.probability <= 1)) std::abort();
  const std::string name =
      parsed.envelope.from.empty() ? "" : parsed.envelope.from.front().display_name();
  const std::string domain =
      parsed.envelope.from.empty() ? "" : parsed.envelope.from.front().domain;
  for (const NameFinding& finding : find_lookalikes(known, {name, domain}, named.links)) {
    if (finding.name.empty() || finding.weight <= 0) std::abort();
  }
  return 0;
}
