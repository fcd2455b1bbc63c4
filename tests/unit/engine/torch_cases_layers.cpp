#include "torch_cases.h"

namespace cloister::engine {

namespace layer_rows {
namespace {

using S = Sizes;
using B = TensorBackend;
using V = std::vector<Tensor>;
using R = Result<Tensor>;

const S table{7, 5};

at::Tensor words(at::ScalarType type) { return at::tensor({6, 0, 3, 3, 1, 6}, at::kLong).to(type); }
at::Tensor bags(at::ScalarType type) { return at::tensor({0, 2, 2, 5}, at::kLong).to(type); }

void add_norms(std::vector<Case>& all) {
  const std::vector<Case> rows{
      {"batch_norm",
       {{2, 6, 9, 8}, {6}, {6}},
       [](B& b, const V& x) -> R { return b.batch_norm(x[0], &x[1], &x[2], nullptr, nullptr, {true, 0.1, 1e-3}); },
       [](const Inputs& x) { return at::batch_norm(x[0], x[1], x[2], {}, {}, true, 0.1, 1e-3, true); },
       kAllFloats},
      {"batch_norm_of_columns",
       {{8, 3}, {3}},
       [](B& b, const V& x) -> R { return b.batch_norm(x[0], nullptr, &x[1], nullptr, nullptr, {true, 0.1, 1e-5}); },
       [](const Inputs& x) { return at::batch_norm(x[0], {}, x[1], {}, {}, true, 0.1, 1e-5, true); },
       kExact},
      {"layer_norm",
       {{3, 4, 5}, {4, 5}, {4, 5}},
       [](B& b, const V& x) -> R { return b.layer_norm(x[0], S{4, 5}, &x[1], &x[2], 1e-4); },
       [](const Inputs& x) { return at::layer_norm(x[0], {4, 5}, x[1], x[2], 1e-4); },
       kAllFloats},
      {"layer_norm_alone",
       {{3, 4, 5}},
       [](B& b, const V& x) -> R { return b.layer_norm(x[0], S{5}, nullptr, nullptr, 1e-5); },
       [](const Inputs& x) { return at::layer_norm(x[0], {5}); }},
      {"layer_norm_of_nothing",
       {{0, 5}, {5}},
       [](B& b, const V& x) -> R { return b.layer_norm(x[0], S{5}, &x[1], nullptr, 1e-5); },
       [](const Inputs& x) { return at::layer_norm(x[0], {5}, x[1]); }},
      {"group_norm",
       {{2, 6, 9, 8}, {6}, {6}},
       [](B& b, const V& x) -> R { return b.group_norm(x[0], 3, &x[1], &x[2], 1e-4); },
       [](const Inputs& x) { return at::group_norm(x[0], 3, x[1], x[2], 1e-4); },
       kAllFloats},
      {"group_norm_alone",
       {{2, 6}},
       [](B& b, const V& x) -> R { return b.group_norm(x[0], 2, nullptr, nullptr, 1e-5); },
       [](const Inputs& x) { return at::group_norm(x[0], 2); },
       kExact},
      {"instance_norm",
       {{2, 6, 9, 8}, {6}, {6}},
       [](B& b, const V& x) -> R { return b.instance_norm(x[0], &x[1], &x[2], 1e-4); },
       [](const Inputs& x) { return at::instance_norm(x[0], x[1], x[2], {}, {}, true, 0, 1e-4, true); },
       kExact},
      {"rms_norm",
       {{3, 4, 5}, {5}},
       [](B& b, const V& x) -> R { return b.rms_norm(x[0], S{5}, &x[1], 1e-4); },
       [](const Inputs& x) { return at::rms_norm(x[0], {5}, x[1], 1e-4); },
       kAllFloats},
      {"rms_norm_alone",
       {{3, 4, 5}},
       [](B& b, const V& x) -> R { return b.rms_norm(x[0], S{4, 5}, nullptr, std::nullopt); },
       [](const Inputs& x) { return at::rms_norm(x[0], {4, 5}); }},
  };
  all.insert(all.end(), rows.begin(), rows.end());
}

void add_embeddings(std::vector<Case>& all) {
  const std::vector<Case> rows{
      {"one_hot",
       {{3, 4}},
       [](B& b, const V& x) -> R { return b.one_hot(x[0], 50); },
       [](const Inputs& x) { return at::one_hot(x[0], 50); },
       {at::kLong},
       false,
       false},
      {"one_hot_of_nothing",
       {{0, 2}},
       [](B& b, const V& x) -> R { return b.one_hot(x[0], 3); },
       [](const Inputs& x) { return at::one_hot(x[0], 3); },
       {at::kLong},
       false,
       false},
      {"embedding",
       {table},
       [](B& b, const V& x) -> R { return b.embedding(x[0], handle(b, words(at::kLong).view({2, 3})), 3); },
       [](const Inputs& x) { return at::embedding(x[0], words(at::kLong).view({2, 3}), 3); },
       kAllFloats},
      {"embedding_by_int32",
       {table},
       [](B& b, const V& x) -> R { return b.embedding(x[0], handle(b, words(at::kInt)), std::nullopt); },
       [](const Inputs& x) { return at::embedding(x[0], words(at::kInt)); }},
      {"embedding_padding_from_the_end",
       {table},
       [](B& b, const V& x) -> R { return b.embedding(x[0], handle(b, words(at::kLong)), -1); },
       [](const Inputs& x) { return at::embedding(x[0], words(at::kLong), 6); }},
      {"embedding_of_nothing",
       {table},
       [](B& b, const V& x) -> R { return b.embedding(x[0], handle(b, at::empty({2, 0}, at::kLong)), std::nullopt); },
       [](const Inputs& x) { return at::embedding(x[0], at::empty({2, 0}, at::kLong)); }},
      {"embedding_bag_weighted",
       {table, {6}},
       [](B& b, const V& x) -> R {
         return b.embedding_bag(x[0], handle(b, words(at::kLong)), handle(b, bags(at::kLong)), BagMode::sum, &x[1]);
       },
       [](const Inputs& x) {
         return std::get<0>(at::embedding_bag(x[0], words(at::kLong), bags(at::kLong), false, 0, false, x[1], false));
       },
       kExact},
      {"embedding_bag_of_nothing",
       {table},
       [](B& b, const V& x) -> R {
         return b.embedding_bag(x[0], handle(b, at::empty({0}, at::kLong)), handle(b, at::zeros({3}, at::kLong)),
                                BagMode::mean, nullptr);
       },
       [](const Inputs& x) {
         return std::get<0>(at::embedding_bag(x[0], at::empty({0}, at::kLong), at::zeros({3}, at::kLong), false, 1));
       },
       kExact},
  };
  all.insert(all.end(), rows.begin(), rows.end());
  static constexpr std::array<const char*, 3> kNames{"embedding_bag_sum", "embedding_bag_mean", "embedding_bag_max"};
  for (const int mode : {0, 1, 2}) {
    for (const at::ScalarType type : {at::kLong, at::kInt}) {
      if (type == at::kInt && mode != 1) continue;
      all.push_back(
          {type == at::kInt ? "embedding_bag_by_int32" : kNames[static_cast<std::size_t>(mode)],
           {table},
           [=](B& b, const V& x) -> R {
             return b.embedding_bag(x[0], handle(b, words(type)), handle(b, bags(type)), static_cast<BagMode>(mode),
                                    nullptr);
           },
           [=](const Inputs& x) { return std::get<0>(at::embedding_bag(x[0], words(type), bags(type), false, mode)); },
           kExact});
    }
  }
}

void add_attention(std::vector<Case>& all) {
  const S q{2, 3, 4, 8};
  const S k{2, 3, 5, 8};
  const std::vector<Case> rows{
      {"attention",
       {q, k, k},
       [](B& b, const V& x) -> R { return b.scaled_dot_product_attention(x[0], x[1], x[2], nullptr, {}); },
       [](const Inputs& x) { return at::scaled_dot_product_attention(x[0], x[1], x[2]); },
       kAllFloats},
      {"attention_causal",
       {q, k, k},
       [](B& b, const V& x) -> R {
         return b.scaled_dot_product_attention(x[0], x[1], x[2], nullptr, {0, true, 0.3, false});
       },
       [](const Inputs& x) { return at::scaled_dot_product_attention(x[0], x[1], x[2], {}, 0, true, 0.3); },
       kAllFloats},
      {"attention_masked",
       {q, k, k, {4, 5}},
       [](B& b, const V& x) -> R { return b.scaled_dot_product_attention(x[0], x[1], x[2], &x[3], {}); },
       [](const Inputs& x) { return at::scaled_dot_product_attention(x[0], x[1], x[2], x[3]); },
       kExact},
      {"attention_masked_by_bool",
       {q, k, k},
       [](B& b, const V& x) -> R {
         const Tensor mask = handle(b, at::ones({4, 5}, at::kBool).tril());
         return b.scaled_dot_product_attention(x[0], x[1], x[2], &mask, {});
       },
       [](const Inputs& x) {
         return at::scaled_dot_product_attention(x[0], x[1], x[2], at::ones({4, 5}, at::kBool).tril());
       }},
      {"attention_of_matrices",
       {{4, 8}, {5, 8}, {5, 3}},
       [](B& b, const V& x) -> R { return b.scaled_dot_product_attention(x[0], x[1], x[2], nullptr, {}); },
       [](const Inputs& x) { return at::scaled_dot_product_attention(x[0], x[1], x[2]); }},
      {"attention_broadcasting",
       {{2, 1, 4, 8}, {3, 5, 8}, {5, 6}},
       [](B& b, const V& x) -> R { return b.scaled_dot_product_attention(x[0], x[1], x[2], nullptr, {}); },
       [](const Inputs& x) { return at::scaled_dot_product_attention(x[0], x[1], x[2]); },
       kExact},
      {"attention_of_grouped_heads",
       {{2, 6, 4, 8}, k, k},
       [](B& b, const V& x) -> R {
         return b.scaled_dot_product_attention(x[0], x[1], x[2], nullptr, {0, false, std::nullopt, true});
       },
       [](const Inputs& x) {
         return at::scaled_dot_product_attention(x[0], x[1], x[2], {}, 0, false, std::nullopt, true);
       }},
  };
  all.insert(all.end(), rows.begin(), rows.end());
}

at::TensorList rest(const Inputs& x, std::size_t from) { return at::TensorList(x).slice(from); }
std::span<const Tensor> rest(const V& x, std::size_t from) { return std::span(x).subspan(from); }

// A row for each part of what a network gives.
void add_recurrent(std::vector<Case>& all) {
  constexpr std::int64_t h = 3;
  const auto weights = [](std::vector<S> shapes, std::int64_t gates, std::int64_t layers, std::int64_t directions,
                          bool biases) {
    for (std::int64_t layer = 0; layer < layers; ++layer) {
      for (std::int64_t direction = 0; direction < directions; ++direction) {
        shapes.push_back({gates * h, layer == 0 ? 5 : h * directions});
        shapes.push_back({gates * h, h});
        if (!biases) continue;
        shapes.push_back({gates * h});
        shapes.push_back({gates * h});
      }
    }
    return shapes;
  };
  static constexpr std::array<const char*, 3> kLstm{"lstm", "lstm_h", "lstm_c"};
  static constexpr std::array<const char*, 3> kDeep{"lstm_deep", "lstm_deep_h", "lstm_deep_c"};
  for (const std::size_t part : {0, 1, 2}) {
    const auto pick = [part](const std::tuple<at::Tensor, at::Tensor, at::Tensor>& three) {
      return part == 0 ? std::get<0>(three) : part == 1 ? std::get<1>(three) : std::get<2>(three);
    };
    all.push_back({kLstm[part], weights({{4, 2, 5}, {1, 2, h}, {1, 2, h}}, 4, 1, 1, true),
                   [=](B& b, const V& x) -> R {
                     CLOISTER_TRY(auto three, b.lstm(x[0], rest(x, 1).first(2), rest(x, 3), true, {}));
                     return three[part];
                   },
                   [=](const Inputs& x) {
                     return pick(at::lstm(x[0], rest(x, 1).slice(0, 2), rest(x, 3), true, 1, 0, true, false, false));
                   },
                   kExact});
    all.push_back({kDeep[part], weights({{2, 4, 5}, {4, 2, h}, {4, 2, h}}, 4, 2, 2, false),
                   [=](B& b, const V& x) -> R {
                     CLOISTER_TRY(auto three, b.lstm(x[0], rest(x, 1).first(2), rest(x, 3), false, {2, true, true}));
                     return three[part];
                   },
                   [=](const Inputs& x) {
                     return pick(at::lstm(x[0], rest(x, 1).slice(0, 2), rest(x, 3), false, 2, 0, true, true, true));
                   },
                   kExact});
  }
  static constexpr std::array<const char*, 2> kGru{"gru", "gru_h"};
  static constexpr std::array<const char*, 2> kDeepGru{"gru_deep", "gru_deep_h"};
  for (const std::size_t part : {0, 1}) {
    const auto pick = [part](const std::tuple<at::Tensor, at::Tensor>& two) {
      return part == 0 ? std::get<0>(two) : std::get<1>(two);
    };
    all.push_back(
        {kGru[part], weights({{4, 2, 5}, {1, 2, h}}, 3, 1, 1, false),
         [=](B& b, const V& x) -> R {
           CLOISTER_TRY(auto two, b.gru(x[0], x[1], rest(x, 2), false, {}));
           return two[part];
         },
         [=](const Inputs& x) { return pick(at::gru(x[0], x[1], rest(x, 2), false, 1, 0, true, false, false)); },
         kExact});
    all.push_back({kDeepGru[part], weights({{2, 4, 5}, {4, 2, h}}, 3, 2, 2, true),
                   [=](B& b, const V& x) -> R {
                     CLOISTER_TRY(auto two, b.gru(x[0], x[1], rest(x, 2), true, {2, true, true}));
                     return two[part];
                   },
                   [=](const Inputs& x) { return pick(at::gru(x[0], x[1], rest(x, 2), true, 2, 0, true, true, true)); },
                   kExact});
  }
}

}  // namespace
}  // namespace layer_rows

std::vector<Case> layer_cases() {
  using namespace layer_rows;
  std::vector<Case> all;
  add_norms(all);
  add_embeddings(all);
  add_attention(all);
  add_recurrent(all);
  return all;
}

}  // namespace cloister::engine
