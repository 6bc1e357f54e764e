// The loss of the training as a library for C: runs when the example is built.
#include "Programs.h"

#include <mercer/export.h>

using namespace mercer;

namespace {

Program contrastive_with_gradient() {
  const Program loss = digits::contrastive_loss();
  return value_and_gradient(loss, {loss.inputs()[0]});
}

} // namespace

MERCER_EXPORT(contrastive, contrastive_with_gradient());
