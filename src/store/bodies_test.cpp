#include "store/bodies.hpp"

#include <gtest/gtest.h>

#include "store/keys.hpp"
#include "store/packing.hpp"
#include "store/testing/temporary_store.hpp"

namespace freehold::store {
namespace {

using keys::Table;

// Bytes that do not repeat from piece to piece.
std::string bytes_of(std::size_t size) {
  std::string bytes(size, '\0');
  std::uint32_t state = 1;
  for (auto& byte : bytes) {
    state = state * 1664525U + 1013904223U;
    byte = static_cast<char>(state >> 24);
  }
  return bytes;
}

std::size_t count(Engine& engine, Table table) {
  std::size_t n = 0;
  engine.latest().scan(prefix_range(keys::table(table)), [&n](auto, auto) {
    ++n;
    return true;
  });
  return n;
}

class Bodies : public ::testing::Test {
 protected:
  IncomingBody write(std::string_view bytes, std::size_t step = 100'000) {
    BodyWriter writer(store.engine());
    while (!bytes.empty()) {
      EXPECT_TRUE(writer.append(bytes.substr(0, step)));
      bytes.remove_prefix(std::min(step, bytes.size()));
    }
    auto body = writer.finish();
    EXPECT_TRUE(body);
    return body ? std::move(*body) : IncomingBody();
  }
  void link(const IncomingBody& body, std::string_view owner) {
    Transaction tx(store.engine().latest());
    store::link(tx, body, owner);
    ASSERT_TRUE(store.engine().commit_blocking(tx.take()));
  }
  void unlink(const BlobHash& hash, std::string_view owner) {
    Transaction tx(store.engine().latest());
    store::unlink(tx, hash, owner);
    ASSERT_TRUE(store.engine().commit_blocking(tx.take()));
  }
  bool stored(const BlobHash& hash) {
    return BodyReader::open(store.engine().latest(), hash).has_value();
  }

  testing::TemporaryStore store;
  const std::string anna = keys::owner(AccountId(1), EmailId(1));
  const std::string bert = keys::owner(AccountId(2), EmailId(1));
};

TEST_F(Bodies, AreReadAsTheyWereWritten) {
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{1}, kPieceSize - 1, kPieceSize, kPieceSize + 1, 2 * kPieceSize,
        2 * kPieceSize + 1, 3 * kPieceSize + 1000}) {
    const auto bytes = bytes_of(size);
    const auto body = write(bytes);
    EXPECT_EQ(body.size, size);
    EXPECT_EQ(body.hash, sha256(bytes));
    EXPECT_EQ(body.bulk, size > kPieceSize) << size;
    link(body, anna);
    const auto reader = BodyReader::open(store.engine().latest(), body.hash);
    ASSERT_TRUE(reader) << size;
    EXPECT_EQ(reader->size(), size);
    EXPECT_TRUE(reader->all() == bytes) << size;
  }
  EXPECT_EQ(count(store.engine(), Table::bulk_pending), 0U);
}

TEST_F(Bodies, AreReadFromAnyOffset) {
  const auto bytes = bytes_of(2 * kPieceSize + 100);
  const auto body = write(bytes, 7777);
  link(body, anna);
  const auto reader = BodyReader::open(store.engine().latest(), body.hash);
  ASSERT_TRUE(reader);
  const std::pair<std::uint64_t, std::size_t> table[] = {
      {0, 1},          {0, kPieceSize},           {1, kPieceSize},
      {100, 50},       {kPieceSize - 1, 1000},    {kPieceSize, 1000},
      {kPieceSize, 0}, {2 * kPieceSize + 99, 10}, {2 * kPieceSize, std::string::npos},
  };
  for (const auto& [offset, most] : table) {
    const auto piece = reader->read(offset, most);
    EXPECT_LE(piece.size(), most);
    EXPECT_EQ(piece.empty(), most == 0);
    EXPECT_TRUE(piece == bytes.substr(static_cast<std::size_t>(offset), piece.size())) << offset;
  }
  EXPECT_EQ(reader->read(bytes.size()), "");
  EXPECT_EQ(reader->read(~std::uint64_t{0}), "");
}

TEST_F(Bodies, ArePackedWhenTheyReachTheirFile) {
  const std::string text(10'000, 'x');
  const auto body = write(text);
  const auto key = keys::piece(Table::body_piece, body.id, 0);
  link(body, anna);
  EXPECT_EQ(store.engine().latest().get(key), kUnpacked + text);
  store.reopen();  // what the log has goes to files
  const auto packed = store.engine().latest().get(key);
  ASSERT_TRUE(packed);
  EXPECT_LT(packed->size(), 100U);
  EXPECT_EQ(unpack(*packed, text.size()), text);
  EXPECT_EQ(BodyReader::open(store.engine().latest(), body.hash)->all(), text);
}

TEST_F(Bodies, TheSameContentIsStoredOnce) {
  for (const std::size_t size : {std::size_t{1000}, 2 * kPieceSize}) {
    const auto bytes = bytes_of(size);
    link(write(bytes), anna);
    const auto pieces =
        count(store.engine(), Table::body_piece) + count(store.engine(), Table::bulk_piece);
    const auto again = write(bytes);
    link(again, bert);
    EXPECT_TRUE(BodyReader::open(store.engine().latest(), again.hash)->all() == bytes);
    collect_abandoned(store.engine());  // the pieces of the second copy, if it was large
    EXPECT_EQ(count(store.engine(), Table::body_piece) + count(store.engine(), Table::bulk_piece),
              pieces);
    EXPECT_TRUE(BodyReader::open(store.engine().latest(), again.hash)->all() == bytes);
  }
  EXPECT_EQ(count(store.engine(), Table::body), 2U);
}

TEST_F(Bodies, TwoLinksOfOneLargeBodyAtOnceDoNotLoseItsPieces) {
  const auto bytes = bytes_of(kPieceSize + 1);
  const auto first = write(bytes);
  const auto second = write(bytes);
  Transaction one(store.engine().latest());
  Transaction two(store.engine().latest());
  store::link(one, first, anna);
  store::link(two, second, bert);
  ASSERT_TRUE(store.engine().commit_blocking(one.take()));
  const auto late = store.engine().commit_blocking(two.take());
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().kind, Problem::Kind::conflict);
  link(second, bert);
  collect_abandoned(store.engine());
  EXPECT_TRUE(BodyReader::open(store.engine().latest(), first.hash)->all() == bytes);
}

TEST_F(Bodies, AreCollectedAfterTheirLastLink) {
  for (const std::size_t size : {std::size_t{10}, 2 * kPieceSize}) {
    const auto body = write(bytes_of(size));
    link(body, anna);
    link(body, bert);
    unlink(body.hash, anna);
    EXPECT_EQ(collect_unlinked(store.engine(), 100), 0U);
    EXPECT_TRUE(stored(body.hash));
    unlink(body.hash, bert);
    EXPECT_TRUE(stored(body.hash));
    EXPECT_EQ(collect_unlinked(store.engine(), 100), 1U);
    EXPECT_FALSE(stored(body.hash));
  }
  for (const auto table : {Table::body, Table::body_link, Table::unlinked, Table::body_piece,
                           Table::bulk_piece, Table::bulk_pending}) {
    EXPECT_EQ(count(store.engine(), table), 0U) << static_cast<char>(table);
  }
}

TEST_F(Bodies, OneThatIsNotWantedAfterAllIsForgotten) {
  forget(store.engine(), write(bytes_of(10)));
  const auto kept_bytes = bytes_of(2 * kPieceSize + 1);
  const auto kept = write(kept_bytes);
  forget(store.engine(), write(bytes_of(3 * kPieceSize)));
  EXPECT_EQ(count(store.engine(), Table::bulk_piece), 3U);
  EXPECT_EQ(count(store.engine(), Table::bulk_pending), 1U);
  link(kept, anna);
  EXPECT_TRUE(BodyReader::open(store.engine().latest(), kept.hash)->all() == kept_bytes);
}

TEST_F(Bodies, OneCollectionTakesNoMoreThanItsShare) {
  for (int i = 0; i < 5; ++i) {
    const auto body = incoming_body("body " + std::to_string(i));
    link(body, anna);
    unlink(body.hash, anna);
  }
  EXPECT_EQ(collect_unlinked(store.engine(), 2), 2U);
  EXPECT_EQ(collect_unlinked(store.engine(), 2), 2U);
  EXPECT_EQ(collect_unlinked(store.engine(), 2), 1U);
}

TEST_F(Bodies, AStoredBodyIsLinkedOnceMoreUnlessItIsGone) {
  const auto body = incoming_body("hello");
  link(body, anna);
  Transaction tx(store.engine().latest());
  EXPECT_TRUE(link_stored(tx, body.hash, bert));
  EXPECT_FALSE(link_stored(tx, sha256("never seen"), bert));
  ASSERT_TRUE(store.engine().commit_blocking(tx.take()));
  unlink(body.hash, anna);
  EXPECT_EQ(collect_unlinked(store.engine(), 10), 0U);
  EXPECT_TRUE(stored(body.hash));
}

// An engine that lets something happen between the collection's look and its commit.
class InterruptedEngine final : public Engine {
 public:
  InterruptedEngine(Engine& engine, std::function<void()> meanwhile)
      : engine_(engine), meanwhile_(std::move(meanwhile)) {}
  const Reader& latest() const override { return engine_.latest(); }
  std::unique_ptr<Reader> snapshot() const override { return engine_.snapshot(); }
  awaitable<Result<>> commit(Batch batch) override { return engine_.commit(std::move(batch)); }
  Result<> commit_blocking(Batch batch) override {
    meanwhile_();
    return engine_.commit_blocking(std::move(batch));
  }
  Result<std::unique_ptr<BulkWriter>> bulk_writer() override { return engine_.bulk_writer(); }
  bool disk_low() const override { return engine_.disk_low(); }
  Usage usage() const override { return engine_.usage(); }

 private:
  Engine& engine_;
  std::function<void()> meanwhile_;
};

TEST_F(Bodies, ALinkMadeDuringTheCollectionWins) {
  const auto body = incoming_body("hello");
  link(body, anna);
  unlink(body.hash, anna);
  InterruptedEngine interrupted(store.engine(), [&] { link(body, bert); });
  EXPECT_EQ(collect_unlinked(interrupted, 10), 0U);
  ASSERT_TRUE(stored(body.hash));
  EXPECT_EQ(BodyReader::open(store.engine().latest(), body.hash)->all(), "hello");
  EXPECT_EQ(collect_unlinked(store.engine(), 10), 0U);
  EXPECT_TRUE(stored(body.hash));
}

TEST_F(Bodies, ACollectionMadeDuringALinkIsNoticedByTheLink) {
  const auto body = incoming_body("hello");
  link(body, anna);
  unlink(body.hash, anna);
  Transaction tx(store.engine().latest());
  store::link(tx, body, bert);
  ASSERT_EQ(collect_unlinked(store.engine(), 10), 1U);
  const auto late = store.engine().commit_blocking(tx.take());
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().kind, Problem::Kind::conflict);
  link(body, bert);  // as the lane does: again from the start
  EXPECT_EQ(BodyReader::open(store.engine().latest(), body.hash)->all(), "hello");
}

TEST_F(Bodies, ALinkLostDuringTheCollectionIsNotForgotten) {
  const auto body = incoming_body("hello");
  link(body, anna);
  link(body, bert);
  unlink(body.hash, anna);
  // The collection sees bert's link, and then he goes too.
  InterruptedEngine interrupted(store.engine(), [&] { unlink(body.hash, bert); });
  EXPECT_EQ(collect_unlinked(interrupted, 10), 0U);
  EXPECT_EQ(collect_unlinked(store.engine(), 10), 1U);
  EXPECT_FALSE(stored(body.hash));
}

TEST_F(Bodies, LargeBodiesThatNobodyLinkedAreCollectedAtTheStart) {
  const auto abandoned = write(bytes_of(2 * kPieceSize));
  const auto kept_bytes = bytes_of(3 * kPieceSize);
  const auto kept = write(kept_bytes);
  link(kept, anna);
  EXPECT_EQ(count(store.engine(), Table::bulk_pending), 1U);
  store.reopen();
  collect_abandoned(store.engine());
  EXPECT_EQ(count(store.engine(), Table::bulk_pending), 0U);
  EXPECT_EQ(count(store.engine(), Table::bulk_piece), 3U);
  EXPECT_FALSE(stored(abandoned.hash));
  EXPECT_TRUE(BodyReader::open(store.engine().latest(), kept.hash)->all() == kept_bytes);
}

TEST_F(Bodies, ALargeBodyThatIsDroppedLeavesNothing) {
  {
    BodyWriter writer(store.engine());
    ASSERT_TRUE(writer.append(bytes_of(2 * kPieceSize)));
    EXPECT_TRUE(writer.large());
  }
  EXPECT_EQ(count(store.engine(), Table::bulk_pending), 0U);
  EXPECT_EQ(count(store.engine(), Table::bulk_piece), 0U);
}

}  // namespace
}  // namespace freehold::store
