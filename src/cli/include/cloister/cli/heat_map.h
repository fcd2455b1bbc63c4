// Matrices as SVG 1.1 files that need nothing else: no scripts, fonts or styles from outside.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "cloister/cli/matrix.h"

namespace cloister::cli {

// A cell a value: blue above zero, orange below, darker further away; values that are not finite are grey. Where there
// is room each cell shows its number, and says its row and column when it is pointed at. The same matrix gives the same
// bytes. `name` and the labels are guest text.
[[nodiscard]] std::string render_heat_map(std::string_view name, const Matrix& matrix);

// Names of the matrices and of their files in the folder `matrices`: NAME.svg, each / as _. Where two names would have
// one file, the later one in the order of the names gets a number: NAME-2.svg.
[[nodiscard]] std::map<std::string, std::string, std::less<>> heat_map_files(const MatrixSet& matrices);

}  // namespace cloister::cli
