// The same again, of other inputs: nests that do the same to other arrays share their code.
#include "Generator.h"

#include <algorithm>
#include <numeric>

namespace mercer::fuzz {
namespace {

/// Copies what a case consists of, with names of its own and classes of sizes exchanged.
class Repetition {
public:
  Repetition(Case &test, std::vector<int> classes) : test_(test), classes_(std::move(classes)) {}

  void run() {
    const std::size_t indices = test_.indices.size(), tensors = test_.tensors.size(), outputs = test_.outputs.size();
    firstIndex_ = static_cast<int>(indices);
    firstTensor_ = static_cast<int>(tensors);
    for (std::size_t n = 0; n < indices; ++n) {
      IndexInfo copy = test_.indices[n];
      copy.sizeClass = classOf(copy.sizeClass);
      test_.indices.push_back(copy);
    }
    for (std::size_t n = 0; n < tensors; ++n) {
      TensorInfo copy = test_.tensors[n];
      copy.name += "_again";
      copy.values = copy.values < 0 ? copy.values : classOf(copy.values);
      for (int &dim : copy.dims)
        dim = classOf(dim);
      copy.bound = indicesOf(copy.bound);
      copy.body = copy.body ? treeOf(copy.body) : nullptr;
      test_.tensors.push_back(std::move(copy));
    }
    for (std::size_t n = 0; n < outputs; ++n)
      test_.outputs.push_back({test_.outputs[n].name + "_again", indicesOf(test_.outputs[n].bound), treeOf(test_.outputs[n].body)});
  }

private:
  int classOf(int sizeClass) const {
    return sizeClass < static_cast<int>(classes_.size()) ? classes_[static_cast<std::size_t>(sizeClass)] : sizeClass;
  }
  std::vector<int> indicesOf(std::vector<int> indices) const {
    for (int &index : indices)
      index += firstIndex_;
    return indices;
  }

  Tree treeOf(const Tree &tree) {
    if (Tree known = copies_[tree])
      return known;
    Node copy = *tree;
    switch (copy.op) {
    case Op::index:
      copy.what += firstIndex_;
      break;
    case Op::extent:
      copy.what = classOf(copy.what);
      break;
    case Op::read:
    case Op::gradient:
    case Op::derivative:
      copy.what += firstTensor_;
      break;
    default:
      break;
    }
    copy.bound = indicesOf(copy.bound);
    for (int &number : copy.tensors)
      number += firstTensor_;
    for (Tree &operand : copy.operands)
      operand = treeOf(operand);
    return copies_[tree] = std::make_shared<const Node>(std::move(copy));
  }

  Case &test_;
  std::vector<int> classes_;
  int firstIndex_ = 0, firstTensor_ = 0;
  std::map<Tree, Tree> copies_;
};

} // namespace

void Generator::repeat() {
  std::mt19937_64 random(test_.dataSeed); // of its own, so that cases without it are what they were
  if (random() % 8 != 0)
    return;
  std::vector<int> classes(static_cast<std::size_t>(activeClasses_));
  std::iota(classes.begin(), classes.end(), 0);
  if (random() % 2 == 0)
    std::shuffle(classes.begin(), classes.end(), random);
  Repetition(test_, std::move(classes)).run();
}

} // namespace mercer::fuzz
