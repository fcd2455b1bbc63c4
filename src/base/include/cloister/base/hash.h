// SHA-256, the one hash of the project: components, granted files, receipts.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

struct evp_md_ctx_st;

namespace cloister {

struct Digest {
  std::array<std::uint8_t, 32> bytes{};
  friend bool operator==(const Digest&, const Digest&) = default;
};

// 64 lower-case hexadecimal digits.
[[nodiscard]] std::string hex(const Digest& digest);

// The digest written as 64 hexadecimal digits of either case, or nothing.
[[nodiscard]] std::optional<Digest> parse_digest(std::string_view text);

// SHA-256 (FIPS 180-4) of bytes that come in pieces, by OpenSSL, which uses the processor's SHA instructions.
// Thread safety: none; one object a thread.
class Sha256 {
 public:
  Sha256();
  Sha256(Sha256&&) noexcept = default;
  Sha256& operator=(Sha256&&) noexcept = default;

  Sha256& update(std::span<const std::byte> bytes);
  Sha256& update(std::string_view text);
  // The eight bytes of `number`, little-endian: lengths inside composed digests.
  Sha256& update_u64(std::uint64_t number);
  Sha256& update(const Digest& digest);

  // The digest of all bytes since the construction or the last finish(); the object starts afresh.
  [[nodiscard]] Digest finish();

 private:
  struct Free {
    void operator()(evp_md_ctx_st* context) const;
  };
  std::unique_ptr<evp_md_ctx_st, Free> context_;
};

// SHA-256 of bytes at hand.
[[nodiscard]] Digest sha256(std::span<const std::byte> bytes);
[[nodiscard]] Digest sha256(std::string_view text);

}  // namespace cloister
