#include "search/language.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "search/words.hpp"

namespace freehold::search {

namespace {

constexpr std::size_t kLookedAt = 400;  // words: a page says it
constexpr std::size_t kEnough = 2;      // little words that a guess rests on

struct Language {
  std::string_view stemmer;
  std::string_view words;  // folded
};

// The most frequent function words of each; those that many languages share tell nothing and are
// left out where others are enough.
constexpr Language kLanguages[] = {
    {"english",
     "the and of to is that it for with was are you this have not be on at from your we will can "
     "would please i as"},
    {"german",
     "der die und das ist nicht ein eine zu den mit von auf für im dem sie ich sich auch wir es "
     "wird bei oder einen dass wie nach haben"},
    {"french",
     "le la les des et est une du dans pour que qui sur pas avec ce vous nous plus par au il "
     "votre cette sont je"},
    {"spanish",
     "el la los las que y en un una por con para del se es su al lo como más pero sus le ya este "
     "está muy"},
    {"italian",
     "il di che è la per un una con non sono del della i gli le da nel alla ma anche questo più "
     "si come ho"},
    {"portuguese",
     "o os as um uma que não para com do da dos das em por é ao mais se na no seu sua você foi "
     "como são"},
    {"dutch",
     "de het een en van ik te dat die in is niet op met voor zijn er aan ook als maar om bij naar "
     "heeft wij u"},
    {"danish",
     "og det er til at en på som af de der ikke med den har jeg vi du kan et blev også eller hvad "
     "være af nu"},
    {"swedish",
     "och att det som en är på för med av inte den till har jag om ett vi men du från så kan "
     "eller också var"},
    {"norwegian",
     "og det er til at en på som av de ikke med den har jeg vi du kan et ble også eller hva være "
     "nå fra etter"},
    {"finnish",
     "ja on ei että se oli en ovat mutta kun niin hän myös olen voi tai jos sen kuin tämä mitä "
     "ole minä"},
    {"hungarian",
     "a az és hogy nem is egy ez meg de ha van csak már volt mint el még azt vagy minden kell ki "
     "lesz"},
    {"romanian",
     "și în de la cu pe nu este o un să din care mai pentru sunt a fi ce dar au sau prin după "
     "acest"},
    {"turkish",
     "ve bir bu için de da ile çok ne gibi daha ama olarak var ben mi en kadar değil olan sonra "
     "her"},
    {"catalan",
     "el la els les i de que en un una per amb del no és al dels més com aquest però seva són ha "
     "també"},
    {"basque",
     "eta da ez du bat dira zen ere izan dut baina egin den hau edo nahi dago beste zuen"},
    {"irish", "an agus na ar sé tá bhí is go le a do sin ag nach ach seo raibh leis"},
    {"lithuanian", "ir kad yra ne su iš tai kaip bet į o apie buvo per už dėl jei ar taip mes jūs"},
    {"indonesian",
     "yang dan di itu dengan untuk tidak ini dari dalam akan pada juga saya ke karena ada mereka "
     "kami anda"},
    {"russian",
     "и в не на что я с он как это по но из за для от вы мы так же к у бы есть или ваш если"},
    {"arabic", "في من على إلى أن هذا التي الذي عن مع كان لا ما هذه أو ذلك"},
    {"armenian", "և է որ մի են ու այս համար մեր ես չի"},
    {"nepali", "र छ को मा हो पनि यो लागि तथा भएको गर्न छन्"},
    {"tamil", "ஒரு என்று மற்றும் இந்த அந்த என அவர் உள்ள"},
};
constexpr std::size_t kCount = std::size(kLanguages);

// Each little word with the languages that have it, as bits.
using Table = std::unordered_map<std::string, std::uint32_t>;
static_assert(kCount <= 32);

Table make_table() {
  Table table;
  for (std::size_t i = 0; i < kCount; ++i) {
    std::string_view rest = kLanguages[i].words;
    while (!rest.empty()) {
      const auto end = std::min(rest.find(' '), rest.size());
      table[std::string(rest.substr(0, end))] |= std::uint32_t{1} << i;
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
  }
  return table;
}

// Letters that only one of the languages with a stemmer has: D0 and D1 begin those of Cyrillic.
std::string_view by_script(std::string_view word) {
  if (word[0] == '\xd0' || word[0] == '\xd1') return "russian";
  if (word[0] >= '\xd8' && word[0] <= '\xdb') return "arabic";
  return {};
}

}  // namespace

std::string_view guess_language(std::string_view folded) {
  static const Table table = make_table();
  std::array<std::size_t, kCount> hits{};
  std::unordered_map<std::string_view, std::size_t> scripts;
  const auto words = words_of(folded, kLookedAt);
  std::string key;
  for (const auto& word : words) {
    if (const auto script = by_script(word.text); !script.empty()) ++scripts[script];
    key.assign(word.text);
    const auto found = table.find(key);
    if (found == table.end()) continue;
    for (std::size_t i = 0; i < kCount; ++i) hits[i] += (found->second >> i) & 1;
  }
  const auto best = std::ranges::max_element(hits);
  if (*best >= kEnough && std::ranges::count(hits, *best) == 1) {
    return kLanguages[static_cast<std::size_t>(best - hits.begin())].stemmer;
  }
  for (const auto& [script, count] : scripts) {
    if (count * 2 > words.size()) return script;
  }
  return {};
}

}  // namespace freehold::search
