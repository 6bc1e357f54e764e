#!/bin/bash
# bad-input.sh MERCERC: malformed cases give one line on standard error that says what is wrong, and status 2.
mercerc=$1
failed=0

# refuse ENTRY CASE TEXT: the message must contain TEXT.
refuse() {
  local message status
  message=$(printf '%s' "$2" | "$mercerc" run "$1" - 2>&1 >/dev/null)
  status=$?
  if [ $status -ne 2 ] || [ "$(printf '%s\n' "$message" | wc -l)" -ne 1 ] || [[ "$message" != *"$3"* ]]; then
    echo "expected status 2 and '$3', given status $status and '$message'"
    failed=1
  fi
}

point='{"dtype": "f64", "shape": [1, 1], "data": [0]}'
refuse nothing '{}' "unknown entry 'nothing'"
refuse rbf '[]' "expected an object with arguments and parameters"
refuse rbf '{"parameters": {}}' "'arguments', an object, is missing"
refuse rbf '{"arguments": {"X": 3' "standard input: not JSON: parse error"
refuse rbf '{"arguments": {}}' "rbf, argument 'X': missing"
refuse rbf "{\"arguments\": {\"X\": $point, \"Y\": $point, \"Q\": 1}}" "rbf, argument 'Q': unknown; its arguments are 'X', 'Y'"
refuse rbf "{\"arguments\": {\"X\": $point, \"Y\": $point}, \"parameters\": {\"s\": 1}}" "rbf, parameter 's': unknown; its parameters are 'sigma'"
refuse rbf "{\"arguments\": {\"X\": $point, \"Y\": $point}, \"parameters\": {\"sigma\": \"a\"}}" "rbf, parameter 'sigma': expected a number, given text"
refuse rbf "{\"arguments\": {\"X\": $point, \"Y\": $point}, \"parameters\": {\"sigma\": -1}}" "rbf, parameter 'sigma': expected a number from 0"
refuse rbf '{"arguments": {"X": {"dtype": "f64", "shape": [1, 2], "data": [0]}}}' "arguments.X.data: expected 2 elements, as the shape says, given 1"
refuse rbf '{"arguments": {"X": {"dtype": "f65", "shape": [], "data": [0]}}}' "arguments.X.dtype: expected f64, f32, f16, bf16, i64, i32, i8 or bool, given 'f65'"
refuse rbf '{"arguments": {"X": {"dtype": "f64", "shape": [-1], "data": []}}}' "arguments.X.shape: expected sizes of at least 0, given -1"
refuse rbf '{"arguments": {"X": {"dtype": "f64", "shape": [4294967296, 4294967296], "data": []}}}' "the product of the sizes is too large"
refuse rbf '{"arguments": {"X": {"dtype": "f64", "data": []}}}' "arguments.X: 'shape' is missing"
refuse rbf "{\"arguments\": {\"X\": $point, \"Y\": {\"dtype\": \"f64\", \"shape\": [1, 2], \"data\": [0, 0]}}}" "they must be equal"
refuse rbf "{\"arguments\": {\"X\": {\"dtype\": \"f64\", \"shape\": [1], \"data\": [0]}, \"Y\": $point}}" "kernel_matrix, argument 'X': expected rank 2, one row a point, given rank 1"
refuse mmd2_biased "{\"arguments\": {\"X\": $point, \"Y\": $point}, \"parameters\": {\"kernel\": {\"entry\": \"mse\"}}}" "mse: expected a kernel, given an entry of the family 'regression'"
refuse mmd2_biased "{\"arguments\": {\"X\": $point, \"Y\": $point}, \"parameters\": {\"kernel\": {\"entry\": \"mahalanobis_rbf\"}}}" "mahalanobis_rbf, argument 'P': a tensor, which a kernel that is a parameter cannot be given"
refuse matern "{\"arguments\": {\"X\": $point, \"Y\": $point}, \"parameters\": {\"nu\": 1.2}}" "matern, parameter 'nu': expected 0.5, 1.5, 2.5 or another whole number and a half up to 20.5, given 1.2"
refuse matern "{\"arguments\": {\"X\": $point, \"Y\": $point}, \"parameters\": {\"nu\": \"a\"}}" "matern, parameter 'nu': expected a number, given text"
pixel='"X": {"dtype": "f64", "shape": [1, 1, 1, 1], "data": [0]}, "W": {"dtype": "f64", "shape": [1, 1, 1], "data": [0]}'
refuse mixconv "{\"arguments\": {$pixel}, \"parameters\": {\"kernel_sizes\": [1, 2]}}" "mixconv, parameter 'kernel_sizes': expected odd sizes from 1 to 1001, given 2"
refuse mixconv "{\"arguments\": {$pixel}, \"parameters\": {\"kernel_sizes\": []}}" "mixconv, parameter 'kernel_sizes': expected at least one size, given none"
refuse mixconv "{\"arguments\": {$pixel}, \"parameters\": {\"stride\": 0}}" "mixconv, parameter 'stride': expected a whole number"
refuse nngp_recursion "{\"arguments\": {\"X\": $point, \"Y\": $point}, \"parameters\": {\"L\": 51}}" "nngp_recursion, parameter 'L': expected a whole number of 1 to 50, given 51"
refuse mse "{\"arguments\": {\"input\": $point, \"target\": $point}, \"parameters\": {\"reduction\": \"all\"}}" "reduction: expected 'mean', 'sum' or 'none', given 'all'"
scores='"s": {"dtype": "f64", "shape": [1, 1], "data": [0]}'
refuse mann_whitney_loss "{\"arguments\": {$scores}, \"parameters\": {\"neg_reduction\": \"max\"}}" "mann_whitney_loss, parameter 'neg_reduction': expected 'sum' or 'mean', given 'max'"
refuse f_contrastive_loss '{"arguments": {"T_pos": {"dtype": "f64", "shape": [1], "data": [0]}, "T_neg": {"dtype": "f64", "shape": [1], "data": [0]}}, "parameters": {"f": "tv"}}' "f_contrastive_loss, parameter 'f': expected 'kl', 'dv', 'chi2' or 'js', given 'tv'"
refuse hard_negative_mixing "{\"arguments\": {$scores, \"n\": {\"dtype\": \"f64\", \"shape\": [1, 1, 1], \"data\": [1]}, \"lam\": $point}}" "hard_negative_mixing, arguments 'first', 'second' and 'lam': expected all three or none of them"
refuse matryoshka_info_nce "{\"arguments\": {\"q\": $point, \"p\": $point}, \"parameters\": {\"dims\": [1, 2]}}" "matryoshka_info_nce, parameter 'weights': expected as many weights as lengths, one or more, given 5 weights and 2 lengths"
refuse matryoshka_info_nce "{\"arguments\": {\"q\": $point, \"p\": $point}, \"parameters\": {\"dims\": [0.5], \"weights\": [1]}}" "matryoshka_info_nce, parameter 'dims': expected whole numbers of 1 or more, given 0.5"
refuse f1_norm_bound "{\"arguments\": {\"V\": $point, \"W\": $point, \"b\": {\"dtype\": \"f64\", \"shape\": [1], \"data\": [0]}}, \"parameters\": {\"form\": \"l1\"}}" "f1_norm_bound, parameter 'form': expected 'path' or 'decay', given 'l1'"
refuse topk_softmax_router "{\"arguments\": {\"z\": $point}, \"parameters\": {\"k\": 0}}" "topk_softmax_router, parameter 'k': expected a whole number of 1 or more, given 0"
times='"t": {"dtype": "i64", "shape": [1], "data": [0]}'
refuse diffusion_schedules "{\"arguments\": {$times}, \"parameters\": {\"T\": 19, \"kind\": \"linear\"}}" "diffusion_schedules, parameter 'T': expected a whole number of 20 or more, given 19"
refuse keyword_ot_loss "{\"arguments\": {\"beta\": $point, \"S\": {\"dtype\": \"i64\", \"shape\": [1, 1], \"data\": [0]}}, \"parameters\": {\"iters\": 0}}" "keyword_ot_loss, parameter 'iters': expected a whole number of 1 to 200, given 0"
refuse entmax15 "{\"arguments\": {\"z\": $point}, \"parameters\": {\"alpha\": 1}}" "entmax15, parameter 'alpha': expected a number from 1.01 to 100, given 1"
refuse entmax15 "{\"arguments\": {\"z\": $point}, \"parameters\": {\"n_iter\": 101}}" "entmax15, parameter 'n_iter': expected a whole number of 1 to 100, given 101"
refuse contextual_similarity "{\"arguments\": {\"f\": $point}, \"parameters\": {\"k\": 1}}" "contextual_similarity, parameter 'k': expected a whole number of 2 or more, given 1"
refuse gumbel_sinkhorn "{\"arguments\": {\"W\": $point}, \"parameters\": {\"T\": 0}}" "gumbel_sinkhorn, parameter 'T': expected a whole number of 1 to 200, given 0"
refuse sinkhorn_membership "{\"arguments\": {\"C\": $point}, \"parameters\": {\"T\": 101}}" "sinkhorn_membership, parameter 'T': expected a whole number of 1 to 100, given 101"
refuse kernel_inception_distance "{\"arguments\": {\"X\": $point, \"Y\": $point, \"subsets_X\": {\"dtype\": \"i64\", \"shape\": [1, 1], \"data\": [0]}}}" "kernel_inception_distance, arguments 'subsets_X' and 'subsets_Y': expected both or none of them"
row='{"dtype": "f64", "shape": [1, 2], "data": [0, 1]}'
label='{"dtype": "i64", "shape": [1], "data": [0]}'
refuse multi_margin_loss "{\"arguments\": {\"input\": $row, \"target\": $label}, \"parameters\": {\"p\": 3}}" "multi_margin_loss, parameter 'p': expected a whole number of 1 to 2, given 3"
refuse nll_loss "{\"arguments\": {\"input\": $row, \"target\": {\"dtype\": \"i64\", \"shape\": [1], \"data\": [2]}}}" "'input'"
refuse weston_watkins_loss "{\"arguments\": {\"f\": $row, \"y\": $label}, \"parameters\": {\"classes\": \"all\"}}" "weston_watkins_loss, parameter 'classes': expected 'mean' or 'sum', given 'all'"
refuse asymmetric_unhinged_loss "{\"arguments\": {\"f\": $row, \"y\": $label}, \"parameters\": {\"a\": 1}}" "asymmetric_unhinged_loss, parameter 'a': expected a number from 1.0"
refuse single_neuron_surrogate "{\"arguments\": {\"x\": $row, \"y\": {\"dtype\": \"f64\", \"shape\": [1], \"data\": [0]}, \"w\": {\"dtype\": \"f64\", \"shape\": [2], \"data\": [0, 0]}}, \"parameters\": {\"T\": -1}}" "single_neuron_surrogate, parameter 'T': expected a whole number of 0 to 1000, given -1"
refuse group_progressive_guidance_loss "{\"arguments\": {\"z\": {\"dtype\": \"f64\", \"shape\": [2, 1, 1], \"data\": [0, 0]}, \"y\": $label}, \"parameters\": {\"M\": -1}}" "group_progressive_guidance_loss, parameter 'M': expected a whole number of 0 or more, given -1"
refuse group_progressive_guidance_loss "{\"arguments\": {\"z\": {\"dtype\": \"f64\", \"shape\": [2, 1, 1], \"data\": [0, 0]}, \"y\": $label}, \"parameters\": {\"M\": 3}}" "'z'"
refuse f_distill_ratio_weight "{\"arguments\": {\"l\": $row, \"t\": {\"dtype\": \"f64\", \"shape\": [1], \"data\": [0]}}, \"parameters\": {\"bins\": 0}}" "f_distill_ratio_weight, parameter 'bins': expected a whole number of 1 or more, given 0"
refuse rbf "$(printf '[%.0s' $(seq 1001))" "nested deeper than 1000 levels"
refuse rbf "$(head -c 9000000 /dev/zero | tr '\0' ' ')" "8388609 bytes or more; at most 8 MiB are read"

# A text without end is read no further than that, in little memory. Under AddressSanitizer nothing starts with a limit.
limit=1000000
(ulimit -v $limit; "$mercerc" --help >/dev/null 2>&1) || limit=unlimited
endless=$(tr '\0' ' ' </dev/zero | (ulimit -v $limit; "$mercerc" run rbf - 2>&1 >/dev/null))
if [[ "$endless" != *"8388609 bytes or more; at most 8 MiB are read" ]]; then
  echo "endless input gives '$endless'"
  failed=1
fi
exit $failed
