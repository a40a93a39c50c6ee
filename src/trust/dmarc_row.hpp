#pragma once

#include "trust/dmarc_report.hpp"

namespace freehold::schema {
class DmarcRow;
}

namespace freehold::trust {

// A row as it is kept: texts that are too long are cut, and so are lists.
[[nodiscard]] schema::DmarcRow to_record(const AggregateRow& row);
[[nodiscard]] AggregateRow from_record(const schema::DmarcRow& record);

}  // namespace freehold::trust
