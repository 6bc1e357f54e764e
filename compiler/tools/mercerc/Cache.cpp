#include "compiler/tools/mercerc/Cache.h"

#include "mercer/dsl/Error.h"
#include "mercer/runtime/cache/Inventory.h"
#include "mercer/runtime/cache/Store.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <ctime>
#include <iostream>
#include <iterator>

#include <fcntl.h>

namespace mercer::tools {
namespace {

namespace cache = detail::cache;

/// The folder of the cache, which need not be there yet.
struct Opened {
  std::string path;
  cache::Descriptor folder;
};

Opened open(const CacheOptions &options) {
  cache::Refusal refusal;
  Opened opened{cache::folder_of(options.folder, refusal), {}};
  if (opened.path.empty())
    throw Error(ErrorCode::bad_option, refusal.text.empty() ? "the cache is off" : "there is no cache: " + refusal.text, {});
  opened.folder = cache::open_folder(opened.path, /*make=*/false, refusal);
  if (!opened.folder && refusal.code != ENOENT)
    throw Error(ErrorCode::io, opened.path + ": " + refusal.text, {});
  return opened;
}

std::vector<cache::Item> items_of(const Opened &opened) {
  return opened.folder ? cache::items_of(opened.folder) : std::vector<cache::Item>();
}

std::string bytes_in_words(std::int64_t bytes) {
  constexpr const char *units[] = {"B", "KiB", "MiB", "GiB"};
  std::size_t unit = 0;
  auto amount = static_cast<double>(bytes);
  for (; amount >= 1024 && unit + 1 < std::size(units); ++unit)
    amount /= 1024;
  char text[32];
  std::snprintf(text, sizeof text, unit == 0 || amount >= 100 ? "%.0f %s" : "%.1f %s", amount, units[unit]);
  return text;
}

std::string time_in_words(std::int64_t nanoseconds) {
  const std::time_t seconds = nanoseconds / 1'000'000'000;
  std::tm parts{};
  char text[32] = "";
  if (::gmtime_r(&seconds, &parts))
    std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text;
}

/// An entry as it is on disk: what is wrong with it, or what it holds.
struct Look {
  std::string mistake;
  cache::StoredKernel kernel;
};

Look look_at(const Opened &opened, const cache::Item &item) {
  const cache::Descriptor file(::openat(*opened.folder, item.name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  struct stat status {};
  if (!file || ::fstat(*file, &status) != 0)
    return {"cannot be read", {}};
  if (std::string mistake = cache::mistake_in(status); !mistake.empty())
    return {std::move(mistake), {}};
  if (status.st_size > static_cast<off_t>(cache::most_bytes))
    return {"is damaged", {}};
  const std::optional<std::string> bytes = cache::read_whole(*file, static_cast<std::size_t>(status.st_size));
  if (!bytes)
    return {"cannot be read", {}};
  const std::optional<cache::Content> content = cache::content_of(*bytes);
  if (!content)
    return {"is damaged", {}};
  if (cache::digest(content->key) != item.name)
    return {"belongs to another key", {}};
  std::optional<cache::StoredKernel> kernel = cache::stored_kernel_of(content->payload);
  return kernel ? Look{"", std::move(*kernel)} : Look{"holds no kernel", {}};
}

void print(const nlohmann::ordered_json &json) {
  std::cout << json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) << "\n";
}

void print_removed(const CacheOptions &options, const Opened &opened, const cache::Removed &removed) {
  if (options.json)
    print({{"folder", opened.path}, {"entries", removed.entries}, {"bytes", removed.bytes}, {"leftovers", removed.leftovers}});
  else
    std::cout << "removed " << removed.entries << " entries (" << bytes_in_words(removed.bytes) << ") and " << removed.leftovers
              << " leftovers from " << opened.path << "\n";
}

} // namespace

int cache_stats(const CacheOptions &options) {
  const Opened opened = open(options);
  std::int64_t bytes = 0;
  const std::vector<cache::Item> items = items_of(opened);
  for (const cache::Item &item : items)
    bytes += item.bytes;
  const cache::Counts counts = opened.folder ? cache::counts_of(opened.folder) : cache::Counts();
  if (options.json) {
    print({{"folder", opened.path},
           {"entries", items.size()},
           {"bytes", bytes},
           {"limit", cache::size_limit()},
           {"lookups", counts.hits + counts.misses},
           {"hits", counts.hits},
           {"misses", counts.misses}});
    return 0;
  }
  std::cout << "folder   " << opened.path << "\nentries  " << items.size() << ", " << bytes_in_words(bytes) << " of "
            << bytes_in_words(cache::size_limit()) << "\nlookups  " << counts.hits + counts.misses << ": " << counts.hits << " hits, "
            << counts.misses << " misses\n";
  return 0;
}

int cache_list(const CacheOptions &options) {
  const Opened opened = open(options);
  std::vector<cache::Item> items = items_of(opened);
  std::reverse(items.begin(), items.end());
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const cache::Item &item : items) {
    const auto [mistake, kernel] = look_at(opened, item);
    nlohmann::ordered_json line = {{"entry", item.name}, {"used", time_in_words(item.used)}, {"bytes", item.bytes}};
    if (!mistake.empty())
      line["mistake"] = mistake;
    else
      line.update({{"program", kernel.program}, {"types", kernel.types}, {"cpu", kernel.cpu}});
    if (options.json) {
      list.push_back(std::move(line));
      continue;
    }
    std::string size = bytes_in_words(item.bytes);
    size.insert(0, size.size() < 9 ? 9 - size.size() : 0, ' ');
    std::cout << item.name.substr(0, 16) << "  " << time_in_words(item.used) << "  " << size << "  "
              << (mistake.empty() ? kernel.program + "(" + kernel.types + ") for " + kernel.cpu : mistake) << "\n";
  }
  if (options.json)
    print(list);
  return 0;
}

int cache_verify(const CacheOptions &options) {
  const Opened opened = open(options);
  const std::vector<cache::Item> items = items_of(opened);
  nlohmann::ordered_json damaged = nlohmann::ordered_json::array();
  for (const cache::Item &item : items)
    if (const std::string mistake = look_at(opened, item).mistake; !mistake.empty()) {
      damaged.push_back({{"entry", item.name}, {"mistake", mistake}});
      if (!options.json)
        std::cout << item.name << " " << mistake << "\n";
    }
  if (options.json)
    print({{"folder", opened.path}, {"entries", items.size()}, {"damaged", damaged}});
  else
    std::cout << items.size() - damaged.size() << " of " << items.size() << " entries are whole\n";
  return damaged.empty() ? 0 : 1;
}

int cache_prune(const CacheOptions &options) {
  const std::optional<std::int64_t> limit = options.limit.empty() ? cache::size_limit() : cache::size_named(options.limit);
  if (!limit)
    throw Error(ErrorCode::bad_option, "'--limit': expected bytes as 1000, 3K, 500M or 2G, given '" + options.limit.substr(0, 40) + "'", {});
  const Opened opened = open(options);
  print_removed(options, opened, opened.folder ? cache::tidy(opened.folder, *limit) : cache::Removed());
  return 0;
}

int cache_clear(const CacheOptions &options) {
  const Opened opened = open(options);
  print_removed(options, opened, opened.folder ? cache::clear(opened.folder) : cache::Removed());
  return 0;
}

} // namespace mercer::tools
