#pragma once

#include "core/base/result.h"
#include "node/store/database.h"

namespace tercet::node {

/// Runs `work` in a (possibly nested) transaction: all of it is durable, or none.
template <class Work>
Status in_transaction(Database& database, Work work) {
  TERCET_TRY_STATUS(database.begin());
  Status done = work();
  if (!done) {
    database.roll_back();
    return done;
  }
  return database.commit();
}

}  // namespace tercet::node
