// F5: the reader of cache entries on any bytes. The first byte says what the others are: a file, a payload (as if its checksum were right),
// or the key and the payload of a file that is written and read again.
#include "mercer/runtime/cache/Bytes.h"
#include "mercer/runtime/cache/Entry.h"

#include <cstdint>
#include <cstdlib>

using namespace mercer::detail::cache;

namespace {

void require(bool holds) {
  if (!holds)
    std::abort(); // a finding
}

/// What is read lies within the bytes.
void read_file(std::string_view bytes) {
  if (const std::optional<Content> content = content_of(bytes))
    require(content->key.size() + content->payload.size() < bytes.size());
}

/// What is read is no larger than the bytes, and as a payload says the same again.
void read_payload(std::string_view bytes) {
  const std::optional<StoredKernel> kernel = stored_kernel_of(bytes);
  if (!kernel)
    return;
  require(kernel->object.size() <= bytes.size() && kernel->output_types.size() <= bytes.size());
  const std::optional<StoredKernel> again = stored_kernel_of(payload_of(*kernel));
  require(again && again->object == kernel->object && again->in_place == kernel->in_place && again->symbol == kernel->symbol &&
          again->frame_words == kernel->frame_words);
}

/// A file gives back what it was made of; with another last byte it gives nothing.
void write_and_read(std::string_view bytes) {
  const std::size_t half = bytes.size() / 2;
  const Key key{std::string(bytes.substr(0, half)), ""};
  std::string file = entry_of(key, bytes.substr(half));
  const std::optional<Content> content = content_of(file);
  require(content && content->key == key.bytes && content->payload == bytes.substr(half));
  file.back() = static_cast<char>(file.back() ^ 1);
  require(!content_of(file));
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
  if (size == 0)
    return 0;
  const std::string_view bytes(reinterpret_cast<const char *>(data) + 1, size - 1);
  switch (data[0] % 3) {
  case 0:
    read_file(bytes);
    break;
  case 1:
    read_payload(bytes);
    break;
  default:
    write_and_read(bytes);
  }
  return 0;
}
