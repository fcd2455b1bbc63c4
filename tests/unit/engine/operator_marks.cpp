#include "operator_marks.h"

#include <algorithm>
#include <fstream>
#include <regex>

namespace cloister::engine {

const std::map<std::string, OperatorMark, std::less<>>& operator_marks() {
  static const auto all = [] {
    std::map<std::string, OperatorMark, std::less<>> marks;
    const std::regex line(R"re(\{"name": "([^"]+)", .*"content": "([a-z]*)", "docs": "(.*)"\},?)re");
    std::ifstream list(OPERATORS_JSON);
    for (std::string text; std::getline(list, text);) {
      std::smatch found;
      if (!std::regex_search(text, found, line)) continue;
      std::string name = found[1];
      std::replace(name.begin(), name.end(), '-', '_');
      marks[name] = {found[2], found[3]};
    }
    return marks;
  }();
  return all;
}

std::string_view operator_of(std::string_view row) {
  if (row.starts_with("attention")) return "scaled_dot_product_attention";
  std::string_view longest;
  for (const auto& [name, mark] : operator_marks()) {
    const bool fits = row == name || (row.starts_with(name) && row[name.size()] == '_');
    if (fits && name.size() > longest.size()) longest = name;
  }
  return longest;
}

bool is_marked(std::string_view row) {
  const auto mark = operator_marks().find(operator_of(row));
  return mark != operator_marks().end() && !mark->second.content.empty();
}

}  // namespace cloister::engine
