// Object code placed in this process.
#pragma once

#include "llvm/Support/Error.h"

#include <memory>
#include <string>

namespace llvm {
class MemoryBuffer;
}

namespace mercer::detail {

/// Code that was linked; its memory is given back with it. No page is ever both writable and executable.
class LinkedCode {
public:
  virtual ~LinkedCode() = default;
  virtual void *address() const = 0;
};

/// Links an object and finds a symbol in it.
llvm::Expected<std::unique_ptr<LinkedCode>> link_object(std::unique_ptr<llvm::MemoryBuffer> object,
                                                        const std::string &symbol);

} // namespace mercer::detail
