#include "mercer/runtime/Arena.h"

#include <gtest/gtest.h>

#include <cstring>
#include <set>
#include <thread>

namespace mercer::detail {
namespace {

constexpr std::int64_t mebibyte = 1 << 20;

TEST(Arena, GivesAlignedMemoryOfItsOwnForEachBlock) {
  Arena arena;
  std::vector<std::pair<unsigned char *, std::int64_t>> blocks;
  for (std::int64_t bytes : {0L, 1L, 63L, 64L, 65L, 1000L, 70'000L, 300'000L, 5'000'000L}) {
    auto *block = static_cast<unsigned char *>(arena.allocate(bytes));
    ASSERT_NE(block, nullptr) << bytes;
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(block) % 64, 0u) << bytes;
    std::memset(block, static_cast<int>(blocks.size() + 1), static_cast<std::size_t>(bytes));
    blocks.emplace_back(block, bytes);
  }
  for (std::size_t n = 0; n < blocks.size(); ++n)
    for (std::int64_t at = 0; at < blocks[n].second; ++at)
      ASSERT_EQ(blocks[n].first[at], n + 1) << n << ", " << at;
}

TEST(Arena, HasNothingForWhatCannotBe) {
  Arena arena;
  EXPECT_EQ(arena.allocate(-1), nullptr);
  EXPECT_EQ(arena.allocate(INT64_MAX), nullptr);
  EXPECT_EQ(arena.allocate(INT64_MAX / 4), nullptr);
  EXPECT_NE(arena.allocate(64), nullptr);
}

TEST(Arena, LargeBlocksAreForTheNextCallButNotForAMuchSmallerOne) {
  void *first;
  {
    Arena arena;
    first = arena.allocate(10 * mebibyte);
  }
  Arena arena;
  EXPECT_NE(arena.allocate(4 * mebibyte), first);
  EXPECT_EQ(arena.allocate(9 * mebibyte), first);
  EXPECT_NE(arena.allocate(9 * mebibyte), first) << "in use";
}

TEST(Arena, TheOldestBlocksAreGivenBackBeyond64MiB) {
  {
    Arena arena;
    for (int n = 0; n < 3; ++n)
      ASSERT_NE(arena.allocate(30 * mebibyte), nullptr); // two of them are kept
    ASSERT_NE(arena.allocate(65 * mebibyte), nullptr);   // never
  }
  std::set<void *> kept;
  for (int round = 0; round < 2; ++round) {
    Arena arena;
    void *one = arena.allocate(30 * mebibyte), *other = arena.allocate(30 * mebibyte);
    EXPECT_NE(one, other);
    if (round == 0)
      kept = {one, other};
    else
      EXPECT_EQ(kept, (std::set<void *>{one, other}));
  }
}

TEST(Arena, ManyThreadsMayAskAndManyCallsRunAtOnce) {
  std::vector<std::thread> threads;
  for (int n = 0; n < 8; ++n)
    threads.emplace_back([n] {
      for (int round = 0; round < 200; ++round) {
        Arena arena;
        const std::int64_t bytes = (1 + (round * 7 + n) % 5) * mebibyte / 4;
        auto *block = static_cast<unsigned char *>(arena.allocate(bytes));
        ASSERT_NE(block, nullptr);
        block[0] = block[bytes - 1] = static_cast<unsigned char>(n);
        std::this_thread::yield();
        ASSERT_EQ(block[0], n);
        ASSERT_EQ(block[bytes - 1], n);
      }
    });
  for (std::thread &thread : threads)
    thread.join();
}

} // namespace
} // namespace mercer::detail
