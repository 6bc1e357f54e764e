#include "Tasks.h"

#include <Eigen/Eigenvalues>

#include <cstdio>
#include <memory>
#include <stdexcept>

namespace digits {

void plot(const std::vector<float> &z, const std::vector<std::int64_t> &label, const std::string &path) {
  using Matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  const auto rows = static_cast<Eigen::Index>(label.size());
  Matrix centered = Eigen::Map<const Matrix>(z.data(), rows, static_cast<Eigen::Index>(z.size()) / rows);
  // The loss sees directions only, so the picture shows unit vectors.
  centered.rowwise().normalize();
  centered.rowwise() -= centered.colwise().mean().eval();
  // Eigenvalues ascend: the last two directions have the largest variance.
  Eigen::SelfAdjointEigenSolver<Eigen::MatrixXf> solver(Eigen::MatrixXf(centered.transpose() * centered));
  Matrix plane = centered * solver.eigenvectors().rightCols(2);
  const float scale = 280 / plane.cwiseAbs().maxCoeff();

  static constexpr const char *colours[] = {"#1f77b4", "#ff7f0e", "#2ca02c", "#d62728", "#9467bd",
                                            "#8c564b", "#e377c2", "#7f7f7f", "#bcbd22", "#17becf"};
  std::unique_ptr<std::FILE, int (*)(std::FILE *)> file(std::fopen(path.c_str(), "w"), std::fclose);
  if (!file)
    throw std::runtime_error("cannot write " + path);
  std::fprintf(file.get(), "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"640\" height=\"640\" "
                           "font-family=\"sans-serif\" font-size=\"11\">\n"
                           "<rect width=\"640\" height=\"640\" fill=\"white\"/>\n");
  for (Eigen::Index n = 0; n < rows; ++n)
    std::fprintf(file.get(), "<text x=\"%.1f\" y=\"%.1f\" fill=\"%s\">%d</text>\n", 316 + scale * plane(n, 1),
                 324 - scale * plane(n, 0), colours[label[n]], static_cast<int>(label[n]));
  std::fprintf(file.get(), "</svg>\n");
}

} // namespace digits
