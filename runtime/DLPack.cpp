// Tensors of other libraries, and ours for them.
#include "mercer/runtime/DLPack.h"

#include "mercer/runtime/Array.h"
#include "mercer/runtime/Convert.h"

namespace mercer {
namespace {

DType dtype_of_dlpack(DLDataType type) {
  if (type.lanes == 1)
    switch (type.code << 8 | type.bits) {
    case kDLFloat << 8 | 64:
      return DType::f64;
    case kDLFloat << 8 | 32:
      return DType::f32;
    case kDLFloat << 8 | 16:
      return DType::f16;
    case kDLBfloat << 8 | 16:
      return DType::bf16;
    case kDLInt << 8 | 64:
      return DType::i64;
    case kDLInt << 8 | 32:
      return DType::i32;
    case kDLInt << 8 | 8:
      return DType::i8;
    case kDLBool << 8 | 8:
      return DType::boolean;
    default:
      break;
    }
  throw Error(
      ErrorCode::type_mismatch,
      "view: 'dtype' of the DLPack tensor must be f64, f32, f16, bf16, i64, i32, i8 or bool, but is code " +
          std::to_string(type.code) + ", " + std::to_string(type.bits) + " bits, " +
          std::to_string(type.lanes) + " lanes",
      {});
}

DLDataType dlpack_type(DType dtype) {
  const auto bits = static_cast<std::uint8_t>(8 * size_of(dtype));
  if (dtype == DType::bf16)
    return {kDLBfloat, bits, 1};
  if (dtype == DType::boolean)
    return {kDLBool, bits, 1};
  return {static_cast<std::uint8_t>(kind_of(dtype) == real ? kDLFloat : kDLInt), bits, 1};
}

/// What a capsule of ours owns.
struct Capsule {
  DLManagedTensorVersioned tensor;
  Array array;
  std::vector<std::int64_t> shape, strides;
};

} // namespace

View view(const DLTensor &tensor) {
  if (tensor.ndim < 0 || tensor.ndim > 16)
    throw Error(ErrorCode::bad_view,
                "view: 'ndim' of the DLPack tensor must be 0 to 16, but is " + std::to_string(tensor.ndim),
                {});
  if (tensor.ndim > 0 && !tensor.shape)
    throw Error(ErrorCode::bad_view, "view: 'shape' of the DLPack tensor is null", {});
  View result;
  result.dtype = dtype_of_dlpack(tensor.dtype);
  const int device = tensor.device.device_type;
  if (device != kDLCPU && device != kDLCUDAHost && device != kDLROCMHost)
    throw Error(ErrorCode::unsupported,
                "view: the DLPack tensor must be on a CPU, but its device has type " + std::to_string(device),
                {});
  result.shape.assign(tensor.shape, tensor.shape + tensor.ndim);
  if (tensor.strides)
    result.strides.assign(tensor.strides, tensor.strides + tensor.ndim);
  if (!tensor.data && tensor.byte_offset)
    throw Error(ErrorCode::bad_view,
                "view: 'data' of the DLPack tensor is null but 'byte_offset' is " +
                    std::to_string(tensor.byte_offset),
                {});
  const auto address = reinterpret_cast<std::uintptr_t>(tensor.data);
  std::uintptr_t start;
  if (__builtin_add_overflow(address, tensor.byte_offset, &start))
    throw Error(ErrorCode::bad_view, "view: 'byte_offset' of the DLPack tensor leaves the address space", {});
  result.data = reinterpret_cast<void *>(start);
  return result;
}

View view(const DLManagedTensorVersioned &tensor) {
  if (tensor.version.major != DLPACK_MAJOR_VERSION)
    throw Error(ErrorCode::unsupported,
                "view: the DLPack tensor must have major version " + std::to_string(DLPACK_MAJOR_VERSION) +
                    ", but has " + std::to_string(tensor.version.major),
                {});
  View result = view(tensor.dl_tensor);
  result.read_only = tensor.flags & DLPACK_FLAG_BITMASK_READ_ONLY;
  return result;
}

DLManagedTensorVersioned *Array::to_dlpack() const {
  auto *capsule = new Capsule{{}, *this, shape(), std::vector<std::int64_t>(shape().size())};
  detail::row_major(capsule->shape, capsule->strides.data());
  DLManagedTensorVersioned &tensor = capsule->tensor;
  tensor.version = {DLPACK_MAJOR_VERSION, DLPACK_MINOR_VERSION};
  tensor.manager_ctx = capsule;
  tensor.deleter = [](DLManagedTensorVersioned *self) { delete static_cast<Capsule *>(self->manager_ctx); };
  tensor.flags = 0;
  tensor.dl_tensor = {memory(),
                      {kDLCPU, 0},
                      static_cast<std::int32_t>(capsule->shape.size()),
                      dlpack_type(dtype()),
                      capsule->shape.data(),
                      capsule->strides.data(),
                      0};
  return &tensor;
}

} // namespace mercer
