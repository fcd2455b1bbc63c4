// What a workload will ask for, written into the component for those who run it.
#pragma once

#include <algorithm>
#include <initializer_list>
#include <string_view>

namespace cloister::detail {

// As the host checks names of grants.
consteval bool is_grant_name(std::string_view name) {
  return !name.empty() && name.size() <= 64 && name.front() != '.' && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.' ||
           c == '-';
  });
}

consteval bool are_grants(std::initializer_list<std::string_view> grants) {
  return std::ranges::all_of(grants, [](std::string_view text) {
    if (text.ends_with('?')) text.remove_suffix(1);
    for (const std::string_view kind : {"dataset:", "model:", "output:"}) {
      if (text.starts_with(kind)) return is_grant_name(text.substr(kind.size()));
    }
    return false;
  });
}

}  // namespace cloister::detail

// CLOISTER_GRANTS("dataset:train", "model:backbone?", "output:weights"), once, outside functions: the names that the
// workload opens and saves under; `?` marks what only some runs ask for. `cloister inspect` lists them, and a run that
// lacks one names all that are missing. It permits nothing.
#define CLOISTER_GRANTS(...)                                                                \
  static_assert(cloister::detail::are_grants({__VA_ARGS__}),                                \
                "a grant is KIND:NAME or KIND:NAME?, KIND being dataset, model or output"); \
  CLOISTER_GRANTS_TEXT(#__VA_ARGS__)
// The assembler takes one string a directive: the whole list, quotes and all.
#define CLOISTER_GRANTS_TEXT(text) \
  __asm__(".section \".custom_section.cloister:grants\",\"\",@\n.asciz " #text "\n.section .text,\"\",@\n")
