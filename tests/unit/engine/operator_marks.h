// What wit/ops.wit says of each operator: whether its contents show in the call's outcome or the result's shape.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace cloister::engine {

struct OperatorMark {
  std::string content;  // "outcome", "shape", or empty: nothing shows
  std::string docs;
};

// By name, with underscores as in rows. Reads the list that is generated from wit/ops.wit.
const std::map<std::string, OperatorMark, std::less<>>& operator_marks();

// The operator that a row or case is of: the longest name that its own begins with.
std::string_view operator_of(std::string_view row);
// Whether it may answer otherwise for other contents.
bool is_marked(std::string_view row);

}  // namespace cloister::engine
