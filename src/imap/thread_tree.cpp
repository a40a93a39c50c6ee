#include "imap/thread_tree.hpp"

#include <algorithm>
#include <unordered_map>
#include <utility>

namespace freehold::imap {

namespace {

using Index = std::size_t;
constexpr Index kNone = static_cast<Index>(-1);

// Looking for a loop ends after so many ancestors, and what is not known to be none is one: else a
// hostile mailbox of n messages costs n² steps.
constexpr std::size_t kMaxAncestors = 1000;

// A message, or the place of one that is not here (a dummy of the RFC).
struct Node {
  Index parent = kNone;
  std::vector<Index> children;
  const ThreadedMessage* message = nullptr;
  Index order = 0;  // of the first message in it, for equal dates
  std::int64_t sent = 0;
};

class Tree {
 public:
  explicit Tree(const std::vector<ThreadedMessage>& messages) {
    nodes_.emplace_back();  // the root
    for (const auto& message : messages) link(message);
    for (Index i = 1; i < nodes_.size(); ++i) {
      if (nodes_[i].parent == kNone) adopt(0, i);
    }
    prune();
    sort();
  }

  void join_by_subject();
  void sort();
  void sort_by_newest();
  [[nodiscard]] std::string text() const;

 private:
  void link(const ThreadedMessage& message);
  [[nodiscard]] Index node_of(const std::string& id);
  [[nodiscard]] bool is_ancestor(Index maybe, Index of) const;
  void adopt(Index parent, Index child);
  void leave(Index child);
  void prune();
  [[nodiscard]] std::vector<Index> from_root() const;  // parents before children
  void join(Index kept, Index other, std::unordered_map<std::string, Index>& by_subject);
  [[nodiscard]] const ThreadedMessage& subject_message(Index node) const;

  std::vector<Node> nodes_;
  std::unordered_map<std::string, Index> by_id_;
};

Index Tree::node_of(const std::string& id) {
  const auto [place, added] = by_id_.try_emplace(id, nodes_.size());
  if (added) nodes_.emplace_back();
  return place->second;
}

bool Tree::is_ancestor(Index maybe, Index of) const {
  if (maybe == of) return true;
  if (nodes_[maybe].children.empty()) return false;
  std::size_t steps = 0;
  for (auto up = nodes_[of].parent; up != kNone; up = nodes_[up].parent) {
    if (up == maybe || ++steps > kMaxAncestors) return true;
  }
  return false;
}

void Tree::adopt(Index parent, Index child) {
  nodes_[child].parent = parent;
  nodes_[parent].children.push_back(child);
}

void Tree::leave(Index child) {
  const auto parent = nodes_[child].parent;
  if (parent == kNone) return;
  std::erase(nodes_[parent].children, child);
  nodes_[child].parent = kNone;
}

// Step 1: the references become a chain, and the message its end.
void Tree::link(const ThreadedMessage& message) {
  Index self = kNone;
  if (!message.message_id.empty()) {
    self = node_of(message.message_id);
    if (nodes_[self].message != nullptr) self = kNone;  // a second one of this id stands alone
  }
  if (self == kNone) {
    self = nodes_.size();
    nodes_.emplace_back();
  }
  nodes_[self].message = &message;
  nodes_[self].sent = message.sent;
  nodes_[self].order = message.number;
  Index above = kNone;
  for (const auto& id : message.references) {
    const auto next = node_of(id);
    if (above != kNone && nodes_[next].parent == kNone && !is_ancestor(next, above))
      adopt(above, next);
    above = next;
  }
  // What others said of its ancestors is worth less than what it says itself.
  leave(self);
  if (above != kNone && !is_ancestor(self, above)) adopt(above, self);
}

std::vector<Index> Tree::from_root() const {
  std::vector<Index> order{0};
  for (std::size_t i = 0; i < order.size(); ++i) {
    const auto& children = nodes_[order[i]].children;
    order.insert(order.end(), children.begin(), children.end());
  }
  return order;
}

// Step 3: dummies go, their children come up; at the top only an only child does.
void Tree::prune() {
  auto order = from_root();
  std::ranges::reverse(order);
  for (const auto at : order) {
    std::vector<Index> kept;
    for (const auto child : nodes_[at].children) {
      auto& node = nodes_[child];
      const bool stays = node.message != nullptr || (at == 0 && node.children.size() > 1);
      if (stays) {
        kept.push_back(child);
        continue;
      }
      for (const auto grandchild : node.children) {
        nodes_[grandchild].parent = at;
        kept.push_back(grandchild);
      }
      node.children.clear();
      node.parent = kNone;
    }
    nodes_[at].children = std::move(kept);
  }
}

// Steps 4 and 6: siblings by their date; a dummy has that of its first child.
void Tree::sort() {
  auto order = from_root();
  std::ranges::reverse(order);
  for (const auto at : order) {
    auto& node = nodes_[at];
    std::ranges::sort(node.children, {}, [this](Index child) {
      return std::pair(nodes_[child].sent, nodes_[child].order);
    });
    if (node.message != nullptr || node.children.empty()) continue;
    node.sent = nodes_[node.children.front()].sent;
    node.order = nodes_[node.children.front()].order;
  }
}

void Tree::sort_by_newest() {
  std::vector<std::pair<std::int64_t, Index>> newest(nodes_.size());
  auto order = from_root();
  std::ranges::reverse(order);
  for (const auto at : order) {
    newest[at] = std::max(newest[at], {nodes_[at].sent, nodes_[at].order});
    if (const auto parent = nodes_[at].parent; parent != kNone && parent != 0)
      newest[parent] = std::max(newest[parent], newest[at]);
  }
  std::ranges::sort(nodes_[0].children, {}, [&](Index child) { return newest[child]; });
}

const ThreadedMessage& Tree::subject_message(Index node) const {
  while (nodes_[node].message == nullptr) node = nodes_[node].children.front();
  return *nodes_[node].message;
}

// Step 5: threads with one subject become one.
void Tree::join_by_subject() {
  std::unordered_map<std::string, Index> by_subject;
  const auto top = nodes_[0].children;
  for (const auto at : top) {
    const auto& message = subject_message(at);
    if (message.subject.empty()) continue;
    const auto [place, added] = by_subject.try_emplace(message.subject, at);
    if (added) continue;
    const auto& held = nodes_[place->second];
    const bool dummy = nodes_[at].message == nullptr;
    if ((dummy && held.message != nullptr) ||
        (held.message != nullptr && subject_message(place->second).is_reply && !message.is_reply))
      place->second = at;
  }
  for (const auto at : top) {
    const auto& subject = subject_message(at).subject;
    if (subject.empty() || by_subject.at(subject) == at) continue;
    join(by_subject.at(subject), at, by_subject);
  }
  sort();
}

void Tree::join(Index kept, Index other, std::unordered_map<std::string, Index>& by_subject) {
  const bool kept_dummy = nodes_[kept].message == nullptr;
  const bool other_dummy = nodes_[other].message == nullptr;
  leave(other);
  if (kept_dummy && other_dummy) {
    for (const auto child : std::exchange(nodes_[other].children, {})) adopt(kept, child);
    return;
  }
  if (kept_dummy ||
      (!other_dummy && nodes_[other].message->is_reply && !nodes_[kept].message->is_reply)) {
    adopt(kept, other);
    return;
  }
  const auto both = nodes_.size();
  nodes_.emplace_back();
  by_subject.at(subject_message(kept).subject) = both;
  leave(kept);
  adopt(0, both);
  adopt(both, kept);
  adopt(both, other);
}

// Without recursion: a thread may be as deep as the mailbox is large.
std::string Tree::text() const {
  struct Task {
    Index node = kNone;  // kNone: a closing parenthesis
    bool opens = false;
  };
  std::string out;
  std::vector<Task> tasks;
  const auto push_children = [&](const Node& node, bool parted) {
    for (auto child = node.children.rbegin(); child != node.children.rend(); ++child)
      tasks.push_back({*child, parted});
  };
  push_children(nodes_[0], true);
  while (!tasks.empty()) {
    const auto task = tasks.back();
    tasks.pop_back();
    if (task.node == kNone) {
      out += ')';
      continue;
    }
    const auto& node = nodes_[task.node];
    if (task.opens) {
      out += '(';
      tasks.push_back({});
    }
    if (node.message != nullptr) out += std::to_string(node.message->number);
    if (node.message != nullptr && !node.children.empty()) out += ' ';
    push_children(node, node.children.size() > 1 || node.message == nullptr);
  }
  return out;
}

}  // namespace

std::string thread_by_references(const std::vector<ThreadedMessage>& messages, bool refs_only) {
  Tree tree(messages);
  if (refs_only) {
    tree.sort_by_newest();
  } else {
    tree.join_by_subject();
  }
  return tree.text();
}

std::string thread_by_subject(const std::vector<ThreadedMessage>& messages) {
  const auto when = [](const ThreadedMessage* m) { return std::pair(m->sent, m->number); };
  std::vector<std::vector<const ThreadedMessage*>> threads;
  std::unordered_map<std::string, Index> by_subject;
  for (const auto& message : messages) {
    const auto [place, added] = by_subject.try_emplace(message.subject, threads.size());
    if (added) threads.emplace_back();
    threads[place->second].push_back(&message);
  }
  for (auto& thread : threads) std::ranges::sort(thread, {}, when);
  std::ranges::sort(threads, {}, [&](const auto& thread) { return when(thread.front()); });
  std::string out;
  for (const auto& thread : threads) {
    out += '(' + std::to_string(thread.front()->number);
    if (thread.size() == 2) out += ' ' + std::to_string(thread.back()->number);
    if (thread.size() > 2) {
      out += ' ';
      for (std::size_t i = 1; i < thread.size(); ++i)
        out += '(' + std::to_string(thread[i]->number) + ')';
    }
    out += ')';
  }
  return out;
}

}  // namespace freehold::imap
