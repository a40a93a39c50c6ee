#include <algorithm>
#include <chrono>
#include <memory>
#include <pugixml.hpp>

#include "base/bytes.hpp"
#include "trust/dmarc_report.hpp"
#include "trust/limits.hpp"
#include "trust/packing.hpp"
#include "trust/report_text.hpp"

namespace freehold::trust {

namespace {

using Problem = AggregateProblem;

AggregateReading failed(Problem problem) { return {problem, {}}; }

// Where the markup that begins at `at` (a "<") ends: the index after its ">".
std::size_t end_of_markup(std::string_view xml, std::size_t at) {
  const auto after = [&](std::string_view closing) {
    const auto end = xml.find(closing, at);
    return end == std::string_view::npos ? end : end + closing.size();
  };
  const std::string_view rest = xml.substr(at + 1);
  if (rest.starts_with("!--")) return after("-->");
  if (rest.starts_with("![CDATA[")) return after("]]>");
  if (rest.starts_with("?")) return after("?>");
  char quote = 0;
  for (std::size_t i = at + 1; i < xml.size(); ++i) {
    const char c = xml[i];
    if (quote != 0) {
      if (c == quote) quote = 0;
    } else if (c == '"' || c == '\'') {
      quote = c;
    } else if (c == '>') {
      return i + 1;
    }
  }
  return std::string_view::npos;
}

// Before the parser builds a tree: pugixml itself limits neither depth nor size.
Problem look_over(std::string_view xml) {
  std::size_t depth = 0;
  std::size_t elements = 0;
  for (std::size_t at = xml.find('<'); at != std::string_view::npos;) {
    const std::size_t end = end_of_markup(xml, at);
    if (end == std::string_view::npos) return Problem::broken;
    const std::string_view markup = xml.substr(at, end - at);
    const char kind = markup[1];
    if (markup.starts_with("<!") && !markup.starts_with("<!--") &&
        !markup.starts_with("<![CDATA[")) {
      return Problem::forbidden;  // DOCTYPE and all that belongs to it
    }
    if (kind == '/') {
      if (depth > 0) --depth;
    } else if (kind != '!' && kind != '?') {
      if (++elements > kMaxAggregateElements) return Problem::too_large;
      if (!markup.ends_with("/>") && ++depth > kMaxAggregateDepth) return Problem::forbidden;
    }
    at = xml.find('<', end);
  }
  return Problem::none;
}

std::string_view local_name(const char* name) {
  const std::string_view whole = name;
  const auto colon = whole.find(':');
  return colon == std::string_view::npos ? whole : whole.substr(colon + 1);
}

// Reporters give prefixes or none.
pugi::xml_node child(const pugi::xml_node& node, std::string_view name) {
  return node.find_child(
      [name](const pugi::xml_node& one) { return local_name(one.name()) == name; });
}

std::string text_of_node(const pugi::xml_node& node) {
  return report_text(trim(node.text().get()), kMaxReportString);
}
std::string text_at(const pugi::xml_node& node, std::string_view name) {
  return text_of_node(child(node, name));
}
std::string word_at(const pugi::xml_node& node, std::string_view name) {
  return to_lower(text_at(node, name));
}

std::optional<Time> time_at(const pugi::xml_node& node, std::string_view name) {
  std::string text = text_at(node, name);
  text = text.substr(0, text.find('.'));  // some give fractions
  const auto seconds = parse_number(text);
  if (!seconds || *seconds > 253'402'300'799) return std::nullopt;  // the year 9999
  return Time(std::chrono::seconds(static_cast<std::int64_t>(*seconds)));
}

template <class Take>
void each(const pugi::xml_node& node, std::string_view name, std::size_t most, Take take) {
  for (const auto& one : node.children()) {
    if (most == 0) return;
    if (local_name(one.name()) != name) continue;
    take(one);
    --most;
  }
}

void read_results(const pugi::xml_node& results, AggregateRow& row) {
  each(results, "dkim", kMaxAggregateReasons, [&](const pugi::xml_node& dkim) {
    row.dkim_results.push_back({word_at(dkim, "domain"), text_at(dkim, "selector"),
                                word_at(dkim, "result"), text_at(dkim, "human_result")});
  });
  each(results, "spf", kMaxAggregateReasons, [&](const pugi::xml_node& spf) {
    row.spf_results.push_back({word_at(spf, "domain"), word_at(spf, "scope"),
                               word_at(spf, "result"), text_at(spf, "human_result")});
  });
}

std::optional<AggregateRow> read_row(const pugi::xml_node& record) {
  AggregateRow row;
  const auto node = child(record, "row");
  const auto evaluated = child(node, "policy_evaluated");
  const auto identifiers = child(record, "identifiers");
  const auto count = parse_number(text_at(node, "count"));
  row.source_ip = text_at(node, "source_ip");
  if (row.source_ip.empty() || !count) return std::nullopt;
  row.count = std::min(*count, std::uint64_t{1} << 53);  // sums of them do not overflow
  row.disposition = word_at(evaluated, "disposition");
  row.dkim = word_at(evaluated, "dkim");
  row.spf = word_at(evaluated, "spf");
  each(evaluated, "reason", kMaxAggregateReasons, [&](const pugi::xml_node& reason) {
    row.reasons.push_back({word_at(reason, "type"), text_at(reason, "comment")});
  });
  row.header_from = word_at(identifiers, "header_from");
  if (const auto from = child(identifiers, "envelope_from")) {
    row.envelope_from = to_lower(text_of_node(from));
  }
  row.envelope_to = word_at(identifiers, "envelope_to");
  read_results(child(record, "auth_results"), row);
  return row;
}

AggregatePolicy read_policy(const pugi::xml_node& node) {
  AggregatePolicy policy;
  policy.domain = word_at(node, "domain");
  policy.discovery_method = word_at(node, "discovery_method");
  policy.p = word_at(node, "p");
  policy.sp = word_at(node, "sp");
  policy.np = word_at(node, "np");
  policy.adkim = word_at(node, "adkim");
  policy.aspf = word_at(node, "aspf");
  policy.fo = word_at(node, "fo");
  policy.testing = word_at(node, "testing");
  policy.pct = text_at(node, "pct");
  return policy;
}

AggregateReading read_feedback(const pugi::xml_node& feedback) {
  AggregateReading out;
  AggregateReport& report = out.report;
  const auto metadata = child(feedback, "report_metadata");
  const auto range = child(metadata, "date_range");
  const auto begin = time_at(range, "begin");
  const auto end = time_at(range, "end");
  report.organization = text_at(metadata, "org_name");
  report.email = text_at(metadata, "email");
  report.extra_contact = text_at(metadata, "extra_contact_info");
  report.id = text_at(metadata, "report_id");
  report.generator = text_at(metadata, "generator");
  each(metadata, "error", kMaxAggregateReasons,
       [&](const pugi::xml_node& error) { report.errors.push_back(text_of_node(error)); });
  report.policy = read_policy(child(feedback, "policy_published"));
  if (!begin || !end || *end < *begin || report.id.empty() || report.policy.domain.empty()) {
    return failed(Problem::incomplete);
  }
  report.begin = *begin;
  report.end = *end;
  each(feedback, "record", kMaxAggregateRows + 1, [&](const pugi::xml_node& record) {
    if (report.rows.size() == kMaxAggregateRows) {
      report.cut = true;
    } else if (auto row = read_row(record)) {
      report.rows.push_back(std::move(*row));
    }
  });
  return out;
}

}  // namespace

AggregateReading parse_aggregate(std::string_view xml) {
  if (xml.size() > kMaxAggregateXml) return failed(Problem::too_large);
  const Problem seen = look_over(xml);
  if (seen != Problem::none) return failed(seen);
  // Not parse_full: nothing that is a document's own declaration is obeyed.
  constexpr unsigned kParse = pugi::parse_cdata | pugi::parse_escapes | pugi::parse_eol;
  pugi::xml_document document;
  const auto parsed = document.load_buffer(xml.data(), xml.size(), kParse, pugi::encoding_auto);
  if (!parsed) return failed(Problem::broken);
  const auto feedback = child(document, "feedback");
  if (!feedback) return failed(Problem::incomplete);
  return read_feedback(feedback);
}

AggregateReading read_aggregate(std::string_view attachment) {
  if (attachment.size() > kMaxAggregateArchive) return failed(Problem::too_large);
  UnpackLimits limits;
  limits.output = kMaxAggregateXml;
  limits.ratio = kMaxAggregateRatio;
  limits.entries = kMaxAggregateEntries;
  const Unpacked unpacked = unpack(attachment, ".xml", limits);
  switch (unpacked.outcome) {
    case Unpacked::Outcome::done:
      return parse_aggregate(unpacked.bytes);
    case Unpacked::Outcome::too_large:
      return failed(Problem::too_large);
    default:
      return failed(Problem::broken);
  }
}

}  // namespace freehold::trust
