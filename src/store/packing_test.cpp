#include "store/packing.hpp"

#include <gtest/gtest.h>

#include "base/hash.hpp"
#include "store/reader.hpp"

namespace freehold::store {
namespace {

TEST(Packing, GivesBackWhatItTook) {
  std::string text;
  for (int i = 0; i < 5000; ++i) text += "line " + std::to_string(i * 7919 % 1000) + "\r\n";
  for (const auto& bytes : {std::string(), std::string("x"), std::string(64, 'a'), text,
                            random_bytes(10'000), std::string(3, '\0')}) {
    const auto packed = pack(bytes);
    EXPECT_LE(packed.size(), bytes.size() + 1);
    EXPECT_EQ(unpack(packed, bytes.size()), bytes);
    if (!bytes.empty())
      EXPECT_THROW(static_cast<void>(unpack(packed, bytes.size() - 1)), ReadError);
  }
  EXPECT_LT(pack(text).size(), text.size() / 2);
}

TEST(Packing, RefusesWhatIsDamaged) {
  const auto packed = pack(std::string(1000, 'a') + "and an end");
  for (const auto& damaged :
       {std::string(), std::string("other bytes"), packed.substr(1), packed.substr(0, 10),
        packed.substr(0, packed.size() - 1), packed + "x"}) {
    EXPECT_THROW(static_cast<void>(unpack(damaged, 10'000)), ReadError) << damaged.size();
  }
}

}  // namespace
}  // namespace freehold::store
