#include "compiler/scheduling/Choices.h"

#include <algorithm>
#include <sstream>

namespace mercer::scheduling {
namespace {

std::vector<std::string> wordsOf(const std::string &text) {
  std::istringstream stream(text);
  std::vector<std::string> words;
  for (std::string word; stream >> word;)
    words.push_back(word);
  return words;
}

std::optional<std::uint64_t> numberOf(const std::string &word) {
  const bool digits = !word.empty() && word.size() < 19 && word.find_first_not_of("0123456789") == std::string::npos;
  return digits ? std::optional<std::uint64_t>(std::stoull(word)) : std::nullopt;
}

/// FNV-1a and a final mix: the same on every machine.
std::uint64_t hash(std::uint64_t seed, const std::string &name) {
  std::uint64_t value = 0xcbf29ce484222325u ^ (seed * 0x9e3779b97f4a7c15u);
  for (char letter : name)
    value = (value ^ static_cast<unsigned char>(letter)) * 0x100000001b3u;
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9u;
  value = (value ^ (value >> 27)) * 0x94d049bb133111ebu;
  return value ^ (value >> 31);
}

} // namespace

std::string Choices::mistakeIn(const std::string &text) {
  const std::vector<std::string> words = wordsOf(text);
  if (!words.empty() && words[0] == "random") {
    const bool number = words.size() >= 2 && numberOf(words[1]);
    if (number && (words.size() == 2 || (words.size() == 3 && words[2] == "same-bits")))
      return {};
    return "'random' takes a number, then nothing or 'same-bits'";
  }
  for (const std::string &word : words)
    if (const std::size_t at = word.find('='); at == 0 || at == std::string::npos || at + 1 == word.size())
      return "'" + word.substr(0, 40) + "' is no decision=option";
  return {};
}

Choices::Choices(const std::string &text) {
  const std::vector<std::string> words = wordsOf(text);
  if (!words.empty() && words[0] == "random") {
    seed_ = words.size() > 1 ? numberOf(words[1]) : std::nullopt;
    sameBits_ = words.size() > 2;
    return;
  }
  for (const std::string &word : words)
    if (const std::size_t at = word.find('='); at != std::string::npos)
      given_[word.substr(0, at)] = {word.substr(at + 1)};
}

std::size_t Choices::choose(const std::string &kind, std::vector<std::string> options, std::size_t preferred, bool keepsBits) {
  if (options.size() < 2)
    return preferred;
  const std::string name = kind + "." + std::to_string(counts_[kind]++);
  std::size_t taken = preferred;
  if (seed_ && (keepsBits || !sameBits_))
    taken = hash(*seed_, name) % options.size();
  for (const std::string &key : {kind, name})
    if (const auto found = given_.find(key); found != given_.end())
      if (const auto option = std::find(options.begin(), options.end(), found->second.value); option != options.end()) {
        taken = static_cast<std::size_t>(option - options.begin());
        found->second.used = true;
      }
  made_.push_back({name, std::move(options), preferred, taken, keepsBits});
  return taken;
}

std::int64_t Choices::chooseNumber(const std::string &kind, const std::vector<std::int64_t> &options, std::int64_t preferred,
                                   bool keepsBits) {
  std::vector<std::string> names;
  for (std::int64_t option : options)
    names.push_back(std::to_string(option));
  const auto at = static_cast<std::size_t>(std::find(options.begin(), options.end(), preferred) - options.begin());
  return options[choose(kind, std::move(names), at, keepsBits)];
}

bool Choices::decide(const std::string &kind, bool preferred, bool keepsBits) {
  return choose(kind, {"no", "yes"}, preferred ? 1 : 0, keepsBits) == 1;
}

std::string Choices::text() const {
  std::string result;
  for (const Choice &choice : made_)
    if (choice.taken != choice.preferred)
      result += (result.empty() ? "" : " ") + choice.name + "=" + choice.options[choice.taken];
  return result;
}

std::string Choices::unused() const {
  for (const auto &[name, given] : given_) {
    if (given.used || name.find('.') == std::string::npos)
      continue;
    for (const Choice &choice : made_)
      if (choice.name == name) {
        std::string options;
        for (const std::string &option : choice.options)
          options += (options.empty() ? "" : ", ") + option;
        return "'" + name + "' has no option '" + given.value + "'; there are " + options;
      }
    return "there is no decision '" + name + "'";
  }
  return {};
}

} // namespace mercer::scheduling
