#include "node/store/database.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include <sqlite3.h>

#include "core/base/last_words.h"

namespace tercet::node {
namespace {

/// Rule D2: after a failed write or flush nobody knows what the disk holds. Starting again reads
/// it.
[[noreturn]] void end_process(int code) {
  say_last_words(
      "{\"level\":\"error\",\"component\":\"store\",\"event\":\"storage_write_failed\",\"code\":" +
      std::to_string(code) + "}\n");
  std::_Exit(74);
}

/// Made by ourselves, so that no moment exists in which others may read it.
Status make_file(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (file < 0) {
    return Error(Errc::storage_error, "open the node's database: it cannot be made or written")
        .hint("check owner, mode and free space of the data directory");
  }
  ::close(file);
  return ok_status();
}

}  // namespace

void Database::give_up() const {
  const int code = sqlite3_extended_errcode(database_);
  if (!options_.on_write_failed) {
    end_process(code);
  }
  options_.on_write_failed(code);
}

Error Database::failure(int code, const char* what) const {
  switch (code & 0xff) {
    case SQLITE_IOERR:
      give_up();
      return Error(Errc::storage_error, std::string(what) + ": a write or flush failed");
    case SQLITE_CONSTRAINT:
      return Error(Errc::already_exists, std::string(what) + ": the row is there already");
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return Error(Errc::storage_corrupt, std::string(what) + ": the database is damaged")
          .hint("put this node's newest data back from its own backup");
    case SQLITE_FULL:
      return Error(Errc::storage_error, std::string(what) + ": the disk is full")
          .hint("free space in the data directory");
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
      return Error(Errc::storage_error, std::string(what) + ": the database cannot be written")
          .hint("check owner and mode of the data directory and its file system");
    default:
      return Error(Errc::storage_error,
                   std::string(what) + ": SQLite says " + sqlite3_errstr(code));
  }
}

Statement::Statement(const Database& database, sqlite3_stmt* statement)
    : database_(&database), statement_(statement) {}

Statement::Statement(Statement&& other) noexcept
    : database_(other.database_),
      statement_(std::exchange(other.statement_, nullptr)),
      bound_(other.bound_),
      misbound_(other.misbound_) {}

Statement::~Statement() {
  if (statement_ != nullptr) {
    database_->steps_ +=
        static_cast<std::uint64_t>(sqlite3_stmt_status(statement_, SQLITE_STMTSTATUS_VM_STEP, 0));
  }
  sqlite3_finalize(statement_);
}

Statement& Statement::with(std::int64_t value) {
  misbound_ |= sqlite3_bind_int64(statement_, ++bound_, value) != SQLITE_OK;
  return *this;
}

Statement& Statement::with(std::string_view text) {
  misbound_ |= sqlite3_bind_text64(statement_,
                                   ++bound_,
                                   text.data() == nullptr ? "" : text.data(),
                                   text.size(),
                                   SQLITE_TRANSIENT,
                                   SQLITE_UTF8) != SQLITE_OK;
  return *this;
}

Statement& Statement::with(ByteView blob) {
  static constexpr std::uint8_t kEmpty = 0;
  misbound_ |= sqlite3_bind_blob64(statement_,
                                   ++bound_,
                                   blob.empty() ? &kEmpty : blob.data(),
                                   blob.size(),
                                   SQLITE_TRANSIENT) != SQLITE_OK;
  return *this;
}

Statement& Statement::with_null() {
  misbound_ |= sqlite3_bind_null(statement_, ++bound_) != SQLITE_OK;
  return *this;
}

Status Statement::run() {
  for (;;) {
    TERCET_TRY(const bool more, next());
    if (!more) {
      return ok_status();
    }
  }
}

Result<bool> Statement::next() {
  TERCET_CHECK(!misbound_ && bound_ == sqlite3_bind_parameter_count(statement_));
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) {
    return true;
  }
  if (code == SQLITE_DONE) {
    return false;
  }
  return database_->failure(code, "use the node's database");
}

bool Statement::is_null(int column) const {
  return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

std::int64_t Statement::integer(int column) const {
  return sqlite3_column_int64(statement_, column);
}

std::string Statement::text(int column) const {
  const Bytes bytes = blob(column);
  return std::string(as_text(bytes));
}

Bytes Statement::blob(int column) const {
  const auto* data = static_cast<const std::uint8_t*>(sqlite3_column_blob(statement_, column));
  const int size = sqlite3_column_bytes(statement_, column);
  if (data == nullptr || size <= 0) {
    return {};
  }
  return Bytes(data, data + size);
}

Result<std::unique_ptr<Database>> Database::open(const std::string& path,
                                                 const DatabaseOptions& options) {
  if (options.vfs.empty()) {
    TERCET_TRY_STATUS(make_file(path));
  }
  std::unique_ptr<Database> database(new Database(options));
  TERCET_TRY_STATUS(database->open_handle(path));
  TERCET_TRY_STATUS(
      database->execute("PRAGMA locking_mode=EXCLUSIVE;"
                        "PRAGMA journal_mode=WAL;"
                        "PRAGMA synchronous=FULL;"
                        "PRAGMA foreign_keys=ON;"
                        "PRAGMA secure_delete=ON;"
                        "PRAGMA trusted_schema=OFF;"
                        "PRAGMA cell_size_check=ON;"
                        "PRAGMA temp_store=MEMORY;"));
  return database;
}

Status Database::open_handle(const std::string& path) {
  const bool own_vfs = !options_.vfs.empty();
  const int flags =
      SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOFOLLOW | (own_vfs ? SQLITE_OPEN_CREATE : 0);
  const int code =
      sqlite3_open_v2(path.c_str(), &database_, flags, own_vfs ? options_.vfs.c_str() : nullptr);
  if (code != SQLITE_OK) {
    return failure(code, "open the node's database");
  }
  sqlite3_extended_result_codes(database_, 1);
  sqlite3_busy_timeout(database_, 0);
  return ok_status();
}

Database::~Database() {
  sqlite3_close_v2(database_);
}

Result<Statement> Database::prepare(std::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  const int code =
      sqlite3_prepare_v2(database_, sql.data(), static_cast<int>(sql.size()), &statement, nullptr);
  if (code != SQLITE_OK) {
    return failure(code, "prepare a statement");
  }
  return Statement(*this, statement);
}

Status Database::execute(const char* sql) {
  const int code = sqlite3_exec(database_, sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) {
    return failure(code, "use the node's database");
  }
  return ok_status();
}

Status Database::check_integrity(std::string_view table) {
  TERCET_TRY(Statement check, prepare("PRAGMA integrity_check(" + std::string(table) + ")"));
  TERCET_TRY(const bool row, check.next());
  if (!row || check.text(0) != "ok") {
    return Error(Errc::storage_corrupt, "check the node's database: it is damaged")
        .hint("put this node's newest data back from its own backup");
  }
  return ok_status();
}

Status Database::begin() {
  if (depth_ == 0) {
    TERCET_TRY_STATUS(execute("BEGIN IMMEDIATE"));
  }
  ++depth_;
  return ok_status();
}

Status Database::commit() {
  TERCET_CHECK(depth_ > 0);
  if (depth_ > 1) {
    --depth_;
    return ok_status();
  }
  Status done = rolled_back_ ? Error(Errc::storage_error,
                                     "use the node's database: a part of the transaction failed")
                             : execute("COMMIT");
  if (done) {
    depth_ = 0;
    changed_.clear();
  } else {
    undo();
  }
  return done;
}

void Database::roll_back() {
  TERCET_CHECK(depth_ > 0);
  if (depth_ > 1) {
    --depth_;
    rolled_back_ = true;
  } else {
    undo();
  }
}

void Database::undo() {
  depth_ = 0;
  rolled_back_ = false;
  if (sqlite3_get_autocommit(database_) == 0) {  // else SQLite has rolled back by itself
    if (const Status ended = execute("ROLLBACK"); !ended) {
      give_up();
    }
  }
  for (Mirror* mirror : std::exchange(changed_, {})) {
    if (const Status read = mirror->read_anew(); !read) {
      give_up();
    }
  }
}

void Database::changed(Mirror& mirror) {
  if (depth_ > 0 && std::find(changed_.begin(), changed_.end(), &mirror) == changed_.end()) {
    changed_.push_back(&mirror);
  }
}

}  // namespace tercet::node
