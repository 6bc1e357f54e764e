// What a call throws.
#pragma once

#include <mercer/runtime.h>

#include <gtest/gtest.h>

#include <string>

namespace mercer {

template <class Work>
void expect_error(ErrorCode code, const std::string &text, Work work) {
  try {
    work();
    ADD_FAILURE() << "no error; expected: " << text;
  } catch (const Error &error) {
    EXPECT_EQ(static_cast<int>(error.code()), static_cast<int>(code)) << error.what();
    EXPECT_NE(std::string(error.what()).find(text), std::string::npos)
        << "text: " << error.what() << "\nexpected: " << text;
  }
}

} // namespace mercer
