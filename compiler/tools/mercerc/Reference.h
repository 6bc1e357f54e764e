// The reference: a page a family, made from the registry.
#pragma once

#include <string>

namespace mercer::tools {

/// Writes index.html, style.css and a page for each family (of one only: its page) into a folder, which is made. @throws Error(io, bad_option)
void write_reference(const std::string &folder, const std::string &family);

} // namespace mercer::tools
