#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "core/base/bytes.h"
#include "core/base/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace tercet::node {

class Database;

/// What a Database stands on; the defaults are those of the product.
class DatabaseOptions {
 public:
  DatabaseOptions() = default;
  /// A registered VFS of SQLite that makes and holds the file; empty: files of the machine.
  std::string vfs;
  /// Called after a write or flush failed (rule D2); empty: ends the process. One that returns
  /// makes the call fail with storage_error, and must see to it that nothing that the process does
  /// from then on has any effect.
  std::function<void(int code)> on_write_failed;
};

/// One prepared statement. Parameters are bound in order by `with`; then either `run` (no rows
/// wanted) or `next` until it says false.
class Statement {
 public:
  Statement(const Database& database, sqlite3_stmt* statement);
  ~Statement();
  Statement(Statement&& other) noexcept;
  Statement& operator=(Statement&&) = delete;
  Statement(const Statement&) = delete;

  Statement& with(std::int64_t value);

  Statement& with(std::uint32_t value) { return with(static_cast<std::int64_t>(value)); }

  Statement& with(std::string_view text);
  Statement& with(ByteView blob);
  Statement& with_null();

  /// Runs to the end. Errors: already_exists (a unique row is there), storage_error.
  Status run();
  /// True: a row can be read. Errors: storage_error, storage_corrupt.
  Result<bool> next();

  bool is_null(int column) const;
  std::int64_t integer(int column) const;
  std::string text(int column) const;
  Bytes blob(int column) const;

 private:
  const Database* database_;
  sqlite3_stmt* statement_;
  int bound_ = 0;
  bool misbound_ = false;
};

/// A thin owner of one SQLite connection; the only class besides Statement that calls SQLite. A
/// write or flush that the operating system refuses ends the process (rule D2). Threads: one.
class Database {
 public:
  /// Opens or makes `path` (mode 0600) and sets WAL and synchronous=FULL. Errors: storage_error,
  /// storage_corrupt.
  static Result<std::unique_ptr<Database>> open(const std::string& path,
                                                const DatabaseOptions& options = {});
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  Result<Statement> prepare(std::string_view sql);
  /// Statements without parameters, several at once.
  Status execute(const char* sql);
  /// Pages, indices and constraints. Errors: storage_corrupt.
  Status check_integrity();

  /// Transactions nest: only the outermost begins and commits, so that a table's own write may be
  /// part of a larger one. A roll-back ends all levels.
  Status begin();
  Status commit();
  void roll_back();

 private:
  friend class Statement;

  explicit Database(const DatabaseOptions& options) : options_(options) {}

  Status open_handle(const std::string& path);
  /// What became of a call that ended with `code`.
  Error failure(int code, const char* what) const;

  DatabaseOptions options_;
  sqlite3* database_ = nullptr;
  int depth_ = 0;
};

}  // namespace tercet::node
