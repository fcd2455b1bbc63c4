#include "csv_scanner.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace cloister::data {
namespace {

// Pieces begin with a chunk of a hashed file, which is read whole anyway, and grow while rows are read in order.
constexpr std::size_t kFirstPieceBytes = 16384;
constexpr std::size_t kLastPieceBytes = 262144;

// Bytes that mean something inside an unquoted field.
constexpr std::array<bool, 256> kSpecial = [] {
  std::array<bool, 256> special{};
  for (const unsigned char c : {',', '"', '\n', '\r', '\0'}) special[c] = true;
  return special;
}();

}  // namespace

CsvScanner::CsvScanner(std::uint64_t file_size, ReadAt read, std::string name)
    : file_size_(file_size), read_(std::move(read)), name_(std::move(name)) {
  seek(0, 1);
}

void CsvScanner::seek(std::uint64_t offset, std::uint64_t line) {
  block_offset_ = offset;
  begin_ = end_ = 0;
  read_bytes_ = kFirstPieceBytes - static_cast<std::size_t>(offset % kFirstPieceBytes);
  next_line_ = line;
}

Unexpected<Error> CsvScanner::bad(std::string_view why) const {
  return fail(ErrorCode::bad_data, fmt::format("'{}' cannot be read: line {} {}", name_, line_, why));
}

// Reads more behind the row that is being taken; false at the end of the file.
Result<bool> CsvScanner::fill() {
  if (end_ - begin_ > kMaxCsvRowBytes) {
    return bad(fmt::format("begins a row of more than {} bytes; is a quote not closed?", kMaxCsvRowBytes));
  }
  const std::uint64_t left = file_size_ - block_offset_ - end_;
  if (left == 0) return false;
  std::copy(block_.data() + begin_, block_.data() + end_, block_.data());
  block_offset_ += begin_;
  end_ -= begin_;
  begin_ = 0;
  const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(read_bytes_, left));
  if (block_.size() < end_ + size) block_.resize(end_ + size);
  CLOISTER_CHECK(read_(block_offset_ + end_, std::as_writable_bytes(std::span(block_).subspan(end_, size))));
  end_ += size;
  read_bytes_ = std::min(std::max(read_bytes_, kFirstPieceBytes) * 2, kLastPieceBytes);
  return true;
}

Result<void> CsvScanner::end_field(std::size_t end) {
  if (places_.size() == kMaxCsvFields) return bad(fmt::format("has more than {} fields", kMaxCsvFields));
  field_.end = end;
  places_.push_back(field_);
  field_ = {.begin = 0, .end = 0, .escaped = false};
  return {};
}

Result<bool> CsvScanner::next() {
  enum class State { field_begin, unquoted, quoted, quote, carriage_return };
  State state = State::field_begin;
  places_.clear();
  line_ = next_line_;
  std::size_t quote = 0;  // where a quoted field's last quote is
  for (std::size_t at = 0;;) {
    if (begin_ + at == end_) {
      CLOISTER_TRY(const bool more, fill());
      if (more) continue;
      if (at == 0) return false;
      if (state == State::quoted) return bad("has a quote that is never closed; close it");
      if (state == State::carriage_return)
        return bad("has a carriage return that no line feed follows; end lines with LF or CR LF");
      if (state == State::field_begin) field_.begin = at;
      CLOISTER_CHECK(end_field(state == State::quote ? quote : at));
      take(at);
      return true;
    }
    const char c = block_[begin_ + at];
    if (c == '\0') return bad("has a NUL byte; a CSV file is text");
    switch (state) {
      case State::field_begin:
        field_.begin = at;
        state = State::unquoted;
        if (c != '"') continue;  // looked at again
        field_.begin = at + 1;
        state = State::quoted;
        break;
      case State::unquoted:
        if (!kSpecial[static_cast<unsigned char>(c)]) {
          const char* const rest = block_.data() + begin_ + at;
          const char* const special =
              std::find_if(rest, static_cast<const char*>(block_.data() + end_),
                           [](char other) { return kSpecial[static_cast<unsigned char>(other)]; });
          at += static_cast<std::size_t>(special - rest);
          continue;
        }
        if (c == '"') return bad("has a quote inside a field that does not begin with one; quote the whole field");
        CLOISTER_CHECK(end_field(at));
        state = c == ',' ? State::field_begin : State::carriage_return;
        break;
      case State::quoted:
        if (c == '\n') ++next_line_;
        if (c == '"') {
          quote = at;
          state = State::quote;
        }
        break;
      case State::quote:
        if (c == '"') {
          field_.escaped = true;
          state = State::quoted;
          break;
        }
        if (c != ',' && c != '\n' && c != '\r')
          return bad("has text after a closing quote; double quotes inside fields");
        CLOISTER_CHECK(end_field(quote));
        state = c == ',' ? State::field_begin : State::carriage_return;
        break;
      case State::carriage_return:
        if (c != '\n') return bad("has a carriage return that no line feed follows; end lines with LF or CR LF");
        break;
    }
    ++at;
    // A field that ended with the line: by LF itself, or by the LF after CR.
    if (state == State::carriage_return && c == '\n') {
      take(at);
      return true;
    }
  }
}

// Ends a row of `size` bytes.
void CsvScanner::take(std::size_t size) {
  fields_.clear();
  char* const row = block_.data() + begin_;
  for (const Field& field : places_) {
    char* const begin = row + field.begin;
    char* end = row + field.end;
    if (field.escaped) {
      char* out = begin;
      for (const char* in = begin; in != end; ++in) {
        *out++ = *in;
        if (*in == '"') ++in;  // the second of two
      }
      end = out;
    }
    fields_.emplace_back(begin, static_cast<std::size_t>(end - begin));
  }
  begin_ += size;
  ++next_line_;
}

}  // namespace cloister::data
