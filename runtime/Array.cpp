// Arrays and views: memory with a shape.
#include "mercer/runtime/Array.h"

#include "mercer/runtime/Convert.h"
#include "mercer/runtime/Pages.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>

namespace mercer {
namespace detail {

std::string text_of(std::span<const std::int64_t> sizes) {
  std::string text = "[";
  for (std::size_t n = 0; n < sizes.size(); ++n)
    text += (n ? ", " : "") + std::to_string(sizes[n]);
  return text + "]";
}

bool count_elements(std::span<const std::int64_t> shape, DType dtype, std::int64_t &count) {
  count = 1;
  if (std::find(shape.begin(), shape.end(), 0) != shape.end()) {
    count = 0;
    return true;
  }
  for (std::int64_t size : shape)
    if (__builtin_mul_overflow(count, size, &count))
      return false;
  std::int64_t bytes;
  return !__builtin_mul_overflow(count, size_of(dtype), &bytes);
}

void check_container(std::size_t size, const std::vector<std::int64_t> &shape) {
  std::int64_t count;
  bool known = std::all_of(shape.begin(), shape.end(), [](std::int64_t size) { return size >= 0; }) &&
               count_elements(shape, DType::boolean, count);
  if (!known || static_cast<std::size_t>(count) != size)
    throw Error(ErrorCode::bad_view,
                "view: shape " + text_of(shape) +
                    " does not have as many elements as the container, which has " + std::to_string(size),
                {});
}

} // namespace detail

ArrayStorage::ArrayStorage(DType dtype, std::vector<std::int64_t> sizes, bool zeroed)
    : dtype(dtype), shape(std::move(sizes)) {
  if (shape.size() > 16)
    throw Error(ErrorCode::limit_exceeded,
                "array: 'shape' has " + std::to_string(shape.size()) + " dimensions; the limit is 16", {});
  for (std::int64_t extent : shape)
    if (extent < 0)
      throw Error(ErrorCode::bad_view,
                  "array: 'shape' is " + detail::text_of(shape) + "; sizes must not be negative", {});
  if (!detail::count_elements(shape, dtype, size))
    throw Error(ErrorCode::limit_exceeded,
                "array: shape " + detail::text_of(shape) + " of " + std::string(name_of(dtype)) +
                    " has 2^63 bytes or more",
                {});
  const std::size_t bytes = static_cast<std::size_t>(size) * size_of(dtype);
  if (bytes == 0)
    return;
  if (bytes <= SIZE_MAX / 2)
    memory = detail::allocate_pages(bytes);
  if (!memory)
    throw Error(ErrorCode::out_of_memory,
                "array: no memory for shape " + detail::text_of(shape) + " of " +
                    std::string(name_of(dtype)) + ", " + std::to_string(bytes) + " bytes",
                {});
  if (zeroed)
    std::memset(memory, 0, bytes);
}

ArrayStorage::~ArrayStorage() { std::free(memory); }

Array ArrayStorage::uninitialised(DType dtype, std::vector<std::int64_t> shape) {
  return Array(dtype, std::move(shape), Array::Uninitialised());
}

Array::Array(DType dtype, Shape shape)
    : storage_(std::make_shared<ArrayStorage>(dtype, shape.sizes(), true)) {}
Array::Array(DType dtype, std::vector<std::int64_t> shape, Uninitialised)
    : storage_(std::make_shared<ArrayStorage>(dtype, std::move(shape), false)) {}

DType Array::dtype() const { return storage_->dtype; }
const std::vector<std::int64_t> &Array::shape() const { return storage_->shape; }
std::int64_t Array::size() const { return storage_->size; }
Array::operator View() const { return {storage_->memory, storage_->dtype, storage_->shape, {}, false}; }
void *Array::memory() const { return storage_->memory; }
bool Array::is_real() const { return kind_of(storage_->dtype) == real; }

void Array::check_type(int code) const {
  if (code == static_cast<int>(storage_->dtype))
    return;
  std::string asked = code < 0 ? "another type" : std::string(name_of(static_cast<DType>(code)));
  throw Error(ErrorCode::type_mismatch,
              "array: elements are " + std::string(name_of(storage_->dtype)) + ", not " + asked, {});
}

static const void *only_element(const ArrayStorage &storage) {
  if (storage.size != 1)
    throw Error(ErrorCode::bad_view,
                "array: item() needs one element, but the shape is " + detail::text_of(storage.shape), {});
  return storage.memory;
}

double Array::real_item() const { return detail::load_real(storage_->dtype, only_element(*storage_)); }
std::int64_t Array::integer_item() const {
  return detail::load_integer(storage_->dtype, only_element(*storage_));
}

Argument::Argument(const Array &array) : view_(array) {}

} // namespace mercer
