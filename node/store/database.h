#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

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

/// What is kept in memory of a table.
class Mirror {
 public:
  virtual ~Mirror() = default;
  /// Makes it what the table says. Errors: those of reading.
  virtual Status read_anew() = 0;

 protected:
  Mirror() = default;
  Mirror(const Mirror&) = default;
  Mirror& operator=(const Mirror&) = default;
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

  /// What ended statements took so far, in steps of SQLite's virtual machine: one that looks at
  /// every row takes more with every row.
  std::uint64_t steps() const { return steps_; }

  /// Statements without parameters, several at once.
  Status execute(const char* sql);
  /// Pages, indices and constraints of one table. Errors: storage_corrupt.
  Status check_integrity(std::string_view table);

  /// Transactions nest: only the outermost begins and commits, so that a table's own write may be
  /// part of a larger one. After a roll-back of any level nothing of the outermost becomes durable.
  /// Whatever is not committed is not in memory either when these return: mirrors that changed are
  /// read anew. If that fails, nobody knows what holds, and the process ends (rule D2).
  /// Errors of commit: storage_error.
  Status begin();
  Status commit();
  void roll_back();
  /// Call it when the mirror takes up what a statement wrote. It lives until the transaction ends.
  void changed(Mirror& mirror);

 private:
  friend class Statement;

  explicit Database(const DatabaseOptions& options) : options_(options) {}

  Status open_handle(const std::string& path);
  /// What became of a call that ended with `code`.
  Error failure(int code, const char* what) const;
  /// Nobody knows any more what the disk holds (rule D2).
  void give_up() const;
  /// Ends the outermost level without a commit.
  void undo();

  DatabaseOptions options_;
  sqlite3* database_ = nullptr;
  mutable std::uint64_t steps_ = 0;
  int depth_ = 0;
  bool rolled_back_ = false;      ///< a level of the transaction that is open was
  std::vector<Mirror*> changed_;  ///< in the transaction that is open
};

}  // namespace tercet::node
