// Rows: the same elements in another shape.
#include "operator_rows.h"

namespace cloister::engine {
namespace {

const std::vector<Operands>& shaping_operands() {
  static const std::vector<Operands> all{{{2, 3, 4}}, {Sizes{}},      {{3}},          {{1}}, {{0, 4}},
                                         {{4, 1, 2}}, {{1, 1, 3, 1}}, {{2, 3, 4, 5}}, {{24}}};
  return all;
}

void sized(Rows& rows) {
  for (const Sizes& to : {Sizes{24}, Sizes{-1}, Sizes{2, -1}, Sizes{6, 4}, Sizes{}, Sizes{1, 1}, Sizes{0, -1},
                          Sizes{0, 4}, Sizes{-1, -1}, Sizes{2, 12, 1}, Sizes{2, 3, 20}, Sizes{3}}) {
    rows.emplace_back(
        "reshape", shaping_operands(), [=](const Ours& o) { return o->reshape(o[0], to); },
        [=](const Theirs& t) { return t[0].reshape(to); });
    rows.emplace_back(
        "view", shaping_operands(), [=](const Ours& o) { return o->view(o[0], to); },
        [=](const Theirs& t) { return t[0].view(to); });
  }
  for (const Sizes& to : {Sizes{2, 3, 4}, Sizes{5, 3, 4}, Sizes{-1, -1, -1}, Sizes{7, 4, 6, 2}, Sizes{3}, Sizes{2, 3},
                          Sizes{0}, Sizes{}, Sizes{-1, 3}, Sizes{4, 0}}) {
    rows.emplace_back(
        "expand", shaping_operands(), [=](const Ours& o) { return o->expand(o[0], to); },
        [=](const Theirs& t) { return t[0].expand(to); });
  }
  for (const std::int64_t dim : kDims) {
    for (const Sizes& to : {Sizes{2, 2}, Sizes{-1, 1}, Sizes{3, -1}, Sizes{-1}, Sizes{1, 0}}) {
      rows.emplace_back(
          "unflatten", shaping_operands(), [=](const Ours& o) { return o->unflatten(o[0], dim, to); },
          [=](const Theirs& t) { return t[0].unflatten(dim, to); });
    }
  }
}

void reordered(Rows& rows) {
  for (const Sizes& order : {Sizes{2, 0, 1}, Sizes{-1, 0, 1}, Sizes{0, 1}, Sizes{1, 0}, Sizes{}, Sizes{0},
                             Sizes{0, 0, 1}, Sizes{3, 1, 0, 2}, Sizes{0, 1, 5}}) {
    rows.emplace_back(
        "permute", shaping_operands(), [=](const Ours& o) { return o->permute(o[0], order); },
        [=](const Theirs& t) { return t[0].permute(order); });
  }
  for (const auto& [from, to] : std::vector<std::pair<Sizes, Sizes>>{{{0}, {-1}},
                                                                     {{0, 1}, {1, 0}},
                                                                     {{}, {}},
                                                                     {{-1}, {0}},
                                                                     {{0, 0}, {1, 0}},
                                                                     {{0}, {0, 1}},
                                                                     {{5}, {0}},
                                                                     {{2, 0}, {0, 1}}}) {
    rows.emplace_back(
        "movedim", shaping_operands(), [=](const Ours& o) { return o->movedim(o[0], from, to); },
        [=](const Theirs& t) { return at::movedim(t[0], from, to); });
  }
  for (const std::int64_t first : kDims) {
    for (const std::int64_t second : {0, -1, 2}) {
      rows.emplace_back(
          "transpose", shaping_operands(), [=](const Ours& o) { return o->transpose(o[0], first, second); },
          [=](const Theirs& t) { return t[0].transpose(first, second); });
      rows.emplace_back(
          "flatten", shaping_operands(), [=](const Ours& o) { return o->flatten(o[0], first, second); },
          [=](const Theirs& t) { return t[0].flatten(first, second); });
    }
    rows.emplace_back(
        "unsqueeze", shaping_operands(), [=](const Ours& o) { return o->unsqueeze(o[0], first); },
        [=](const Theirs& t) { return t[0].unsqueeze(first); });
    rows.emplace_back(
        "squeeze", shaping_operands(), [=](const Ours& o) { return o->squeeze(o[0], first); },
        [=](const Theirs& t) { return t[0].squeeze(first); });
  }
  for (const Sizes& dims : {Sizes{}, Sizes{0}, Sizes{0, 1}, Sizes{-1, 1}, Sizes{1, 1}, Sizes{9}, Sizes{0, 1, 2, 3}}) {
    rows.emplace_back(
        "squeeze_dims", shaping_operands(), [=](const Ours& o) { return o->squeeze_dims(o[0], dims); },
        [=](const Theirs& t) { return at::squeeze(t[0], dims); });
  }
}

}  // namespace

Rows shaping_rows() {
  Rows rows;
  sized(rows);
  reordered(rows);
  rows.emplace_back(
      "contiguous", shaping_operands(), [](const Ours& o) { return o->contiguous(o[0]); },
      [](const Theirs& t) { return t[0].contiguous(); });
  rows.emplace_back(
      "contiguous_channels_last", shaping_operands(), [](const Ours& o) { return o->contiguous_channels_last(o[0]); },
      [](const Theirs& t) { return t[0].contiguous(at::MemoryFormat::ChannelsLast); });
  // Within the storage, overlapping, and beyond it; a layout with gaps has more storage than elements.
  struct Strided {
    Sizes size, stride;
    std::optional<std::int64_t> offset;
  };
  for (const Strided& s : std::vector<Strided>{{{2, 2}, {1, 1}, {}},
                                               {{3}, {1}, 0},
                                               {{3, 2}, {2, 1}, 1},
                                               {{}, {}, 0},
                                               {{0}, {1}, 0},
                                               {{2, 5}, {0, 0}, {}},
                                               {{1000}, {1}, {}},
                                               {{2}, {1000}, {}},
                                               {{2}, {-1}, 1},
                                               {{2}, {1, 1}, {}},
                                               {{1}, {1}, -1},
                                               {{1}, {1}, 5000}}) {
    rows.emplace_back(
        "as_strided", shaping_operands(),
        [=](const Ours& o) { return o->as_strided(o[0], s.size, s.stride, s.offset); },
        [=](const Theirs& t) { return at::as_strided(t[0], s.size, s.stride, s.offset); });
  }
  return rows;
}

}  // namespace cloister::engine
