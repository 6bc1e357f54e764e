#include "Memory.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <stdexcept>

namespace mercer::fuzz {

GuardedPages::GuardedPages(std::size_t bytes, bool atEnd) {
  const std::size_t page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  pageBytes_ = std::max<std::size_t>(1, (bytes + page - 1) / page) * page;
  mappingBytes_ = pageBytes_ + 2 * page;
  void *mapping = mmap(nullptr, mappingBytes_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapping == MAP_FAILED)
    throw std::runtime_error("no memory for the fuzzer's buffers");
  mapping_ = static_cast<char *>(mapping);
  pages_ = mapping_ + page;
  mprotect(mapping_, page, PROT_NONE);
  mprotect(pages_ + pageBytes_, page, PROT_NONE);
  std::memset(pages_, redByte, pageBytes_);
  data_ = atEnd ? pages_ + pageBytes_ - bytes : pages_;
}

GuardedPages::~GuardedPages() { munmap(mapping_, mappingBytes_); }

void GuardedPages::makeReadOnly() { mprotect(pages_, pageBytes_, PROT_READ); }

Placed::Placed(DType dtype, std::vector<std::int64_t> shape, Layout layout, bool atEnd) {
  const std::size_t rank = shape.size();
  std::vector<std::int64_t> strides(rank);
  std::int64_t step = layout == Layout::gaps ? 2 : 1;
  for (std::size_t n = 0; n < rank; ++n) {
    std::size_t dimension = layout == Layout::transposed ? n : rank - 1 - n;
    strides[dimension] = step;
    step *= std::max<std::int64_t>(1, shape[dimension]) + (layout == Layout::gaps ? 1 : 0);
  }
  for (std::size_t n = 0; n < rank; ++n) {
    if (layout == Layout::negative && n % 2 == 0)
      strides[n] = -strides[n];
    if (layout == Layout::repeated && n == 0)
      strides[n] = 0;
  }
  std::int64_t lowest = 0, highest = 0;
  for (std::size_t n = 0; n < rank; ++n) {
    size_ *= shape[n];
    if (shape[n] > 0)
      (strides[n] < 0 ? lowest : highest) += (shape[n] - 1) * strides[n];
  }
  const std::int64_t bytes = size_ ? (highest - lowest + 1) * size_of(dtype) : 0;
  pages_ = std::make_shared<GuardedPages>(static_cast<std::size_t>(bytes), atEnd);
  view_.data = pages_->data() - (size_ ? lowest * size_of(dtype) : 0);
  view_.dtype = dtype;
  view_.shape = std::move(shape);
  if (layout != Layout::rowMajor)
    view_.strides = std::move(strides);
}

char *Placed::at(std::int64_t position) const {
  std::int64_t offset = 0, step = 1;
  for (std::size_t n = view_.shape.size(); n-- > 0; position /= view_.shape[n]) {
    offset += position % view_.shape[n] * (view_.strides.empty() ? step : view_.strides[n]);
    step *= view_.shape[n];
  }
  return static_cast<char *>(view_.data) + offset * size_of(view_.dtype);
}

const char *Placed::element(std::int64_t position) const { return at(position); }

template <class E>
static void store(char *to, E value) {
  std::memcpy(to, &value, sizeof value);
}
template <class E>
static E load(const char *from) {
  E value;
  std::memcpy(&value, from, sizeof value);
  return value;
}

void Placed::set(std::int64_t position, double number) {
  char *to = at(position);
  switch (view_.dtype) {
  case DType::f64:
    return store(to, number);
  case DType::f32:
    return store(to, static_cast<float>(number));
  case DType::f16:
    return store(to, half(static_cast<float>(number)).bits);
  case DType::bf16:
    return store(to, bfloat16(static_cast<float>(number)).bits);
  case DType::i64:
    return store(to, static_cast<std::int64_t>(number));
  case DType::i32:
    return store(to, static_cast<std::int32_t>(number));
  case DType::i8:
    return store(to, static_cast<std::int8_t>(number));
  case DType::boolean:
    return store(to, static_cast<std::uint8_t>(number != 0));
  }
}

double Placed::real(std::int64_t position) const {
  const char *from = at(position);
  half small;
  bfloat16 brain;
  switch (view_.dtype) {
  case DType::f64:
    return load<double>(from);
  case DType::f32:
    return load<float>(from);
  case DType::f16:
    small.bits = load<std::uint16_t>(from);
    return static_cast<float>(small);
  case DType::bf16:
    brain.bits = load<std::uint16_t>(from);
    return static_cast<float>(brain);
  default:
    return static_cast<double>(integer(position));
  }
}

std::int64_t Placed::integer(std::int64_t position) const {
  const char *from = at(position);
  switch (view_.dtype) {
  case DType::i64:
    return load<std::int64_t>(from);
  case DType::i32:
    return load<std::int32_t>(from);
  case DType::i8:
    return load<std::int8_t>(from);
  default:
    return load<std::uint8_t>(from);
  }
}

bool Placed::isRedZoneHit() const {
  std::vector<bool> own(pages_->pageBytes());
  for (std::int64_t position = 0; position < size_; ++position) {
    std::size_t first = static_cast<std::size_t>(at(position) - pages_->pages());
    for (std::size_t n = 0; n < static_cast<std::size_t>(size_of(view_.dtype)); ++n)
      own[first + n] = true;
  }
  for (std::size_t n = 0; n < own.size(); ++n)
    if (!own[n] && static_cast<unsigned char>(pages_->pages()[n]) != GuardedPages::redByte)
      return true;
  return false;
}

double rounded(DType dtype, double number) {
  switch (dtype) {
  case DType::f32:
    return static_cast<float>(number);
  case DType::f16:
    return static_cast<float>(half(static_cast<float>(number)));
  case DType::bf16:
    return static_cast<float>(bfloat16(static_cast<float>(number)));
  default:
    return number;
  }
}

} // namespace mercer::fuzz
