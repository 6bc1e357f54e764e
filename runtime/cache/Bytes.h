// Values as bytes and back: what keys and entries of the cache are made of.
#pragma once

#include <bit>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

namespace mercer::detail::cache {

/// Numbers of 7 bits a byte, low ones first; texts and lists after their length. Different values never give the same bytes.
class Writer {
public:
  template <class Number>
    requires(std::is_integral_v<Number> || std::is_enum_v<Number>)
  void add(Number number) {
    // Signed ones as 0, -1, 1, -2, ...: small numbers stay short.
    const auto value = static_cast<std::int64_t>(number);
    std::uint64_t rest = (static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63);
    for (; rest >= 0x80; rest >>= 7)
      bytes_ += static_cast<char>(rest | 0x80);
    bytes_ += static_cast<char>(rest);
  }
  /// Its bits: zeros of both signs differ.
  void add(double number) {
    for (std::uint64_t bits = std::bit_cast<std::uint64_t>(number), n = 0; n < 8; ++n, bits >>= 8)
      bytes_ += static_cast<char>(bits);
  }
  void add(std::string_view text) {
    add(text.size());
    bytes_ += text;
  }
  /// `write` adds one item.
  template <class Items, class Write>
  void list(const Items &items, Write write) {
    add(items.size());
    for (const auto &item : items)
      write(item);
  }
  template <class Items>
  void list(const Items &items) {
    list(items, [this](const auto &item) { this->add(item); });
  }

  std::string take() { return std::move(bytes_); }

private:
  std::string bytes_;
};

/// Reads what a Writer wrote. After bytes that none wrote, all numbers are 0, texts empty, and `failed` says so.
class Reader {
public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}

  std::int64_t number() {
    std::uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      if (rest_.empty())
        break;
      const auto byte = static_cast<unsigned char>(rest_.front());
      rest_.remove_prefix(1);
      value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
      if (byte < 0x80)
        return static_cast<std::int64_t>((value >> 1) ^ (0 - (value & 1)));
    }
    return fail();
  }
  std::string_view text() {
    const std::size_t size = length();
    const std::string_view result = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return result;
  }
  /// `read` reads one item.
  template <class Read>
  void list(Read read) {
    for (std::size_t left = length(); left > 0 && !failed_; --left)
      read();
  }

  bool failed() const { return failed_; }
  bool at_end() const { return rest_.empty(); }

private:
  /// Of what takes at least a byte an item.
  std::size_t length() {
    const std::int64_t size = number();
    if (size < 0 || static_cast<std::uint64_t>(size) > rest_.size())
      return static_cast<std::size_t>(fail());
    return static_cast<std::size_t>(size);
  }
  std::int64_t fail() {
    failed_ = true;
    rest_ = {};
    return 0;
  }

  std::string_view rest_;
  bool failed_ = false;
};

} // namespace mercer::detail::cache
