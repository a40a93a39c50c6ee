#include "store/rocksdb/packer.hpp"

#include <string>

#include "store/packing.hpp"

namespace freehold::store {

namespace {

class Packer final : public rocksdb::CompactionFilter {
 public:
  const char* Name() const override { return "Packer"; }

  Decision FilterV2(int /*level*/, const rocksdb::Slice& /*key*/, ValueType type,
                    const rocksdb::Slice& value, std::string* packed,
                    std::string* /*skip_until*/) const override {
    if (type != ValueType::kValue || !pack({value.data(), value.size()}, *packed)) {
      return Decision::kKeep;
    }
    return Decision::kChangeValue;
  }
};

class PackerFactory final : public rocksdb::CompactionFilterFactory {
 public:
  const char* Name() const override { return "PackerFactory"; }

  bool ShouldFilterTableFileCreation(rocksdb::TableFileCreationReason reason) const override {
    return reason == rocksdb::TableFileCreationReason::kFlush ||
           reason == rocksdb::TableFileCreationReason::kRecovery;
  }
  std::unique_ptr<rocksdb::CompactionFilter> CreateCompactionFilter(
      const rocksdb::CompactionFilter::Context& /*context*/) override {
    return std::make_unique<Packer>();
  }
};

}  // namespace

std::shared_ptr<rocksdb::CompactionFilterFactory> make_packer() {
  return std::make_shared<PackerFactory>();
}

}  // namespace freehold::store
