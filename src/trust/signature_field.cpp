#include "trust/signature_field.hpp"

#include <algorithm>

#include "base/bytes.hpp"
#include "trust/limits.hpp"
#include "trust/tag_list.hpp"

namespace freehold::trust {

namespace {

// Year 33658: no overflow in milliseconds, and later than the RFC's "at least year 200000" matters.
constexpr std::uint64_t kLastSecond = 999'999'999'999;

// Reads tag by tag into one SignatureField; only the first fault is kept.
class Reader {
 public:
  Reader(SignatureKind kind, std::string_view value) : kind_(kind), value_(value) {}

  SignatureField read() {
    const auto list = TagList::parse(value_);
    if (!list) {
      fault(DkimResult::neutral, "the tag list is malformed");
      return std::move(out_);
    }
    tags_ = &*list;
    read_version();
    read_algorithm();
    read_signature();
    read_names();
    read_identity();
    read_times();
    if (kind_ == SignatureKind::arc_seal) {
      read_seal();
    } else {
      read_body();
      read_fields();
      read_query();
    }
    return std::move(out_);
  }

 private:
  void fault(DkimResult result, std::string reason) {
    if (!out_.fault) out_.fault = DkimFault{result, std::move(reason)};
  }

  std::string_view optional(std::string_view name, std::string_view otherwise = {}) const {
    const Tag* tag = tags_->find(name);
    return tag == nullptr ? otherwise : tag->value;
  }

  std::string_view required(std::string_view name) {
    const Tag* tag = tags_->find(name);
    if (tag == nullptr) fault(DkimResult::permerror, std::string(name) + "= is missing");
    return tag == nullptr ? std::string_view() : tag->value;
  }

  void read_version() {
    if (kind_ != SignatureKind::dkim) return;  // not defined there, and ignored
    if (const auto v = required("v"); v != "1") fault(DkimResult::neutral, "v= is not 1");
  }

  void read_algorithm() {
    out_.algorithm = to_lower(required("a"));
    if (out_.algorithm == "ed25519-sha256") {
      out_.key_type = KeyType::ed25519;
    } else if (out_.algorithm == "rsa-sha1") {
      fault(DkimResult::policy, "rsa-sha1 is not to be trusted");  // RFC 8301, 3.1
    } else if (out_.algorithm != "rsa-sha256") {
      fault(DkimResult::neutral, "a= is not known");
    }
  }

  void read_signature() {
    const Tag* tag = tags_->find("b");
    if (tag == nullptr) return fault(DkimResult::permerror, "b= is missing");
    out_.b_begin = static_cast<std::size_t>(tag->raw.data() - value_.data());
    out_.b_end = out_.b_begin + tag->raw.size();
    out_.b = without_space(tag->value);
    const auto bytes = unbase64_unpadded(out_.b);
    if (!bytes || bytes->empty()) return fault(DkimResult::neutral, "b= is not base64");
    out_.signature = *bytes;
  }

  void read_names() {
    out_.domain = to_lower(without_space(required("d")));
    out_.selector = without_space(required("s"));
    if (out_.domain.empty() || out_.selector.empty()) {
      fault(DkimResult::neutral, "d= or s= is empty");
    }
  }

  // RFC 6376, 3.5: the domain of i= is that of d= or one below it.
  void read_identity() {
    if (kind_ != SignatureKind::dkim) {
      out_.instance = parse_instance(required("i"));
      if (out_.instance == 0) fault(DkimResult::neutral, "i= is not an instance");
      return;
    }
    out_.identity = without_space(optional("i"));
    if (out_.identity.empty()) {
      out_.identity = "@" + out_.domain;
      return;
    }
    const std::size_t at = out_.identity.rfind('@');
    if (at == std::string::npos) return fault(DkimResult::neutral, "i= has no domain");
    const std::string domain = to_lower(std::string_view(out_.identity).substr(at + 1));
    if (domain != out_.domain && !domain.ends_with("." + out_.domain)) {
      fault(DkimResult::permerror, "i= is not within d=");
    }
  }

  std::optional<Time> read_time(std::string_view name) {
    const Tag* tag = tags_->find(name);
    if (tag == nullptr) return std::nullopt;
    const auto seconds = parse_number(tag->value);
    const bool digits = !tag->value.empty() && std::ranges::all_of(tag->value, is_digit);
    if (!digits) {
      fault(DkimResult::neutral, std::string(name) + "= is not a number");
      return std::nullopt;
    }
    return Time(std::chrono::seconds(std::min(seconds.value_or(kLastSecond), kLastSecond)));
  }

  void read_times() {
    out_.signed_at = read_time("t");
    if (kind_ == SignatureKind::arc_seal) return;
    out_.expires_at = read_time("x");
    if (out_.signed_at && out_.expires_at && *out_.expires_at <= *out_.signed_at) {
      fault(DkimResult::neutral, "x= is not later than t=");
    }
  }

  // RFC 8617, 4.1.3: a seal has no h=; what it covers is fixed.
  void read_seal() {
    out_.header_form = Canonicalization::relaxed;
    if (tags_->find("h") != nullptr) fault(DkimResult::permerror, "a seal has h=");
    out_.chain_validation = to_lower(required("cv"));
    const auto& cv = out_.chain_validation;
    if (cv != "none" && cv != "pass" && cv != "fail")
      fault(DkimResult::neutral, "cv= is not known");
  }

  std::optional<Canonicalization> read_form(std::string_view name) {
    if (iequals(name, "simple")) return Canonicalization::simple;
    if (iequals(name, "relaxed")) return Canonicalization::relaxed;
    return std::nullopt;
  }

  void read_body() {
    const auto forms = split_at(optional("c", "simple"), '/');
    const auto header = read_form(forms[0]);
    // "relaxed" alone is relaxed/simple.
    const auto body = forms.size() > 1 ? read_form(forms[1]) : Canonicalization::simple;
    if (!header || !body || forms.size() > 2) fault(DkimResult::neutral, "c= is not known");
    out_.header_form = header.value_or(Canonicalization::simple);
    out_.body_form.canonicalization = body.value_or(Canonicalization::simple);
    const auto hash = unbase64_folded(required("bh"));
    if (!hash || hash->size() != sizeof(Digest::bytes)) {
      return fault(DkimResult::neutral, "bh= is not a hash");
    }
    out_.body_hash = *hash;
    if (const Tag* length = tags_->find("l")) {
      out_.body_form.length = parse_number(length->value);
      if (!out_.body_form.length) fault(DkimResult::neutral, "l= is not a number");
    }
  }

  void read_fields() {
    const auto names = split_at(required("h"), ':');
    if (names.size() > kMaxSignedFields) return fault(DkimResult::neutral, "h= is too long");
    for (const std::string_view name : names) {
      if (name.empty()) return fault(DkimResult::neutral, "h= has an empty name");
      out_.fields.push_back(to_lower(name));
    }
    const auto has = [this](std::string_view name) {
      return std::ranges::find(out_.fields, name) != out_.fields.end();
    };
    if (!has("from")) fault(DkimResult::permerror, "From is not signed");
    // RFC 8617, 4.1.2 forbids all ARC fields there, but sealers have signed their own
    // ARC-Authentication-Results; a seal would be signed before it is made.
    if (kind_ == SignatureKind::arc_message && has("arc-seal")) {
      fault(DkimResult::permerror, "a message signature covers a seal");
    }
  }

  void read_query() {
    const Tag* tag = tags_->find("q");
    if (tag == nullptr) return;
    const auto methods = split_at(tag->value, ':');
    const bool known = std::ranges::any_of(methods, [](auto m) { return iequals(m, "dns/txt"); });
    if (!known) fault(DkimResult::neutral, "q= is not known");
  }

  SignatureKind kind_;
  std::string_view value_;
  const TagList* tags_ = nullptr;
  SignatureField out_;
};

}  // namespace

std::string_view field_name(SignatureKind kind) {
  switch (kind) {
    case SignatureKind::dkim:
      return "DKIM-Signature";
    case SignatureKind::arc_message:
      return "ARC-Message-Signature";
    case SignatureKind::arc_seal:
      return "ARC-Seal";
  }
  return {};
}

SignatureField parse_signature_field(SignatureKind kind, std::string_view value) {
  return Reader(kind, value).read();
}

unsigned parse_instance(std::string_view text) {
  const auto number = text.size() <= 2 ? parse_number(text) : std::nullopt;
  return number && *number <= kMaxArcSets ? static_cast<unsigned>(*number) : 0;
}

std::string_view to_string(DkimResult result) {
  switch (result) {
    case DkimResult::none:
      return "none";
    case DkimResult::pass:
      return "pass";
    case DkimResult::fail:
      return "fail";
    case DkimResult::policy:
      return "policy";
    case DkimResult::neutral:
      return "neutral";
    case DkimResult::temperror:
      return "temperror";
    case DkimResult::permerror:
      return "permerror";
  }
  return {};
}

}  // namespace freehold::trust
