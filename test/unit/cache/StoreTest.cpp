// What a second process gets: the same function without compiling.
#include "Kernels.h"

#include "mercer/runtime/cache/Inventory.h"

#include <atomic>
#include <thread>

namespace mercer {
namespace {

using namespace detail;

/// A value that no plan may change, and an output in place.
Program step() {
  Index i("i"), k("k");
  Tensor p("p", 1), g("g", 2);
  Scalar rate("rate");
  return Program("step", {p, g, rate}, {{"p_new", i, p(i) - rate * sum(k, exp(g(i, k)))}, {"positive", i, where(p(i) > 0, 1, 0)}});
}

TEST(Store, ASecondFunctionIsTheFirst) {
  const FreshFolder folder;
  std::vector<float> p = {1, -2, 3}, g = {0.1f, 0.2f, 0.3f, 0.4f, 0.5f, 0.6f};
  auto run = [&](const Function &f) {
    std::vector<float> out = p;
    std::vector<std::int64_t> positive(3);
    f.run({view(out, {3}), view(g, {3, 2}), 0.25}, {view(out, {3}), view(positive, {3})});
    return std::pair(out, positive);
  };
  const Function first = jit(step(), cached_in(folder.string()));
  const auto expected = run(first);
  ASSERT_EQ(folder.entries().size(), 1u);
  const auto written = std::filesystem::last_write_time(folder.entries()[0]);
  testing::internal::CaptureStderr();
  JitOptions timed = cached_in(folder.string());
  timed.timing = true;
  const Function second = jit(step(), timed);
  EXPECT_EQ(run(second), expected);
  const std::string text = testing::internal::GetCapturedStderr();
  EXPECT_NE(text.find("linking what the cache has"), std::string::npos) << text;
  EXPECT_EQ(text.find("import"), std::string::npos) << "it was compiled:\n" << text;
  EXPECT_GE(std::filesystem::last_write_time(folder.entries()[0]), written);
  // The plan is made when it is asked for. Times are predictions for a machine that is measured.
  auto plan = [&](const Function &f) { return f.explain({view(p, {3}), view(g, {3, 2}), 0.25}); };
  EXPECT_EQ(plan(second).substr(0, plan(second).find("predicted")), plan(first).substr(0, plan(first).find("predicted")));
}

TEST(Store, OffIsOff) {
  const FreshFolder folder;
  const std::string old = std::getenv("MERCER_CACHE_DIR") ? std::getenv("MERCER_CACHE_DIR") : "";
  ::setenv("MERCER_CACHE_DIR", folder.string().c_str(), 1);
  EXPECT_EQ(try_scaled("off", 2), "");
  EXPECT_TRUE(folder.entries().empty());
  EXPECT_EQ(try_scaled("", 2), "");
  EXPECT_EQ(folder.entries().size(), 1u) << "the environment names the folder";
  ::setenv("MERCER_CACHE_DIR", "off", 1);
  EXPECT_EQ(try_scaled("", 3), "");
  EXPECT_EQ(folder.entries().size(), 1u);
  ::setenv("MERCER_CACHE_DIR", old.c_str(), 1);
}

TEST(Store, VariantsAndOptionsHaveEntriesOfTheirOwn) {
  const FreshFolder folder;
  JitOptions options = cached_in(folder.string());
  const Program program = scaled(2);
  for (int round = 0; round < 2; ++round) {
    jit(program, options).compile({DType::f32});
    jit(program, options).compile({DType::f64});
    options.precision = Precision::fast;
    jit(program, options).compile({DType::f32});
    options.precision = Precision::accurate;
    options.target = "x86-64-v2";
    jit(program, options).compile({DType::f32});
    options.target = "host";
    EXPECT_EQ(folder.entries().size(), 4u) << "round " << round;
  }
}

TEST(Store, AnEntryThatIsWholeButNoKernelIsCompiledAgain) {
  const FreshFolder folder;
  ASSERT_EQ(try_scaled(folder.string(), 2), "");
  const std::filesystem::path file = folder.entries().at(0);
  const std::string whole = bytes_of(file);
  const std::optional<cache::Content> content = cache::content_of(whole);
  ASSERT_TRUE(content);
  const cache::Key key = key_named(std::string(content->key));
  cache::StoredKernel kernel = cache::stored_kernel_of(content->payload).value();
  EXPECT_EQ(kernel.program, "scaled");
  EXPECT_EQ(kernel.types, "f64");
  kernel.object.resize(kernel.object.size() / 2);
  for (const std::string &payload : {cache::payload_of(kernel), std::string("no kernel"), std::string()}) {
    write_bytes(file, cache::entry_of(key, payload));
    testing::internal::CaptureStderr();
    EXPECT_EQ(try_scaled(folder.string(), 2), "");
    const std::string text = testing::internal::GetCapturedStderr();
    EXPECT_EQ(count_of("mercer: cache:", text), 1u) << text;
    EXPECT_EQ(bytes_of(file), whole) << "it is written again";
  }
}

TEST(Store, AnEntryUnderAnotherNameIsNotTaken) {
  const FreshFolder folder;
  const cache::Store store(folder.string());
  const cache::Key key = key_named("mine"), other = key_named("other");
  store.put(key, "payload");
  std::filesystem::copy_file(folder.files() / key.name, folder.files() / other.name);
  testing::internal::CaptureStderr();
  EXPECT_EQ(store.find(other), std::nullopt);
  EXPECT_NE(testing::internal::GetCapturedStderr().find("belongs to another key"), std::string::npos);
  EXPECT_EQ(store.find(key), "payload");
}

TEST(Store, TheFirstToPutWins) {
  const FreshFolder folder;
  const cache::Store store(folder.string());
  store.put(key_named("k"), "first");
  store.put(key_named("k"), "second");
  EXPECT_EQ(store.find(key_named("k")), "first");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.files()), {}), 2) << "the entry and the lookups";
}

TEST(Store, AFolderThatGoesAwayIsMadeAgain) {
  const FreshFolder folder;
  const std::string deep = folder.string() + "/not/there/yet";
  EXPECT_EQ(try_scaled(deep, 2), "");
  EXPECT_TRUE(std::filesystem::exists(deep));
  std::filesystem::remove_all(folder.string() + "/not");
  EXPECT_EQ(try_scaled(deep, 2), "");
  EXPECT_TRUE(std::filesystem::exists(deep));
}

TEST(Store, OneTurnAtATime) {
  const FreshFolder folder;
  const cache::Store store(folder.string());
  std::atomic<int> inside = 0, most = 0;
  std::vector<std::thread> threads;
  for (int n = 0; n < 8; ++n)
    threads.emplace_back([&] {
      for (int round = 0; round < 50; ++round) {
        const cache::Turn turn = store.turn(key_named("k"));
        most = std::max<int>(most, ++inside);
        std::this_thread::sleep_for(std::chrono::microseconds(50));
        --inside;
      }
    });
  for (std::thread &thread : threads)
    thread.join();
  EXPECT_EQ(most, 1);
  EXPECT_TRUE(std::filesystem::is_empty(folder.files())) << "no lock is left";
}

/// Bytes of all entries.
std::int64_t size_of(const FreshFolder &folder) {
  std::int64_t bytes = 0;
  for (const std::filesystem::path &file : folder.entries())
    bytes += static_cast<std::int64_t>(std::filesystem::file_size(file));
  return bytes;
}

// Entries of 1 KiB are a 64th of 64 KiB: each of them looks whether there are too many.
TEST(C7, ItStaysWithinItsLimit) {
  const FreshFolder folder;
  ::setenv("MERCER_CACHE_SIZE", "64K", 1);
  const cache::Store store(folder.string());
  for (int n = 0; n < 300; ++n) {
    store.put(key_named("k" + std::to_string(n)), std::string(1024, 'p'));
    EXPECT_LE(size_of(folder), 64 << 10);
    if (n > 70) {
      EXPECT_GE(size_of(folder), (64 << 10) / 100 * 85) << "no more is removed than must be";
    }
    std::this_thread::sleep_for(std::chrono::microseconds(500)); // the system's clock of files has ticks of 4 ms
    EXPECT_TRUE(store.find(key_named("k0"))) << "it is used all the time, " << n;
  }
  ::unsetenv("MERCER_CACHE_SIZE");
}

TEST(C7, TheLeastRecentlyUsedGoFirst) {
  const FreshFolder folder;
  const cache::Store store(folder.string());
  const auto now = std::filesystem::file_time_type::clock::now();
  for (int n = 0; n < 20; ++n) {
    const cache::Key key = key_named("k" + std::to_string(n));
    store.put(key, std::string(1000, 'p'));
    std::filesystem::last_write_time(folder.files() / key.name, now - std::chrono::hours(n * 7 % 20 + 1));
  }
  EXPECT_TRUE(store.find(key_named("k17"))); // 20 hours old until now
  const std::int64_t before = size_of(folder), each = before / 20;
  cache::Refusal refusal;
  const cache::Descriptor files = cache::open_folder(folder.files().string(), false, refusal);
  EXPECT_EQ(cache::tidy(files, before).entries, 0);
  const cache::Removed removed = cache::tidy(files, before - 1);
  EXPECT_EQ(removed.bytes, before - size_of(folder));
  EXPECT_LE(size_of(folder), (before - 1) / 10 * 9);
  EXPECT_GT(size_of(folder), (before - 1) / 10 * 9 - 2 * each);
  for (int n = 0; n < 20; ++n)
    EXPECT_EQ(store.find(key_named("k" + std::to_string(n))).has_value(), n == 17 || n * 7 % 20 + 1 < 20 - removed.entries + 0) << n;
}

TEST(C7, SizesOfTheLimit) {
  auto limit = [](const char *text) {
    ::setenv("MERCER_CACHE_SIZE", text, 1);
    const std::int64_t size = cache::size_limit();
    ::unsetenv("MERCER_CACHE_SIZE");
    return size;
  };
  constexpr std::int64_t usual = std::int64_t(1) << 30;
  EXPECT_EQ(limit("1000"), 1000);
  EXPECT_EQ(limit("3K"), 3 << 10);
  EXPECT_EQ(limit("500M"), 500 << 20);
  EXPECT_EQ(limit("2G"), std::int64_t(2) << 30);
  for (const char *none : {"", "x", "-1", "0", "5 G", "5GB", "99999999999999999999", "9999999999G"})
    EXPECT_EQ(limit(none), usual) << none;
}

TEST(C7, HitsAndMissesAreAllLookups) {
  const FreshFolder folder;
  const cache::Store store(folder.string());
  store.put(key_named("there"), "payload");
  std::int64_t hits = 0;
  for (int n = 0; n < 10'000; ++n)
    hits += store.find(key_named(n % 3 == 0 ? "there" : "not there")).has_value();
  EXPECT_EQ(hits, 3334);
  cache::Refusal refusal;
  const cache::Counts counts = cache::counts_of(cache::open_folder(folder.files().string(), false, refusal));
  EXPECT_EQ(counts.hits, hits);
  EXPECT_EQ(counts.misses, 10'000 - hits);
}

} // namespace
} // namespace mercer
