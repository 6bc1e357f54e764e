// C3: a damaged entry costs a compile and nothing else.
#include "Kernels.h"

namespace mercer {
namespace {

using namespace detail;

/// Every one-byte flip and every truncation of an entry, and some bytes too many. Each is given to `check`.
void for_each_damage(const std::string &whole, std::size_t step, const std::function<void(const std::string &, const std::string &)> &check) {
  for (std::size_t n = 0; n < whole.size(); n += step) {
    std::string flipped = whole;
    flipped[n] = static_cast<char>(flipped[n] ^ (1 << n % 8));
    check(flipped, "byte " + std::to_string(n));
    check(whole.substr(0, n), "the first " + std::to_string(n));
  }
  check(whole + '\0', "one byte more");
  check(whole + whole, "twice");
}

/// The smallest kernel's entry.
class C3 : public testing::Test {
protected:
  void SetUp() override {
    ASSERT_EQ(try_scaled(folder.string(), 2), "");
    file = folder.entries().at(0);
    whole = bytes_of(file);
    key = key_named(std::string(cache::content_of(whole).value().key));
    ASSERT_EQ(key.name, file.filename());
    std::printf("an entry of %zu bytes\n", whole.size());
  }

  FreshFolder folder;
  std::filesystem::path file;
  std::string whole;
  cache::Key key;
};

TEST_F(C3, EveryDamageIsAMissAndALine) {
  const cache::Store store(folder.string());
  std::size_t cases = 0, lines = 0, hits = 0, left = 0;
  auto check = [&](const std::string &damaged, const std::string &) {
    write_bytes(file, damaged);
    testing::internal::CaptureStderr();
    hits += store.find(key).has_value();
    lines += count_of("is damaged and is removed", testing::internal::GetCapturedStderr());
    left += std::filesystem::exists(file);
    ++cases;
  };
  for_each_damage(whole, 1, check);
  EXPECT_EQ(cases, 2 * whole.size() + 2);
  EXPECT_EQ(hits, 0u);
  EXPECT_EQ(lines, cases);
  EXPECT_EQ(left, 0u) << "damaged entries are removed";
  write_bytes(file, whole);
  ::chmod(file.c_str(), 0600);
  EXPECT_TRUE(store.find(key));
}

TEST_F(C3, EveryDamageGivesTheRightAnswer) {
  for_each_damage(whole, 61, [&](const std::string &damaged, const std::string &what) {
    write_bytes(file, damaged);
    testing::internal::CaptureStderr();
    EXPECT_EQ(try_scaled(folder.string(), 2), "") << what;
    EXPECT_EQ(count_of("mercer: cache:", testing::internal::GetCapturedStderr()), 1u) << what;
    EXPECT_EQ(bytes_of(file), whole) << what << ": it is written again";
  });
}

TEST_F(C3, PayloadsOfAnyBytesAreReadSafely) {
  // As if the checksum were right: what is read is checked again.
  const std::string payload(cache::content_of(whole).value().payload);
  for_each_damage(payload, 1, [&](const std::string &damaged, const std::string &) {
    if (const std::optional<cache::StoredKernel> kernel = cache::stored_kernel_of(damaged))
      EXPECT_LE(kernel->object.size(), damaged.size());
  });
}

} // namespace
} // namespace mercer
