#include "ErrorOf.h"

#include <mercer/runtime/DLPack.h>

#include <cstddef>

namespace mercer {
namespace {

DLTensor tensor_of(std::vector<float> &memory, std::vector<std::int64_t> &shape) {
  return {memory.data(),
          {kDLCPU, 0},
          static_cast<std::int32_t>(shape.size()),
          {kDLFloat, 32, 1},
          shape.data(),
          nullptr,
          0};
}

TEST(DLPack, HasTheOfficialLayout) {
  EXPECT_EQ(sizeof(DLTensor), 48u);
  EXPECT_EQ(offsetof(DLTensor, ndim), 16u);
  EXPECT_EQ(offsetof(DLTensor, dtype), 20u);
  EXPECT_EQ(offsetof(DLTensor, shape), 24u);
  EXPECT_EQ(offsetof(DLTensor, strides), 32u);
  EXPECT_EQ(offsetof(DLTensor, byte_offset), 40u);
  EXPECT_EQ(offsetof(DLManagedTensorVersioned, manager_ctx), 8u);
  EXPECT_EQ(offsetof(DLManagedTensorVersioned, flags), 24u);
  EXPECT_EQ(offsetof(DLManagedTensorVersioned, dl_tensor), 32u);
}

TEST(DLPack, IsBorrowed) {
  std::vector<float> memory(6);
  std::vector<std::int64_t> shape{2, 3}, strides{1, 2};
  DLTensor tensor = tensor_of(memory, shape);
  tensor.byte_offset = 4;
  tensor.strides = strides.data();
  View v = view(tensor);
  EXPECT_EQ(v.data, memory.data() + 1);
  EXPECT_EQ(v.dtype, DType::f32);
  EXPECT_EQ(v.shape, shape);
  EXPECT_EQ(v.strides, strides);
}

TEST(DLPack, RefusesWhatIsNotOurs) {
  std::vector<float> memory(6);
  std::vector<std::int64_t> shape{2, 3};
  DLTensor tensor = tensor_of(memory, shape);
  tensor.ndim = -1;
  expect_error(ErrorCode::bad_view, "'ndim' of the DLPack tensor must be 0 to 16, but is -1",
               [&] { view(tensor); });
  tensor = tensor_of(memory, shape);
  tensor.shape = nullptr;
  expect_error(ErrorCode::bad_view, "'shape' of the DLPack tensor is null", [&] { view(tensor); });
  tensor = tensor_of(memory, shape);
  tensor.dtype.lanes = 4;
  expect_error(ErrorCode::type_mismatch, "but is code 2, 32 bits, 4 lanes", [&] { view(tensor); });
  tensor = tensor_of(memory, shape);
  tensor.device.device_type = kDLCUDA;
  expect_error(ErrorCode::unsupported, "must be on a CPU, but its device has type 2", [&] { view(tensor); });
  tensor = tensor_of(memory, shape);
  tensor.byte_offset = ~std::uint64_t(0);
  expect_error(ErrorCode::bad_view, "'byte_offset' of the DLPack tensor leaves the address space",
               [&] { view(tensor); });
  tensor.data = nullptr;
  expect_error(ErrorCode::bad_view, "'data' of the DLPack tensor is null but 'byte_offset' is",
               [&] { view(tensor); });
  DLManagedTensorVersioned managed{{2, 0}, nullptr, nullptr, 0, tensor_of(memory, shape)};
  expect_error(ErrorCode::unsupported, "must have major version 1, but has 2", [&] { view(managed); });
  managed.version.major = 1;
  managed.flags = DLPACK_FLAG_BITMASK_READ_ONLY;
  EXPECT_TRUE(view(managed).read_only);
}

TEST(DLPack, ArraysOutliveTheirHandle) {
  DLManagedTensorVersioned *capsule;
  {
    Array array(DType::bf16, {2, 3});
    array.data<bfloat16>()[5] = bfloat16(2.0f);
    capsule = array.to_dlpack();
  }
  EXPECT_EQ(capsule->version.major, 1u);
  EXPECT_EQ(capsule->dl_tensor.dtype.code, kDLBfloat);
  EXPECT_EQ(capsule->dl_tensor.strides[0], 3);
  View v = view(*capsule);
  EXPECT_EQ(float(static_cast<bfloat16 *>(v.data)[5]), 2.0f);
  capsule->deleter(capsule);
}

} // namespace
} // namespace mercer
