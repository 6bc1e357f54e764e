#include "mercer/runtime/cache/Entry.h"

#include "mercer/runtime/cache/Bytes.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/BLAKE3.h"
#include "llvm/Support/Endian.h"

namespace mercer::detail::cache {
namespace {

constexpr std::string_view magic = "MERCERKC";
constexpr std::size_t digest_bytes = 32, header_bytes = 8 + 8 + 8 + 8;

void append(std::string &bytes, std::uint64_t number) {
  char word[8];
  llvm::support::endian::write64le(word, number);
  bytes.append(word, sizeof word);
}

std::string_view checksum(const llvm::BLAKE3Result<> &result) {
  return {reinterpret_cast<const char *>(result.data()), result.size()};
}

} // namespace

std::string entry_of(const Key &key, std::string_view payload) {
  std::string bytes(magic);
  bytes.reserve(header_bytes + key.bytes.size() + payload.size() + digest_bytes);
  append(bytes, format);
  append(bytes, key.bytes.size());
  append(bytes, payload.size());
  bytes += key.bytes;
  bytes += payload;
  return bytes.append(checksum(llvm::BLAKE3::hash(llvm::arrayRefFromStringRef(bytes))));
}

std::optional<Content> content_of(std::string_view entry) {
  if (entry.size() < header_bytes + digest_bytes || entry.size() > most_bytes || !entry.starts_with(magic))
    return std::nullopt;
  auto word = [&](int n) { return llvm::support::endian::read64le(entry.data() + 8 * n); };
  const std::uint64_t key = word(2), payload = word(3), content = entry.size() - header_bytes - digest_bytes;
  if (word(1) != format || key > content || payload != content - key)
    return std::nullopt;
  const std::string_view checked = entry.substr(0, entry.size() - digest_bytes);
  if (checksum(llvm::BLAKE3::hash(llvm::arrayRefFromStringRef(checked))) != entry.substr(checked.size()))
    return std::nullopt;
  return Content{entry.substr(header_bytes, key), entry.substr(header_bytes + key, payload)};
}

std::string payload_of(const StoredKernel &kernel) {
  Writer writer;
  writer.add(kernel.program);
  writer.add(kernel.types);
  writer.add(kernel.cpu);
  writer.add(kernel.symbol);
  writer.add(kernel.frame_words);
  writer.list(kernel.output_types);
  writer.list(kernel.in_place, [&](const auto &pair) {
    writer.add(pair.first);
    writer.add(pair.second);
  });
  writer.list(kernel.nests_of_calls);
  writer.add(kernel.object);
  return writer.take();
}

std::optional<StoredKernel> stored_kernel_of(std::string_view payload) {
  Reader reader(payload);
  StoredKernel kernel;
  kernel.program = reader.text();
  kernel.types = reader.text();
  kernel.cpu = reader.text();
  kernel.symbol = reader.text();
  kernel.frame_words = reader.number();
  reader.list([&] { kernel.output_types.push_back(static_cast<DType>(reader.number())); });
  reader.list([&] {
    const auto output = static_cast<std::int32_t>(reader.number());
    kernel.in_place.emplace_back(output, static_cast<std::int32_t>(reader.number()));
  });
  reader.list([&] { kernel.nests_of_calls.push_back(static_cast<int>(reader.number())); });
  kernel.object = reader.text();
  if (reader.failed() || !reader.at_end())
    return std::nullopt;
  return kernel;
}

} // namespace mercer::detail::cache
