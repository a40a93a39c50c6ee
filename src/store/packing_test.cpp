#include "store/packing.hpp"

#include <gtest/gtest.h>

#include "base/hash.hpp"
#include "store/reader.hpp"

namespace freehold::store {
namespace {

std::string unpacked(std::string_view bytes) { return std::string(1, kUnpacked).append(bytes); }

std::string packed(std::string_view bytes) {
  std::string out;
  EXPECT_TRUE(pack(unpacked(bytes), out));
  return out;
}

TEST(Packing, GivesBackWhatItTook) {
  std::string text;
  for (int i = 0; i < 5000; ++i) text += "line " + std::to_string(i * 7919 % 1000) + "\r\n";
  for (const auto& bytes : {std::string(100, 'a'), text, std::string(200, '\0')}) {
    for (const auto& stored : {unpacked(bytes), packed(bytes)}) {
      EXPECT_EQ(unpack(stored, bytes.size()), bytes);
      EXPECT_THROW(static_cast<void>(unpack(stored, bytes.size() - 1)), ReadError);
    }
  }
  EXPECT_EQ(unpack(unpacked(""), 0), "");
  EXPECT_LT(packed(text).size(), text.size() / 2);
}

TEST(Packing, LeavesWhatWouldNotBeSmaller) {
  std::string out;
  EXPECT_FALSE(pack("", out));
  EXPECT_FALSE(pack(unpacked(""), out));
  EXPECT_FALSE(pack(unpacked("short"), out));
  EXPECT_FALSE(pack(unpacked(random_bytes(10'000)), out));
  EXPECT_FALSE(pack(packed(std::string(1000, 'a')), out));
}

TEST(Packing, RefusesWhatIsDamaged) {
  const auto whole = packed(std::string(1000, 'a') + "and an end");
  for (const auto& damaged :
       {std::string(), std::string("other bytes"), whole.substr(1), whole.substr(0, 10),
        whole.substr(0, whole.size() - 1), whole + "x"}) {
    EXPECT_THROW(static_cast<void>(unpack(damaged, 10'000)), ReadError) << damaged.size();
  }
}

}  // namespace
}  // namespace freehold::store
