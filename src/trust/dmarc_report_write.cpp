#include <algorithm>
#include <chrono>
#include <tuple>

#include "base/utf8.hpp"
#include "net/address.hpp"
#include "trust/dmarc_report.hpp"

namespace freehold::trust {

namespace {

// Text that XML 1.0 can carry: the rest of the control characters exists in no form.
std::string escaped(std::string_view text) {
  const bool utf8 = is_utf8(text);
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '&') {
      out += "&amp;";
    } else if (c == '<') {
      out += "&lt;";
    } else if (c == '>') {
      out += "&gt;";
    } else if ((byte < ' ' && c != '\t' && c != '\n') || byte == 0x7F || (byte > 0x7F && !utf8)) {
      out += '?';
    } else {
      out += c;
    }
  }
  return out;
}

class XmlWriter {
 public:
  void open(std::string_view name) {
    indent();
    out_ += "<" + std::string(name) + ">\n";
    ++depth_;
  }
  void close(std::string_view name) {
    --depth_;
    indent();
    out_ += "</" + std::string(name) + ">\n";
  }
  void element(std::string_view name, std::string_view text) {
    indent();
    out_ += "<" + std::string(name) + ">" + escaped(text) + "</" + std::string(name) + ">\n";
  }
  void optional(std::string_view name, std::string_view text) {
    if (!text.empty()) element(name, text);
  }
  void line(std::string_view text) { out_ += std::string(text) + "\n"; }
  [[nodiscard]] std::string take() { return std::move(out_); }

 private:
  void indent() { out_.append(depth_ * 2, ' '); }

  std::string out_;
  std::size_t depth_ = 0;
};

std::string seconds_text(Time at) {
  return std::to_string(std::chrono::floor<std::chrono::seconds>(at).time_since_epoch().count());
}

void write_metadata(XmlWriter& out, const AggregateReport& report) {
  out.open("report_metadata");
  out.element("org_name", report.organization);
  out.element("email", report.email);
  out.optional("extra_contact_info", report.extra_contact);
  out.element("report_id", report.id);
  out.open("date_range");
  out.element("begin", seconds_text(report.begin));
  out.element("end", seconds_text(report.end));
  out.close("date_range");
  for (const auto& error : report.errors) out.element("error", error);
  out.optional("generator", report.generator);
  out.close("report_metadata");
}

void write_policy(XmlWriter& out, const AggregatePolicy& policy) {
  out.open("policy_published");
  out.element("domain", policy.domain);
  out.optional("discovery_method", policy.discovery_method);
  out.element("p", policy.p.empty() ? "none" : policy.p);
  out.optional("sp", policy.sp);
  out.optional("np", policy.np);
  out.optional("fo", policy.fo);
  out.optional("adkim", policy.adkim);
  out.optional("aspf", policy.aspf);
  out.optional("testing", policy.testing);
  out.close("policy_published");
}

void write_results(XmlWriter& out, const AggregateRow& row) {
  out.open("auth_results");
  for (const auto& dkim : row.dkim_results) {
    out.open("dkim");
    out.element("domain", dkim.domain);
    out.element("selector", dkim.selector);
    out.element("result", dkim.result);
    out.optional("human_result", dkim.human_result);
    out.close("dkim");
  }
  for (const auto& spf : row.spf_results) {
    out.open("spf");
    out.element("domain", spf.domain);
    out.optional("scope", spf.scope);
    out.element("result", spf.result);
    out.optional("human_result", spf.human_result);
    out.close("spf");
  }
  out.close("auth_results");
}

void write_row(XmlWriter& out, const AggregateRow& row) {
  out.open("record");
  out.open("row");
  out.element("source_ip", row.source_ip);
  out.element("count", std::to_string(row.count));
  out.open("policy_evaluated");
  out.element("disposition", row.disposition);
  out.element("dkim", row.dkim);
  out.element("spf", row.spf);
  for (const auto& reason : row.reasons) {
    out.open("reason");
    out.element("type", reason.type);
    out.optional("comment", reason.comment);
    out.close("reason");
  }
  out.close("policy_evaluated");
  out.close("row");
  out.open("identifiers");
  out.element("header_from", row.header_from);
  if (row.envelope_from) out.element("envelope_from", *row.envelope_from);
  out.optional("envelope_to", row.envelope_to);
  out.close("identifiers");
  write_results(out, row);
  out.close("record");
}

// Addresses in their own order, IPv4 first; what is none comes after, by its text.
std::pair<int, std::string> address_rank(const AggregateRow& row) {
  const auto ip = net::IpAddress::parse(row.source_ip);
  if (!ip) return {2, row.source_ip};
  return {ip->is_v4() ? 0 : 1, std::string(ip->bytes())};
}

// Everything else of a row that may differ, as one text.
std::string fingerprint(const AggregateRow& row) {
  XmlWriter out;
  write_row(out, row);
  return out.take();
}

}  // namespace

void sort_rows(std::vector<AggregateRow>& rows) {
  struct Keyed {
    std::pair<int, std::string> address;
    std::string rest;
    AggregateRow row;
  };
  std::vector<Keyed> keyed;
  keyed.reserve(rows.size());
  for (auto& row : rows) keyed.push_back({address_rank(row), fingerprint(row), std::move(row)});
  // Rows that are equal in both are the same.
  std::ranges::sort(keyed, [](const Keyed& a, const Keyed& b) {
    return std::tie(a.address, a.rest) < std::tie(b.address, b.rest);
  });
  rows.clear();
  for (auto& one : keyed) rows.push_back(std::move(one.row));
}

std::string write_aggregate(const AggregateReport& report) {
  XmlWriter out;
  out.line("<?xml version=\"1.0\" encoding=\"UTF-8\"?>");
  out.line("<feedback xmlns=\"urn:ietf:params:xml:ns:dmarc-2.0\">");
  out.element("version", "1.0");
  write_metadata(out, report);
  write_policy(out, report.policy);
  std::vector<AggregateRow> rows = report.rows;
  sort_rows(rows);
  for (const auto& row : rows) write_row(out, row);
  out.line("</feedback>");
  return out.take();
}

}  // namespace freehold::trust
