// An error is tested by its code, its whole text and its line.
#pragma once

#include "mercer/dsl/Error.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace mercer {

/// `body` must throw an Error with this code and text, placed in the file of the test.
template <class Body>
void expect_error(ErrorCode code, std::string_view text, Body body,
                  std::source_location test = std::source_location::current()) {
  testing::ScopedTrace trace(test.file_name(), static_cast<int>(test.line()), "expect_error");
  try {
    body();
    ADD_FAILURE() << "no error; expected: " << text;
  } catch (const Error &error) {
    EXPECT_EQ(error.code(), code);
    EXPECT_STREQ(error.where().file_name(), test.file_name());
    std::string place =
        std::string(error.where().file_name()) + ":" + std::to_string(error.where().line()) + ": ";
    EXPECT_EQ(std::string(error.what()), place + std::string(text));
  }
}

} // namespace mercer
