#include "trust/key_rotation.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace freehold::trust {

namespace {

std::string letters(unsigned number) {
  std::string out;
  for (;; number = number / 26 - 1) {
    out.insert(out.begin(), static_cast<char>('a' + number % 26));
    if (number < 26) return out;
  }
}

int year_of(Time now) {
  return static_cast<int>(
      std::chrono::year_month_day(std::chrono::floor<std::chrono::days>(now)).year());
}

bool may_sign(KeyStage stage) { return stage == KeyStage::seen || stage == KeyStage::signing; }
// Is the key on its way to signing?
bool is_coming(KeyStage stage) {
  return stage == KeyStage::made || stage == KeyStage::published || stage == KeyStage::seen;
}
bool wants_record(KeyStage stage) { return stage >= KeyStage::published && stage < KeyStage::gone; }

class Planner {
 public:
  Planner(std::vector<RotationKey> keys, std::span<const RecordSight> sights, Time now,
          const RotationPolicy& policy)
      : sights_(sights), now_(now), policy_(policy) {
    assert(keys.size() == sights.size());
    plan_.keys = std::move(keys);
  }

  RotationPlan plan() {
    for (const KeyType type : {KeyType::rsa, KeyType::ed25519}) {
      for (std::size_t i = 0; i < plan_.keys.size(); ++i) {
        if (plan_.keys[i].type == type) advance(i);
      }
      retire_all_but_youngest(type);
      choose_signer(type);
      consider_new_key(type);
    }
    for (std::size_t i = 0; i < plan_.keys.size(); ++i) want_record(i);
    return std::move(plan_);
  }

 private:
  void enter(RotationKey& key, KeyStage stage) {
    key.stage = stage;
    key.since = now_;
  }

  // True when `wait` has passed since the stage began; else planning is due again then.
  bool over(const RotationKey& key, std::chrono::milliseconds wait) {
    const Time end = key.since + wait;
    if (end <= now_) return true;
    plan_.again_at = std::min(plan_.again_at.value_or(end), end);
    return false;
  }

  bool somebody_signs(KeyType type) const {
    return std::ranges::any_of(plan_.keys, [type](const RotationKey& key) {
      return key.type == type && key.stage == KeyStage::signing;
    });
  }

  // Goes as far as time and DNS let it.
  void advance(std::size_t index) {
    RotationKey& key = plan_.keys[index];
    const RecordSight sight = sights_[index];
    if (key.stage == KeyStage::made) enter(key, KeyStage::published);
    if (key.stage == KeyStage::published && sight == RecordSight::ours) enter(key, KeyStage::seen);
    if (key.stage == KeyStage::seen &&
        (sight == RecordSight::absent || sight == RecordSight::other)) {
      enter(key, KeyStage::published);  // not everywhere yet, or taken away again
    }
    // The first key of all need not wait: without it nothing would be signed.
    if (key.stage == KeyStage::seen && (!somebody_signs(key.type) || over(key, policy_.settle))) {
      enter(key, KeyStage::signing);
    }
    if (key.stage == KeyStage::retired && over(key, policy_.keep_retired)) {
      enter(key, KeyStage::revoked);
    }
    if (key.stage == KeyStage::revoked && over(key, policy_.keep_revoked)) {
      enter(key, KeyStage::gone);
    }
  }

  void retire_all_but_youngest(KeyType type) {
    RotationKey* youngest = nullptr;
    for (RotationKey& key : plan_.keys) {
      if (key.type != type || key.stage != KeyStage::signing) continue;
      RotationKey* old = &key;
      if (youngest == nullptr || key.made_at >= youngest->made_at)
        old = std::exchange(youngest, &key);
      if (old != nullptr) enter(*old, KeyStage::retired);
    }
  }

  bool visible(std::size_t index) const {
    return sights_[index] == RecordSight::ours || sights_[index] == RecordSight::unknown;
  }

  // The signing key; when DNS does not show its record any more, the youngest other one that it
  // shows, for a signature whose key is not found is worse than one with an older key.
  void choose_signer(KeyType type) {
    std::optional<std::size_t> best;
    const auto rank = [this](std::size_t i) {
      const RotationKey& key = plan_.keys[i];
      return std::pair(key.stage == KeyStage::signing, key.made_at);
    };
    for (std::size_t i = 0; i < plan_.keys.size(); ++i) {
      const RotationKey& key = plan_.keys[i];
      const bool can = may_sign(key.stage) || key.stage == KeyStage::retired;
      if (key.type != type || !can || !visible(i)) continue;
      if (!best || rank(i) > rank(*best)) best = i;
    }
    if (best) plan_.sign_with.push_back(plan_.keys[*best].selector);
  }

  void consider_new_key(KeyType type) {
    Time youngest{};
    bool coming = false;
    bool signing = false;
    for (const RotationKey& key : plan_.keys) {
      if (key.type != type) continue;
      coming = coming || is_coming(key.stage);
      if (key.stage != KeyStage::signing) continue;
      signing = true;
      youngest = key.made_at;
    }
    if (coming) return;
    const Time due = youngest + policy_.make_new_after;
    if (signing && due > now_) {
      plan_.again_at = std::min(plan_.again_at.value_or(due), due);
      return;
    }
    RotationKey fresh;
    fresh.selector = new_selector(plan_.keys, type, now_);
    fresh.type = type;
    fresh.since = fresh.made_at = now_;
    plan_.make.push_back(std::move(fresh));
  }

  void want_record(std::size_t index) {
    const RotationKey& key = plan_.keys[index];
    if (!wants_record(key.stage)) return;
    const bool revoked = key.stage == KeyStage::revoked;
    plan_.records.push_back({key.selector, revoked ? revoked_key_record(key.type) : key.record});
    if (visible(index)) return;
    // A record that is new there needs its time.
    const bool fresh = revoked || key.stage == KeyStage::published;
    if (!fresh || over(key, policy_.unseen_is_a_problem)) plan_.missing.push_back(key.selector);
  }

  std::span<const RecordSight> sights_;
  Time now_;
  RotationPolicy policy_;
  RotationPlan plan_;
};

}  // namespace

std::string new_selector(std::span<const RotationKey> keys, KeyType type, Time now) {
  const std::string suffix = type == KeyType::rsa ? "-rsa" : "-ed";
  for (unsigned number = 0;; ++number) {
    std::string selector = std::to_string(year_of(now)) + letters(number) + suffix;
    const auto used = [&](const RotationKey& key) { return key.selector == selector; };
    if (std::ranges::none_of(keys, used)) return selector;
  }
}

std::string_view to_string(KeyStage stage) {
  switch (stage) {
    case KeyStage::made:
      return "made";
    case KeyStage::published:
      return "waits for DNS";
    case KeyStage::seen:
      return "seen in DNS";
    case KeyStage::signing:
      return "signing";
    case KeyStage::retired:
      return "retired";
    case KeyStage::revoked:
      return "revoked";
    case KeyStage::gone:
      return "gone";
  }
  return "";
}

RotationPlan plan_rotation(std::vector<RotationKey> keys, std::span<const RecordSight> sights,
                           Time now, const RotationPolicy& policy) {
  return Planner(std::move(keys), sights, now, policy).plan();
}

}  // namespace freehold::trust
