// Who may include what: architecture.md "Folders", style guide section 5.

#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "tests/lint/source_tree.h"

namespace tercet::lint {
namespace {

/// The first row whose folder is a prefix of the file's path decides.
struct Layer {
  std::string_view folder;
  std::vector<std::string_view> may_include;
};

const std::vector<Layer>& layers() {
  static const std::vector<std::string_view> core_without_net = {"core/base/",
                                                                 "core/secret/",
                                                                 "core/ct/",
                                                                 "core/random/",
                                                                 "core/time/",
                                                                 "core/codec/",
                                                                 "core/crypto/",
                                                                 "core/config/",
                                                                 "core/log/",
                                                                 "core/metrics/",
                                                                 "core/sigv4/",
                                                                 "core/xks/"};
  static const std::vector<Layer> table = [] {
    std::vector<std::string_view> with_async = core_without_net;
    with_async.push_back("core/async/");
    std::vector<std::string_view> net = with_async;
    net.push_back("core/net/");
    std::vector<std::string_view> mpc = core_without_net;
    mpc.push_back("core/async/task.h");
    mpc.push_back("mpc/");
    return std::vector<Layer>{
        {"core/base/", {"core/base/"}},
        {"core/async/", with_async},
        {"core/net/", net},
        {"core/http/", {"core/"}},
        {"core/", core_without_net},
        {"mpc/", mpc},
        {"node/", {"core/", "mpc/", "node/"}},
        {"proxy/", {"core/", "proxy/", "mpc/wire/", "mpc/party.h"}},
        {"tests/", {"core/", "mpc/", "node/", "proxy/", "tests/", "bench/"}},
        {"bench/", {"core/", "mpc/", "node/", "proxy/", "tests/support/", "bench/"}},
    };
  }();
  return table;
}

/// Libraries that one module wraps for all others.
struct Wrapped {
  std::string_view header;
  std::vector<std::string_view> only_in;
};

const std::vector<Wrapped>& wrapped() {
  static const std::vector<Wrapped> table = {
      {"<sodium", {"core/crypto/", "core/secret/", "core/ct/", "core/random/", "tests/", "bench/"}},
      {"<openssl/ssl", {"core/net/", "tests/"}},
      {"<openssl/", {"core/crypto/", "core/net/", "tests/", "bench/"}},
      {"<sqlite3", {"node/store/", "tests/"}},
      {"<yaml-cpp", {"core/config/", "tests/"}},
      {"<boost/beast", {"core/http/"}},
      {"<boost/asio/ssl", {"core/net/"}},
  };
  return table;
}

std::string included(std::string_view line) {
  if (!line.starts_with("#include ")) {
    return {};
  }
  return std::string(line.substr(9, line.find_last_of("\">") - 8));
}

TEST(Layers, IncludesGoDownwardsOnly) {
  ASSERT_FALSE(source_tree().empty());
  for (const SourceFile& file : source_tree()) {
    for (std::size_t i = 0; i < file.code.size(); ++i) {
      const std::string header = included(file.code[i]);
      if (!header.starts_with('"')) {
        continue;
      }
      for (const Layer& layer : layers()) {
        if (file.path.starts_with(layer.folder)) {
          EXPECT_TRUE(starts_with_any(std::string_view(header).substr(1), layer.may_include))
              << place(file, i) << ": " << layer.folder << " may not include " << header;
          break;
        }
      }
    }
  }
}

TEST(Layers, LibrariesStayBehindTheirWrappers) {
  for (const SourceFile& file : source_tree()) {
    for (std::size_t i = 0; i < file.code.size(); ++i) {
      const std::string header = included(file.code[i]);
      for (const Wrapped& library : wrapped()) {
        if (header.starts_with(library.header)) {
          EXPECT_TRUE(starts_with_any(file.path, library.only_in))
              << place(file, i) << ": " << header;
          break;
        }
      }
    }
  }
}

TEST(Layers, FewFilesSeeBeastAndAsioSsl) {
  constexpr std::size_t kFilesMax = 3;  // they are slow to compile
  std::vector<std::string> seen;
  for (const SourceFile& file : source_tree()) {
    for (const std::string& line : file.code) {
      if (line.starts_with("#include <boost/beast") ||
          line.starts_with("#include <boost/asio/ssl")) {
        EXPECT_FALSE(file.path.ends_with(".h")) << file.path << ": no header may include " << line;
        seen.push_back(file.path);
        break;
      }
    }
  }
  EXPECT_LE(seen.size(), kFilesMax) << ::testing::PrintToString(seen);
}

}  // namespace
}  // namespace tercet::lint
