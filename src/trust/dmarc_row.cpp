#include "trust/dmarc_row.hpp"

#include "schema/trust.pb.h"
#include "trust/limits.hpp"
#include "trust/report_text.hpp"

namespace freehold::trust {

namespace {

std::string cut(std::string_view text) { return report_text(text, kMaxRowText); }

}  // namespace

schema::DmarcRow to_record(const AggregateRow& row) {
  schema::DmarcRow out;
  out.set_source_ip(cut(row.source_ip));
  out.set_count(row.count);
  out.set_disposition(cut(row.disposition));
  out.set_dkim(cut(row.dkim));
  out.set_spf(cut(row.spf));
  for (const auto& reason : row.reasons) {
    if (static_cast<std::size_t>(out.reasons_size()) == kMaxAggregateReasons) break;
    auto* to = out.add_reasons();
    to->set_type(cut(reason.type));
    to->set_comment(cut(reason.comment));
  }
  out.set_header_from(cut(row.header_from));
  if (row.envelope_from) out.set_envelope_from(cut(*row.envelope_from));
  out.set_envelope_to(cut(row.envelope_to));
  for (const auto& dkim : row.dkim_results) {
    if (static_cast<std::size_t>(out.dkim_results_size()) == kMaxAggregateReasons) break;
    auto* to = out.add_dkim_results();
    to->set_domain(cut(dkim.domain));
    to->set_selector(cut(dkim.selector));
    to->set_result(cut(dkim.result));
    to->set_human_result(cut(dkim.human_result));
  }
  for (const auto& spf : row.spf_results) {
    if (static_cast<std::size_t>(out.spf_results_size()) == kMaxAggregateReasons) break;
    auto* to = out.add_spf_results();
    to->set_domain(cut(spf.domain));
    to->set_scope(cut(spf.scope));
    to->set_result(cut(spf.result));
    to->set_human_result(cut(spf.human_result));
  }
  return out;
}

AggregateRow from_record(const schema::DmarcRow& record) {
  AggregateRow out;
  out.source_ip = record.source_ip();
  out.count = record.count();
  out.disposition = record.disposition();
  out.dkim = record.dkim();
  out.spf = record.spf();
  for (const auto& reason : record.reasons()) {
    out.reasons.push_back({reason.type(), reason.comment()});
  }
  out.header_from = record.header_from();
  if (record.has_envelope_from()) out.envelope_from = record.envelope_from();
  out.envelope_to = record.envelope_to();
  for (const auto& dkim : record.dkim_results()) {
    out.dkim_results.push_back(
        {dkim.domain(), dkim.selector(), dkim.result(), dkim.human_result()});
  }
  for (const auto& spf : record.spf_results()) {
    out.spf_results.push_back({spf.domain(), spf.scope(), spf.result(), spf.human_result()});
  }
  return out;
}

}  // namespace freehold::trust
