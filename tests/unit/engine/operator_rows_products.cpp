// Rows: products of matrices, and distances.
#include <limits>

#include "operator_rows.h"

namespace cloister::engine {
namespace {

void matrices(Rows& rows) {
  rows.emplace_back(
      "matmul",
      std::vector<Operands>{{{4, 5}, {5, 3}},
                            {{5}, {5}},
                            {{5}, {5, 3}},
                            {{4, 5}, {5}},
                            {{2, 4, 5}, {5, 3}},
                            {{2, 1, 4, 5}, {3, 5, 2}},
                            {{0, 5}, {5, 3}},
                            {{4, 0}, {0, 3}},
                            {Sizes{}, {3}},
                            {{4, 5}, {4, 5}}},
      [](const Ours& o) { return o->matmul(o[0], o[1]); }, [](const Theirs& t) { return at::matmul(t[0], t[1]); });
  rows.emplace_back(
      "mm",
      std::vector<Operands>{
          {{4, 5}, {5, 3}}, {{1, 1}, {1, 1}}, {{0, 5}, {5, 3}}, {{4, 0}, {0, 3}}, {{5}, {5, 3}}, {{4, 5}, {4, 5}}},
      [](const Ours& o) { return o->mm(o[0], o[1]); }, [](const Theirs& t) { return at::mm(t[0], t[1]); });
  rows.emplace_back(
      "bmm",
      std::vector<Operands>{{{2, 4, 5}, {2, 5, 3}}, {{0, 4, 5}, {0, 5, 3}}, {{2, 4, 5}, {3, 5, 3}}, {{4, 5}, {5, 3}}},
      [](const Ours& o) { return o->bmm(o[0], o[1]); }, [](const Theirs& t) { return at::bmm(t[0], t[1]); });
  for (const auto& [beta, alpha] :
       std::vector<std::pair<Scalar, Scalar>>{{1.0, 1.0}, {0.0, 2.0}, {whole(2), whole(-1)}, {0.5, 0.0}}) {
    rows.emplace_back(
        "addmm",
        std::vector<Operands>{{{4, 3}, {4, 5}, {5, 3}},
                              {{3}, {4, 5}, {5, 3}},
                              {Sizes{}, {4, 5}, {5, 3}},
                              {{4, 3}, {4, 0}, {0, 3}},
                              {{2, 2}, {4, 5}, {5, 3}}},
        [=](const Ours& o) { return o->addmm(o[0], o[1], o[2], beta, alpha); },
        [=](const Theirs& t) { return at::addmm(t[0], t[1], t[2], number(beta), number(alpha)); });
    rows.emplace_back(
        "baddbmm",
        std::vector<Operands>{{{2, 4, 3}, {2, 4, 5}, {2, 5, 3}},
                              {{3}, {2, 4, 5}, {2, 5, 3}},
                              {{2, 4, 3}, {2, 4, 0}, {2, 0, 3}},
                              {{3, 4, 3}, {2, 4, 5}, {2, 5, 3}}},
        [=](const Ours& o) { return o->baddbmm(o[0], o[1], o[2], beta, alpha); },
        [=](const Theirs& t) { return at::baddbmm(t[0], t[1], t[2], number(beta), number(alpha)); });
  }
  rows.emplace_back(
      "dot", std::vector<Operands>{{{7}, {7}}, {{0}, {0}}, {{7}, {6}}, {{2, 2}, {2, 2}}},
      [](const Ours& o) { return o->dot(o[0], o[1]); }, [](const Theirs& t) { return at::dot(t[0], t[1]); });
  rows.emplace_back(
      "outer", std::vector<Operands>{{{7}, {4}}, {{0}, {3}}, {{1}, {1}}, {{2, 2}, {2}}},
      [](const Ours& o) { return o->outer(o[0], o[1]); }, [](const Theirs& t) { return at::outer(t[0], t[1]); });
  struct Sum {
    const char* equation;
    Operands operands;
  };
  for (const Sum& sum : std::vector<Sum>{{"ij,jk->ik", {{4, 5}, {5, 3}}},
                                         {"ii->i", {{4, 4}}},
                                         {"ii", {{4, 4}}},
                                         {"i,j", {{4}, {3}}},
                                         {"...ij,...jk->...ik", {{2, 4, 5}, {2, 5, 3}}},
                                         {"b...,b...->...", {{2, 3, 4}, {2, 3, 4}}},
                                         {"ij,jk,kl->il", {{2, 3}, {3, 4}, {4, 5}}},
                                         {" i j -> j i ", {{2, 3}}},
                                         {"->", {Sizes{}}},
                                         {"ij->", {{2, 3}}},
                                         {"ij,jk->iz", {{2, 3}, {3, 4}}},
                                         {"ij,jk", {{2, 3}, {4, 5}}}}) {
    rows.emplace_back(
        "einsum", std::vector<Operands>{sum.operands},
        [=](const Ours& o) { return o->einsum(sum.equation, o.operands); },
        [=](const Theirs& t) {
          return at::einsum(sum.equation, at::TensorList(t.operands.data(), t.operands.size()));
        });
  }
}

void layers(Rows& rows) {
  rows.emplace_back(
      "linear",
      std::vector<Operands>{{{4, 5}, {3, 5}, {3}},
                            {{5}, {3, 5}, {3}},
                            {{2, 4, 5}, {3, 5}, {3}},
                            {{0, 5}, {3, 5}, {3}},
                            {{4, 5}, {3, 4}, {3}}},
      [](const Ours& o) { return o->linear(o[0], o[1], &o[2]); },
      [](const Theirs& t) { return at::linear(t[0], t[1], t[2]); });
  rows.emplace_back(
      "linear", std::vector<Operands>{{{4, 5}, {3, 5}}, {{5}, {3, 5}}, {{2, 3, 4, 5}, {3, 5}}, {{4, 0}, {3, 0}}},
      [](const Ours& o) { return o->linear(o[0], o[1], nullptr); },
      [](const Theirs& t) { return at::linear(t[0], t[1]); });
  rows.emplace_back(
      "bilinear",
      std::vector<Operands>{{{4, 2}, {4, 3}, {5, 2, 3}, {5}},
                            {{2}, {3}, {5, 2, 3}, {5}},
                            {{2, 4, 2}, {2, 4, 3}, {5, 2, 3}, {5}},
                            {{4, 2}, {3, 3}, {5, 2, 3}, {5}}},
      [](const Ours& o) { return o->bilinear(o[0], o[1], o[2], &o[3]); },
      [](const Theirs& t) { return at::bilinear(t[0], t[1], t[2], t[3]); });
  rows.emplace_back(
      "bilinear", std::vector<Operands>{{{4, 2}, {4, 3}, {5, 2, 3}}, {{0, 2}, {0, 3}, {5, 2, 3}}},
      [](const Ours& o) { return o->bilinear(o[0], o[1], o[2], nullptr); },
      [](const Theirs& t) { return at::bilinear(t[0], t[1], t[2]); });
}

void distances(Rows& rows) {
  for (const double p : {0.0, 1.0, 2.0, 3.5, std::numeric_limits<double>::infinity(), -1.0}) {
    // From 26 rows on, distances of p = 2 are found by a product of matrices.
    rows.emplace_back(
        "cdist",
        std::vector<Operands>{{{4, 3}, {5, 3}},
                              {{2, 4, 3}, {5, 3}},
                              {{0, 3}, {5, 3}},
                              {{4, 0}, {5, 0}},
                              {{30, 3}, {27, 3}},
                              {{4, 3}, {5, 2}}},
        [=](const Ours& o) { return o->cdist(o[0], o[1], p); },
        [=](const Theirs& t) { return at::cdist(t[0], t[1], p); });
    rows.emplace_back(
        "pdist", std::vector<Operands>{{{5, 3}}, {{1, 3}}, {{4, 0}}, {{3}}},
        [=](const Ours& o) { return o->pdist(o[0], p); }, [=](const Theirs& t) { return at::pdist(t[0], p); });
  }
  for (const std::int64_t dim : {0, 1, -1, 5}) {
    rows.emplace_back(
        "cosine_similarity",
        std::vector<Operands>{
            {{4, 5}, {4, 5}}, {{2, 3, 4}, {3, 1}}, {{5}, {5}}, {Sizes{}, Sizes{}}, {{0, 3}, {0, 3}}, {{2, 3}, {4}}},
        [=](const Ours& o) { return o->cosine_similarity(o[0], o[1], dim, 1e-8); },
        [=](const Theirs& t) { return at::cosine_similarity(t[0], t[1], dim, 1e-8); });
  }
}

}  // namespace

Rows product_rows() {
  Rows rows;
  matrices(rows);
  layers(rows);
  distances(rows);
  return rows;
}

}  // namespace cloister::engine
