#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/config/address.h"

/// The one reader of YAML. A schema says once, per key, its type, bounds and default; `load` checks
/// a whole file against it and reports everything wrong with it together.
namespace tercet::config {

/// One problem: "proxy.yaml:12: listen_address: expected host:port".
class Problems {
 public:
  void add(std::string_view file, int line, std::string_view key, std::string_view text);

  bool empty() const { return lines_.empty(); }

  /// config_error with all of them, in order of appearance.
  Error error(std::string_view file) const;

 private:
  std::vector<std::string> lines_;
};

class Section;

/// A parsed file. Errors: config_error (absent, unreadable, over 1 MiB, not YAML).
class Document {
 public:
  static Result<Document> open(const std::string& path);
  static Result<Document> parse(const std::string& path, const std::string& text);
  Document(Document&&) noexcept;
  Document& operator=(Document&&) noexcept;
  ~Document();

  /// The top mapping. The document outlives it.
  Section root(Problems& problems) const;

  /// `path` itself, or below the document's directory if it is relative.
  std::string resolve(std::string_view path) const;

  const std::string& path() const;

 private:
  friend class Section;
  class Impl;
  explicit Document(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// A mapping being read: each getter notes that its key is known; `finish` reports the rest.
/// Getters return the default (or an empty value) after noting a problem, so that all are found.
class Section {
 public:
  class Impl;
  explicit Section(std::shared_ptr<Impl> impl);
  Section(const Section&);
  Section& operator=(const Section&);
  ~Section();

  bool has(std::string_view key) const;

  // Required keys.
  std::string text(std::string_view key);
  std::int64_t integer(std::string_view key, std::int64_t min, std::int64_t max);
  NetAddress address(std::string_view key);
  /// A file or folder, made absolute by Document::resolve.
  std::string path(std::string_view key);
  std::vector<std::string> texts(std::string_view key);
  std::vector<Section> sections(std::string_view key);
  Section section(std::string_view key);
  /// Text that `parse` turns into a value; its error is reported at the key's line.
  template <class T>
  T parsed(std::string_view key, Result<T> (*parse)(std::string_view));

  // Optional keys.
  std::string text_or(std::string_view key, std::string_view fallback);
  std::int64_t integer_or(std::string_view key,
                          std::int64_t fallback,
                          std::int64_t min,
                          std::int64_t max);
  NetAddress address_or_none(std::string_view key);
  std::string path_or_none(std::string_view key);
  std::vector<std::string> texts_or_none(std::string_view key);
  /// An empty section (all its getters see nothing) where the key is absent.
  Section section_or_none(std::string_view key);

  /// Notes a problem at the key's line (or the section's, where the key is absent).
  void problem(std::string_view key, std::string_view text);

  /// Call last: reports every key that no getter asked for.
  void finish();

 private:
  std::shared_ptr<Impl> impl_;
};

template <class T>
T Section::parsed(std::string_view key, Result<T> (*parse)(std::string_view)) {
  const std::string value = text(key);
  if (value.empty()) {
    return T();
  }
  Result<T> result = parse(value);
  if (!result) {
    problem(key, result.error().what());
    return T();
  }
  return std::move(result).value();
}

}  // namespace tercet::config
