#pragma once

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/base/result.h"

namespace tercet::node {

/// What to do where a node finds no data.
inline constexpr const char* kNoDataHint =
    "is its volume mounted, and data_dir right? A node that lost its data: restore its own backup. "
    "A new node: start it with --init, once";

/// Whether a node has data, or begins with none. An empty directory is more often a volume that is
/// not mounted than a new node, so it has to be said.
enum class StartWith : std::uint8_t { its_data, nothing };

/// A directory that belongs to one running node: ours alone (0700, every file 0600) and locked
/// while the object lives.
///
/// Source: rules D7, Q5; faults F28, F31.
/// Errors of open: storage_error; the text says which rule is broken, the hint how to mend it.
class DataDirectory {
 public:
  /// With `nothing` the directory is made (0700) where it is absent; its parent must exist, and no
  /// file named `database`..., as a database and its log are, may be there. With `its_data` the
  /// directory and the file `database` must be there.
  static Result<std::unique_ptr<DataDirectory>> open(const std::string& path,
                                                     StartWith start,
                                                     const std::string& database);
  ~DataDirectory();
  DataDirectory(const DataDirectory&) = delete;
  DataDirectory& operator=(const DataDirectory&) = delete;

  std::string file(const std::string& name) const { return path_ + "/" + name; }

  /// From now on check_in_place() looks for this file, too. Errors: storage_error (it is not
  /// there).
  Status watch(const std::string& name);
  /// Whether the files that are open still lie under their names: a directory that was removed,
  /// replaced or unmounted takes what is written and keeps nothing of it. Errors: storage_error.
  Status check_in_place() const;

 private:
  /// Which file lies under a name.
  struct Watched {
    std::string name;
    dev_t device;
    ino_t inode;
  };

  DataDirectory(std::string path, int lock) : path_(std::move(path)), lock_(lock) {}

  std::string path_;
  int lock_;
  std::vector<Watched> watched_;
};

}  // namespace tercet::node
