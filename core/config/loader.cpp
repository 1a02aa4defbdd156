#include "core/config/loader.h"

#include <charconv>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <utility>

#include <yaml-cpp/yaml.h>

namespace tercet::config {

void Problems::add(std::string_view file, int line, std::string_view key, std::string_view text) {
  lines_.push_back(std::string(file) + ':' + std::to_string(line) + ": " + std::string(key) +
                   (key.empty() ? "" : ": ") + std::string(text));
}

Error Problems::error(std::string_view file) const {
  std::string text = "load " + std::string(file) + ": " + std::to_string(lines_.size()) +
                     (lines_.size() == 1 ? " problem" : " problems");
  for (const std::string& line : lines_) {
    text += "\n  " + line;
  }
  return Error(Errc::config_error, std::move(text))
      .hint("the examples in configs/ explain every key");
}

class Document::Impl {
 public:
  Impl(std::string file_path, const YAML::Node& top) : path(std::move(file_path)), root(top) {}

  std::string path;
  YAML::Node root;
};

Document::Document(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Document::Document(Document&&) noexcept = default;
Document& Document::operator=(Document&&) noexcept = default;
Document::~Document() = default;

Result<Document> Document::open(const std::string& path) {
  constexpr std::size_t kBytesMax = 1024UL * 1024;
  std::error_code failed;
  const std::uintmax_t size = std::filesystem::file_size(path, failed);
  std::ifstream file(path);
  if (failed || !file) {
    return Error(Errc::config_error, "load " + path + ": cannot be opened")
        .hint("check that the file exists and can be read by the user of this process");
  }
  if (size > kBytesMax) {
    return Error(Errc::config_error, "load " + path + ": over 1 MiB");
  }
  const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  return parse(path, text);
}

Result<Document> Document::parse(const std::string& path, const std::string& text) {
  try {
    const YAML::Node root = YAML::Load(text);
    if (!root.IsMap()) {
      return Error(Errc::config_error, "load " + path + ": not a mapping of keys to values");
    }
    return Document(std::make_unique<Impl>(path, root));
  } catch (const YAML::Exception& exception) {
    return Error(
        Errc::config_error,
        path + ':' + std::to_string(exception.mark.line + 1) + ": not YAML: " + exception.msg);
  }
}

const std::string& Document::path() const {
  return impl_->path;
}

std::string Document::resolve(std::string_view path) const {
  const std::filesystem::path given(path);
  if (path.empty() || given.is_absolute()) {
    return std::string(path);
  }
  const std::filesystem::path folder = std::filesystem::absolute(impl_->path).parent_path();
  return (folder / given).lexically_normal().string();
}

class Section::Impl {
 public:
  const Document* document = nullptr;
  Problems* problems = nullptr;
  YAML::Node node;
  std::string prefix;  ///< of the keys below, for messages
  int line = 1;
  bool present = false;
  std::set<std::string, std::less<>> known;

  /// The value under `key`, if there is one.
  YAML::Node find(std::string_view key, bool& found) {
    known.emplace(key);
    found = false;
    if (present) {
      for (const auto& entry : node) {
        if (entry.first.IsScalar() && entry.first.Scalar() == key && !entry.second.IsNull()) {
          found = true;
          return entry.second;
        }
      }
    }
    return {};
  }

  void note(int at, std::string_view key, std::string_view text) const {
    problems->add(document->path(), at, prefix + std::string(key), text);
  }

  static int line_of(const YAML::Node& value) { return value.Mark().line + 1; }

  /// A scalar under `key`; where it is missing and required, or not a scalar, a problem.
  std::string scalar(std::string_view key, bool required, bool& found) {
    const YAML::Node value = find(key, found);
    if (!found) {
      if (required && present) {
        note(line, key, "is missing");
      }
      return {};
    }
    if (!required && value.IsScalar() && value.Scalar().empty()) {
      found = false;  // an optional key left empty is as good as absent
      return {};
    }
    if (!value.IsScalar() || value.Scalar().empty()) {
      note(line_of(value), key, "expected a value");
      found = false;
      return {};
    }
    return value.Scalar();
  }

  std::int64_t number(std::string_view key,
                      const std::string& text,
                      std::int64_t min,
                      std::int64_t max) {
    std::int64_t value = 0;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
    if (parsed.ec != std::errc() || parsed.ptr != text.data() + text.size()) {
      note_at(key, "expected a whole number");
      return min;
    }
    if (value < min || value > max) {
      note_at(key, "expected " + std::to_string(min) + " to " + std::to_string(max));
      return min;
    }
    return value;
  }

  void note_at(std::string_view key, std::string_view text) {
    bool found = false;
    const YAML::Node value = find(key, found);
    note(found ? line_of(value) : line, key, text);
  }

  std::vector<std::string> list(std::string_view key, bool required) {
    bool found = false;
    const YAML::Node value = find(key, found);
    std::vector<std::string> out;
    if (!found) {
      if (required && present) {
        note(line, key, "is missing");
      }
      return out;
    }
    if (!value.IsSequence() || (required && value.size() == 0)) {
      note(line_of(value), key, "expected a list");
      return out;
    }
    for (const YAML::Node& item : value) {
      if (!item.IsScalar() || item.Scalar().empty()) {
        note(line_of(item), key, "expected a list of values");
      } else {
        out.push_back(item.Scalar());
      }
    }
    return out;
  }

  std::shared_ptr<Impl> child(const YAML::Node& value, const std::string& name) const {
    auto out = std::make_shared<Impl>();
    out->document = document;
    out->problems = problems;
    out->node = value;
    out->prefix = prefix + name + '.';
    out->line = line_of(value);
    out->present = value.IsMap();
    return out;
  }
};

Section::Section(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}

Section::Section(const Section&) = default;
Section& Section::operator=(const Section&) = default;
Section::~Section() = default;

Section Document::root(Problems& problems) const {
  auto out = std::make_shared<Section::Impl>();
  out->document = this;
  out->problems = &problems;
  out->node = impl_->root;
  out->present = true;
  return Section(std::move(out));
}

bool Section::has(std::string_view key) const {
  bool found = false;
  impl_->find(key, found);
  return found;
}

std::string Section::text(std::string_view key) {
  bool found = false;
  return impl_->scalar(key, true, found);
}

std::string Section::text_or(std::string_view key, std::string_view fallback) {
  bool found = false;
  std::string value = impl_->scalar(key, false, found);
  return found ? value : std::string(fallback);
}

std::int64_t Section::integer(std::string_view key, std::int64_t min, std::int64_t max) {
  bool found = false;
  const std::string value = impl_->scalar(key, true, found);
  return found ? impl_->number(key, value, min, max) : min;
}

std::int64_t Section::integer_or(std::string_view key,
                                 std::int64_t fallback,
                                 std::int64_t min,
                                 std::int64_t max) {
  bool found = false;
  const std::string value = impl_->scalar(key, false, found);
  return found ? impl_->number(key, value, min, max) : fallback;
}

NetAddress Section::address(std::string_view key) {
  return parsed<NetAddress>(key, &NetAddress::parse);
}

NetAddress Section::address_or_none(std::string_view key) {
  return has(key) ? address(key) : NetAddress();
}

std::string Section::path(std::string_view key) {
  return impl_->document->resolve(text(key));
}

std::string Section::path_or_none(std::string_view key) {
  return impl_->document->resolve(text_or(key, ""));
}

std::vector<std::string> Section::texts(std::string_view key) {
  return impl_->list(key, true);
}

std::vector<std::string> Section::texts_or_none(std::string_view key) {
  return impl_->list(key, false);
}

std::vector<Section> Section::sections(std::string_view key) {
  bool found = false;
  const YAML::Node value = impl_->find(key, found);
  std::vector<Section> out;
  if (!found) {
    if (impl_->present) {
      impl_->note(impl_->line, key, "is missing");
    }
    return out;
  }
  if (!value.IsSequence() || value.size() == 0) {
    impl_->note(Impl::line_of(value), key, "expected a list");
    return out;
  }
  std::size_t index = 0;
  for (const YAML::Node& item : value) {
    const std::string name = std::string(key) + '[' + std::to_string(index++) + ']';
    if (!item.IsMap()) {
      impl_->note(Impl::line_of(item), name, "expected keys and values");
    } else {
      out.push_back(Section(impl_->child(item, name)));
    }
  }
  return out;
}

Section Section::section(std::string_view key) {
  if (!has(key) && impl_->present) {
    impl_->note(impl_->line, key, "is missing");
  }
  return section_or_none(key);
}

Section Section::section_or_none(std::string_view key) {
  bool found = false;
  const YAML::Node value = impl_->find(key, found);
  if (found && value.IsMap()) {
    return Section(impl_->child(value, std::string(key)));
  }
  if (found) {
    impl_->note(Impl::line_of(value), key, "expected keys and values");
  }
  auto none = std::make_shared<Impl>();
  none->document = impl_->document;
  none->problems = impl_->problems;
  none->prefix = impl_->prefix + std::string(key) + '.';
  none->line = impl_->line;
  return Section(std::move(none));
}

void Section::problem(std::string_view key, std::string_view text) {
  impl_->note_at(key, text);
}

void Section::finish() {
  if (!impl_->present) {
    return;
  }
  std::set<std::string> seen;
  for (const auto& entry : impl_->node) {
    const std::string key = entry.first.IsScalar() ? entry.first.Scalar() : "?";
    if (!seen.insert(key).second) {
      impl_->note(Impl::line_of(entry.first), key, "is there twice");
    } else if (!impl_->known.contains(key)) {
      impl_->note(Impl::line_of(entry.first), key, "is not a key that is known here");
    }
  }
}

}  // namespace tercet::config
