// How good the spam filter is. `freehold_filter_trial FOLDER` learns from a part of the messages in
// FOLDER/ham and FOLDER/spam and judges the others, three times: by the model that the program
// brings along, by that and what a person has taught it, and by a model made of the part alone.
// Only the message itself is judged, as if all checks of its sender had passed.

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iomanip>
#include <iostream>
#include <optional>
#include <string>

#include "base/bytes.hpp"
#include "filter/assessment.hpp"
#include "folder.hpp"
#include "training.hpp"

namespace {

using namespace freehold;
using namespace freehold::filter;
using namespace freehold::filter::trial;

struct Options {
  std::string folder, test_folder, seed_file, origin = "unnamed";
  std::size_t most = 20'000;  // messages of each kind
  std::size_t seed_tokens = 20'000;
};

struct Scored {
  double score = 0;
  bool spam = false;
};

Example example_of(const Sample& sample) {
  const message::Parsed parsed = message::parse(sample.raw);
  return {read_content(parsed, read_texts(parsed, sample.raw), Tokens::Names::kept).tokens,
          sample.spam};
}

std::vector<Example> examples_of(const std::vector<Sample>& samples) {
  std::vector<Example> out;
  out.reserve(samples.size());
  for (const Sample& sample : samples) out.push_back(example_of(sample));
  return out;
}

// What a person would teach: every message that is judged wrongly or without conviction.
Delta teach(const BaseModel& base, const std::vector<Example>& lessons) {
  Delta delta;
  for (const Example& lesson : lessons) {
    const double logit = judge(base, delta, lesson.tokens).logit;
    const Weight step = training_step(logit, lesson.spam, lesson.tokens.size(), Rate{});
    if (step != 0) delta.weights.add(lesson.tokens.all(), step);
    ++(lesson.spam ? delta.spam : delta.ham);
  }
  return delta;
}

std::vector<Scored> score_all(const BaseModel& base, const Delta& delta,
                              const std::vector<Example>& examples) {
  std::vector<Scored> scored;
  for (const Example& example : examples) {
    Facts facts;
    facts.spf = facts.dkim = facts.dmarc = facts.iprev = Check::pass;
    facts.words = judge(base, delta, example.tokens);
    facts.words_trust = words_trust_of(*facts.words, base);
    scored.push_back({assess(facts, {}).score, example.spam});
  }
  return scored;
}

// The chance that a spam scores above a ham.
double area_under_curve(std::vector<Scored> scored) {
  std::sort(scored.begin(), scored.end(),
            [](const Scored& a, const Scored& b) { return a.score < b.score; });
  double below = 0, sum = 0, spam = 0;
  for (std::size_t i = 0; i < scored.size();) {
    std::size_t end = i;
    double hams = 0, spams = 0;
    for (; end < scored.size() && scored[end].score == scored[i].score; ++end) {
      (scored[end].spam ? spams : hams) += 1;
    }
    sum += spams * (below + hams / 2);
    below += hams;
    spam += spams;
    i = end;
  }
  return below * spam == 0 ? 0 : sum / (below * spam);
}

struct Confusion {
  double caught = 0, missed = 0, wronged = 0, kept = 0;
};

Confusion at_limit(const std::vector<Scored>& scored, double limit) {
  Confusion out;
  for (const Scored& one : scored) {
    const bool junk = one.score >= limit;
    (one.spam ? (junk ? out.caught : out.missed) : (junk ? out.wronged : out.kept)) += 1;
  }
  return out;
}

double share(double part, double rest) { return part + rest == 0 ? 0 : part / (part + rest); }

void print(const std::string& title, const std::vector<Scored>& scored) {
  const Confusion at = at_limit(scored, Limits{}.junk);
  std::cout << std::fixed << std::setprecision(4) << title << "\n  at the junk limit "
            << std::setprecision(1) << Limits{}.junk << std::setprecision(4) << ": precision "
            << share(at.caught, at.wronged) << ", recall " << share(at.caught, at.missed)
            << ", ham in junk " << share(at.wronged, at.kept) << " (" << std::setprecision(0)
            << at.wronged << " of " << at.wronged + at.kept << "), ham refused "
            << at_limit(scored, Limits{}.refuse).wronged << "\n  area under the ROC curve "
            << std::setprecision(5) << area_under_curve(scored)
            << "\n  limit: recall, ham in junk:" << std::setprecision(4);
  for (const double limit : {0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0}) {
    const Confusion c = at_limit(scored, limit);
    std::cout << "  " << std::setprecision(0) << limit << std::setprecision(4) << ": "
              << share(c.caught, c.missed) << ", " << share(c.wronged, c.kept);
  }
  std::cout << "\n";
}

void time_it(const BaseModel& base, const Delta& delta, const std::vector<Sample>& samples) {
  std::vector<message::Parsed> parsed;
  std::size_t bytes = 0;
  for (const Sample& sample : samples) {
    parsed.push_back(message::parse(sample.raw));
    bytes += sample.raw.size();
  }
  const auto begin = std::chrono::steady_clock::now();
  double sum = 0;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const Content content = read_content(parsed[i], read_texts(parsed[i], samples[i].raw));
    sum += judge(base, delta, content.tokens).probability;
  }
  const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - begin;
  const auto count = static_cast<double>(samples.size());
  std::cout << std::setprecision(3) << "reading and judging: " << took.count() / count
            << " ms for a message of " << std::setprecision(1)
            << static_cast<double>(bytes) / count / 1024 << " KiB on average (" << sum << ")\n";
}

bool write_seed(const Options& options, const std::vector<Example>& examples) {
  std::vector<Example> lessons;
  for (const Example& example : examples)
    lessons.push_back({portable(example.tokens), example.spam});
  const BaseModel model = train_base(lessons, 10, options.origin);
  const std::string text = base64(encode_base(model, options.seed_tokens));
  std::ofstream out(options.seed_file);
  for (std::size_t at = 0; at < text.size(); at += 100)
    out << '"' << text.substr(at, 100) << "\"\n";
  out.flush();
  std::cout << "wrote " << text.size() << " bytes of seed to " << options.seed_file << "\n";
  return out.good();
}

void try_out(const Options& options, const std::vector<Sample>& samples,
             const std::vector<Sample>& others) {
  const std::vector<Example> lessons = examples_of(samples);
  const std::vector<Example> tests = examples_of(others);
  std::cout << "source: " << options.folder
            << (options.test_folder.empty() ? "" : ", tested on " + options.test_folder) << "; "
            << lessons.size() << " to learn from, " << tests.size() << " others to judge\n";
  const BaseModel seed = seed_model();
  print("the seed, nothing taught (" + seed.origin + ")", score_all(seed, {}, tests));
  const Delta delta = teach(seed, lessons);
  print("the seed and what a person has taught", score_all(seed, delta, tests));
  print("a base model of the lessons alone",
        score_all(train_base(lessons, 10, options.origin), {}, tests));
  time_it(seed, delta, others);
}

std::optional<Options> read_options(int count, char** arguments) {
  Options options;
  for (int i = 1; i < count; ++i) {
    const std::string word = arguments[i];
    const bool more = i + 1 < count;
    if (word == "--test" && more) {
      options.test_folder = arguments[++i];
    } else if (word == "--write-seed" && more) {
      options.seed_file = arguments[++i];
    } else if (word == "--origin" && more) {
      options.origin = arguments[++i];
    } else if (word == "--most" && more) {
      options.most = static_cast<std::size_t>(std::atol(arguments[++i]));
    } else if (options.folder.empty() && !word.starts_with('-')) {
      options.folder = word;
    } else {
      return std::nullopt;
    }
  }
  if (options.folder.empty()) return std::nullopt;
  return options;
}

}  // namespace

int main(int count, char** arguments) {
  const auto options = read_options(count, arguments);
  if (!options) {
    std::cerr << "freehold_filter_trial FOLDER [--test FOLDER] [--most N]\n"
                 "                      [--write-seed FILE --origin TEXT]\n"
                 "FOLDER has ham/ and spam/ with messages: files, maildirs or mboxes.\n";
    return 2;
  }
  std::vector<Sample> samples = read_folder(options->folder, options->most);
  if (!options->seed_file.empty()) return write_seed(*options, examples_of(samples)) ? 0 : 1;
  std::vector<Sample> others;
  if (options->test_folder.empty()) {
    // Half of them, by their hash: the order that read_folder() gives.
    const auto middle = samples.begin() + static_cast<std::ptrdiff_t>(samples.size() / 2);
    others.assign(std::make_move_iterator(middle), std::make_move_iterator(samples.end()));
    samples.erase(middle, samples.end());
  } else {
    others = read_folder(options->test_folder, options->most);
  }
  try_out(*options, samples, others);
}
