#include "bench/load/test_key.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <utility>

#include "core/crypto/gcm.h"
#include "core/random/random.h"
#include "core/secret/secret_file.h"

namespace tercet::bench {
namespace {

constexpr std::size_t kKeyBytes = 32;
constexpr std::size_t kIvBytes = 12;

/// A folder of our own, gone with its content at the end of the scope.
class ScratchFolder {
 public:
  static Result<ScratchFolder> make() {
    std::string name = (std::filesystem::temp_directory_path() / "tercet-bench.XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) {
      return Error(Errc::io_error, "make a temporary folder");
    }
    return ScratchFolder(std::move(name));
  }

  ScratchFolder(ScratchFolder&& other) noexcept : path_(std::exchange(other.path_, {})) {}

  ScratchFolder& operator=(ScratchFolder&&) = delete;

  ~ScratchFolder() {
    if (!path_.empty()) {
      std::error_code ignored;
      std::filesystem::remove_all(path_, ignored);
    }
  }

  std::string file(const std::string& name) const { return path_ + "/" + name; }

 private:
  explicit ScratchFolder(std::string path) : path_(std::move(path)) {}

  std::string path_;
};

/// Runs `tercet` from our own folder; what it prints goes to our standard error, or nowhere.
Result<int> run_tercet(std::vector<std::string> arguments, bool quiet) {
  std::error_code failed;
  const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe", failed);
  arguments.insert(arguments.begin(), (self.parent_path() / "tercet").string());
  std::vector<char*> words;
  words.reserve(arguments.size() + 1);
  for (std::string& argument : arguments) {
    words.push_back(argument.data());
  }
  words.push_back(nullptr);
  posix_spawn_file_actions_t files{};
  ::posix_spawn_file_actions_init(&files);
  if (quiet) {
    ::posix_spawn_file_actions_addopen(&files, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  }
  ::posix_spawn_file_actions_adddup2(&files, STDERR_FILENO, STDOUT_FILENO);
  pid_t child = 0;
  const int spawned = ::posix_spawn(&child, words[0], &files, nullptr, words.data(), environ);
  ::posix_spawn_file_actions_destroy(&files);
  if (spawned != 0) {
    return Error(Errc::io_error, "run " + arguments.front()).hint("build everything: ./run build");
  }
  int status = 0;
  while (::waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) {
      return Error(Errc::io_error, "wait for " + arguments.front());
    }
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

Status need_administration(const ClusterFile& cluster) {
  if (cluster.admin_config.empty()) {
    return Error(Errc::config_error, "dev.json names no admin_config: keys cannot be made");
  }
  return ok_status();
}

Bytes random_bytes(std::size_t count) {
  Bytes out(count);
  system_random().fill(out);
  return out;
}

}  // namespace

Result<KnownKey> KnownKey::obtain(const ClusterFile& cluster) {
  if (cluster.known_key) {
    TERCET_TRY(const std::string content, read_file(cluster.known_key->file));
    if (content.size() != kKeyBytes) {
      return Error(Errc::config_error, "dev.json: the known key has another length than 32 bytes");
    }
    return KnownKey(cluster.known_key->id, to_bytes(as_bytes(content)));
  }
  TERCET_TRY_STATUS(need_administration(cluster));
  KnownKey key("bench-import-" + to_hex(random_bytes(6)), random_bytes(kKeyBytes));
  TERCET_TRY(const ScratchFolder folder, ScratchFolder::make());
  const std::string file = folder.file("key");
  TERCET_TRY_STATUS(write_secret_file(file, SecretBytes::copy_of(key.bytes_)));
  TERCET_TRY(const int exit_code,
             run_tercet({"key",
                         "import",
                         "--config",
                         cluster.admin_config,
                         "--id",
                         key.id_,
                         "--key-file",
                         file,
                         "--foreign-ciphertexts"},
                        false));
  if (exit_code != 0) {
    return Error(Errc::config_error, "import a key: `tercet key import` failed, see above");
  }
  return key;
}

Result<Sealed> KnownKey::seal(std::size_t plaintext_bytes) const {
  Sealed out;
  out.key = id_;
  out.aad = random_bytes(kAadBytes);
  out.iv = random_bytes(kIvBytes);
  out.plaintext = random_bytes(plaintext_bytes);
  TERCET_TRY(GcmCiphertext sealed, aes256gcm_encrypt(bytes_, out.iv, out.aad, out.plaintext));
  out.ciphertext = std::move(sealed.ciphertext);
  out.tag.assign(sealed.tag.begin(), sealed.tag.end());
  return out;
}

Status make_joint_key(const ClusterFile& cluster, const std::string& id) {
  if (cluster.known_key) {
    return ok_status();
  }
  TERCET_TRY_STATUS(need_administration(cluster));
  TERCET_TRY(const int shown,
             run_tercet({"key", "show", "--config", cluster.admin_config, "--id", id}, true));
  if (shown == 0) {
    return ok_status();
  }
  TERCET_TRY(const int made,
             run_tercet({"key", "create", "--config", cluster.admin_config, "--id", id}, false));
  if (made != 0) {
    return Error(Errc::config_error, "make the key " + id + ": `tercet key create` failed");
  }
  return ok_status();
}

}  // namespace tercet::bench
