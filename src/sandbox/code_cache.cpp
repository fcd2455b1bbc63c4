#include "code_cache.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <utility>

#include "private_folder.h"

namespace cloister::sandbox {
namespace {

// An entry: magic, key, authentication code, machine code.
constexpr std::array<char, 8> kMagic{'C', 'L', 'O', 'I', 'C', 'O', 'D', '1'};
constexpr std::size_t kHeader = kMagic.size() + 2 * sizeof(Digest::bytes);
constexpr std::uint64_t kMaxEntry = std::uint64_t{4} << 30;
constexpr const char* kSecretName = "secret";

std::string entry_name(const Digest& key) { return hex(key) + std::string(kEntrySuffix); }

// A name that no other writer uses.
std::string temporary_name() {
  static std::atomic<std::uint64_t> count{0};
  return fmt::format(".{}-{}{}", getpid(), count.fetch_add(1, std::memory_order_relaxed), kTemporarySuffix);
}

bool read_all(int file, std::span<std::byte> bytes) {
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t count = read(file, bytes.data() + done, bytes.size() - done);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    done += static_cast<std::size_t>(count);
  }
  return true;
}

bool write_all(int file, std::span<const std::byte> bytes) {
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t count = write(file, bytes.data() + done, bytes.size() - done);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    done += static_cast<std::size_t>(count);
  }
  return true;
}

struct PrivateFile {
  UniqueFd file;
  std::vector<std::byte> bytes;  // all of it
};

// A private regular file in the directory, or nothing.
std::optional<PrivateFile> read_private(int directory, const char* name) {
  UniqueFd file(openat(directory, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  struct stat status{};
  if (!file || fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode) || !is_private(status)) return std::nullopt;
  if (status.st_size < 0 || static_cast<std::uint64_t>(status.st_size) > kMaxEntry) return std::nullopt;
  std::vector<std::byte> bytes(static_cast<std::size_t>(status.st_size));
  if (!read_all(file.get(), bytes)) return std::nullopt;
  return PrivateFile{std::move(file), std::move(bytes)};
}

// Writes a file of mode 0600 under a temporary name; 0 or an errno. It is not synced: an entry that a crash leaves
// incomplete fails its authentication.
int write_private(int directory, const std::string& name, std::initializer_list<std::span<const std::byte>> parts) {
  const UniqueFd file(openat(directory, name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file) return errno;
  for (const auto part : parts) {
    if (!write_all(file.get(), part)) {
      const int error = errno;
      unlinkat(directory, name.c_str(), 0);
      return error;
    }
  }
  return 0;
}

}  // namespace

Result<CodeCache> CodeCache::open(const std::string& directory) {
  CLOISTER_TRY(UniqueFd folder, make_private_folder(directory));
  CLOISTER_TRY(const Secret secret, load_or_make_secret(folder.get(), directory));
  return CodeCache(std::move(folder), directory, secret);
}

Result<CodeCache::Secret> CodeCache::load_or_make_secret(int directory, const std::string& path) {
  // A second attempt reads what another process made meanwhile, or replaces a damaged secret.
  for (int attempt = 0; attempt < 3; ++attempt) {
    if (const auto found = read_private(directory, kSecretName)) {
      if (found->bytes.size() == sizeof(Secret)) {
        Secret secret;
        std::memcpy(secret.data(), found->bytes.data(), secret.size());
        return secret;
      }
    }
    Secret fresh;
    if (getrandom(fresh.data(), fresh.size(), 0) != static_cast<ssize_t>(fresh.size())) {
      return fail_errno("get random bytes for", path, errno);
    }
    if (attempt > 0) unlinkat(directory, kSecretName, 0);
    const std::string temporary = temporary_name();
    if (const int error = write_private(directory, temporary, {fresh}); error != 0) {
      return fail_errno("write to the folder", path, error);
    }
    // A link, not a rename, so that the first of several processes wins.
    const bool linked = linkat(directory, temporary.c_str(), directory, kSecretName, 0) == 0;
    const int error = errno;
    unlinkat(directory, temporary.c_str(), 0);
    if (!linked && error != EEXIST) return fail_errno("write to the folder", path, error);
  }
  return fail(ErrorCode::io, fmt::format("the secret of the code cache '{}' cannot be read; delete the folder", path));
}

Digest CodeCache::authenticate(const Digest& key, std::span<const std::byte> code) const {
  constexpr std::size_t kBlock = 64;
  std::array<std::byte, kBlock> inner;
  std::array<std::byte, kBlock> outer;
  for (std::size_t i = 0; i < kBlock; ++i) {
    const std::byte byte = i < secret_.size() ? secret_[i] : std::byte{0};
    inner[i] = byte ^ std::byte{0x36};
    outer[i] = byte ^ std::byte{0x5c};
  }
  Sha256 hash;
  const Digest message = hash.update(std::span<const std::byte>(inner)).update(key).update(code).finish();
  return hash.update(std::span<const std::byte>(outer)).update(message).finish();
}

std::optional<std::vector<std::byte>> CodeCache::load(const Digest& key) const {
  auto found = read_private(directory_.get(), entry_name(key).c_str());
  bool authentic = false;
  if (found && found->bytes.size() > kHeader) {
    const std::byte* header = found->bytes.data();
    const Digest expected = authenticate(key, std::span(found->bytes).subspan(kHeader));
    authentic =
        std::memcmp(header, kMagic.data(), kMagic.size()) == 0 &&
        std::memcmp(header + kMagic.size(), key.bytes.data(), key.bytes.size()) == 0 &&
        std::memcmp(header + kMagic.size() + key.bytes.size(), expected.bytes.data(), expected.bytes.size()) == 0;
  }
  if (!authentic) {
    remove(key);
    return std::nullopt;
  }
  // It was used now, of which eviction goes by the time. Where this cannot be written, the entry only seems older.
  (void)futimens(found->file.get(), nullptr);
  found->bytes.erase(found->bytes.begin(), found->bytes.begin() + kHeader);
  return std::move(found->bytes);
}

Result<void> CodeCache::store(const Digest& key, std::span<const std::byte> code) const {
  const Digest code_of = authenticate(key, code);
  const std::string temporary = temporary_name();
  const int error = write_private(directory_.get(), temporary,
                                  {std::as_bytes(std::span(kMagic)), std::as_bytes(std::span(key.bytes)),
                                   std::as_bytes(std::span(code_of.bytes)), code});
  if (error != 0) return fail_errno("write to the folder", path_, error);
  if (renameat(directory_.get(), temporary.c_str(), directory_.get(), entry_name(key).c_str()) != 0) {
    const int cause = errno;
    unlinkat(directory_.get(), temporary.c_str(), 0);
    return fail_errno("write to the folder", path_, cause);
  }
  CLOISTER_CHECK(evict(directory_.get(), path_, CodeBound{}));
  return {};
}

void CodeCache::remove(const Digest& key) const { unlinkat(directory_.get(), entry_name(key).c_str(), 0); }

}  // namespace cloister::sandbox
