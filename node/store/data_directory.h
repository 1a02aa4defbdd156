#pragma once

#include <memory>
#include <string>

#include "core/base/result.h"

namespace tercet::node {

/// A directory that belongs to one running node: ours alone (0700, every file 0600) and locked
/// while the object lives.
///
/// Source: rules D7; fault F31.
/// Errors of open: storage_error; the text says which rule is broken, the hint how to mend it.
class DataDirectory {
 public:
  /// Makes the directory (0700) where it is absent; its parent must exist.
  static Result<std::unique_ptr<DataDirectory>> open(const std::string& path);
  ~DataDirectory();
  DataDirectory(const DataDirectory&) = delete;
  DataDirectory& operator=(const DataDirectory&) = delete;

  std::string file(const std::string& name) const { return path_ + "/" + name; }

 private:
  DataDirectory(std::string path, int lock) : path_(std::move(path)), lock_(lock) {}

  std::string path_;
  int lock_;
};

}  // namespace tercet::node
