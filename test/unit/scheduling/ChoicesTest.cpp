// Decisions by name.
#include "compiler/scheduling/Choices.h"

#include <gtest/gtest.h>

#include <set>

namespace mercer::scheduling {
namespace {

std::size_t lanes(Choices &choices) { return choices.choose("lanes", {"i", "j", "k"}, 1, false); }

TEST(Choices, TakesWhatIsPreferred) {
  Choices choices;
  EXPECT_EQ(lanes(choices), 1u);
  EXPECT_EQ(choices.chooseNumber("jam", {1, 2, 4}, 4, true), 4);
  EXPECT_TRUE(choices.decide("keep", true, false));
  EXPECT_EQ(choices.text(), "");
  ASSERT_EQ(choices.made().size(), 3u);
  EXPECT_EQ(choices.made()[0].name, "lanes.0");
}

TEST(Choices, TakesWhatIsGiven) {
  Choices choices("lanes.1=k jam=2 keep.0=no");
  EXPECT_EQ(lanes(choices), 1u);
  EXPECT_EQ(lanes(choices), 2u);
  EXPECT_EQ(choices.chooseNumber("jam", {1, 2, 4}, 4, true), 2);
  EXPECT_EQ(choices.chooseNumber("jam", {1, 8}, 8, true), 8) << "an option that it does not have";
  EXPECT_FALSE(choices.decide("keep", true, false));
  EXPECT_EQ(choices.text(), "lanes.1=k jam.0=2 keep.0=no");
  EXPECT_EQ(choices.unused(), "");
}

TEST(Choices, ItsTextGivesItAgain) {
  Choices drawn("random 3"), again("random 3");
  std::string text;
  for (int n = 0; n < 20; ++n)
    lanes(drawn), lanes(again);
  EXPECT_EQ(drawn.text(), again.text());
  EXPECT_NE(drawn.text(), "");
  Choices given(drawn.text());
  for (int n = 0; n < 20; ++n)
    EXPECT_EQ(lanes(given), drawn.made()[static_cast<std::size_t>(n)].taken);
}

TEST(Choices, DrawsEveryOption) {
  std::set<std::size_t> taken, kept;
  for (int seed = 0; seed < 40; ++seed) {
    Choices any("random " + std::to_string(seed)), same("random " + std::to_string(seed) + " same-bits");
    taken.insert(lanes(any));
    kept.insert(lanes(same));
  }
  EXPECT_EQ(taken, (std::set<std::size_t>{0, 1, 2}));
  EXPECT_EQ(kept, (std::set<std::size_t>{1})) << "lanes change bits";
}

TEST(Choices, SaysWhatDoesNotFit) {
  Choices choices("lanes.0=q jam.7=2");
  lanes(choices);
  EXPECT_EQ(choices.unused(), "there is no decision 'jam.7'");
  Choices option("lanes.0=q");
  lanes(option);
  EXPECT_EQ(option.unused(), "'lanes.0' has no option 'q'; there are i, j, k");
  EXPECT_EQ(Choices::mistakeIn("lanes.0=j jam=2"), "");
  EXPECT_EQ(Choices::mistakeIn("random 7 same-bits"), "");
  EXPECT_EQ(Choices::mistakeIn("jam"), "'jam' is no decision=option");
  EXPECT_EQ(Choices::mistakeIn("random x"), "'random' takes a number, then nothing or 'same-bits'");
}

} // namespace
} // namespace mercer::scheduling
