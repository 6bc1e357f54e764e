// Buffers of a call beside inaccessible pages, in every layout, with red zones where a view has gaps.
#pragma once

#include "Tree.h"

#include <functional>

namespace mercer::fuzz {

/// Memory whose last byte is followed by an inaccessible page, or whose first byte comes after one. The rest
/// of its pages, and all of it at first, holds `redByte`.
class GuardedPages {
public:
  GuardedPages(std::size_t bytes, bool atEnd);
  ~GuardedPages();
  GuardedPages(const GuardedPages &) = delete;
  GuardedPages &operator=(const GuardedPages &) = delete;

  char *data() const { return data_; }
  /// All bytes of the accessible pages.
  char *pages() const { return pages_; }
  std::size_t pageBytes() const { return pageBytes_; }
  /// From now on writes end the process.
  void makeReadOnly();

  /// NaN as any float, -1 as any integer, no value of a bool.
  static constexpr unsigned char redByte = 0xff;

private:
  char *mapping_ = nullptr, *pages_ = nullptr, *data_ = nullptr;
  std::size_t mappingBytes_ = 0, pageBytes_ = 0;
};

/// Elements of a type, strided as a layout says, in guarded pages.
class Placed {
public:
  Placed(DType dtype, std::vector<std::int64_t> shape, Layout layout, bool atEnd);

  const View &view() const { return view_; }
  std::int64_t size() const { return size_; }
  void makeReadOnly() { pages_->makeReadOnly(); }
  /// Elements, row-major, as numbers; rounded when stored.
  void set(std::int64_t position, double number);
  double real(std::int64_t position) const;
  std::int64_t integer(std::int64_t position) const;
  /// The bytes of an element.
  const char *element(std::int64_t position) const;
  /// Was a byte outside of the elements written?
  bool isRedZoneHit() const;

private:
  char *at(std::int64_t position) const;

  View view_;
  std::int64_t size_ = 1;
  std::shared_ptr<GuardedPages> pages_;
};

/// A number rounded to a type and back.
double rounded(DType dtype, double number);

} // namespace mercer::fuzz
