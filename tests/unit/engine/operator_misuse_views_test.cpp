// Hostile views, lists, indices, equations and writes: an error of the right kind, and no crash, no hang.
#include "torch_errors.h"

namespace cloister::engine {
namespace {

class OperatorMisuseOfViews : public TorchErrors {
 protected:
  Tensor longs(const std::vector<std::int64_t>& all) { return tensor(all, S{static_cast<std::int64_t>(all.size())}); }
};

TEST_F(OperatorMisuseOfViews, ViewsOutsideOfTheStorage) {
  const Tensor a = make({2, 3});
  for (const auto& [size, stride, offset] :
       std::vector<std::tuple<S, S, std::optional<std::int64_t>>>{{{7}, {1}, {}},
                                                                  {{2}, {kHuge}, {}},
                                                                  {{2}, {-1}, 1},
                                                                  {{1}, {1}, -1},
                                                                  {{1}, {1}, 6},
                                                                  {{1}, {1}, kHuge},
                                                                  {{1}, {1}, kTiny},
                                                                  {{3, 3}, {kHuge / 2, kHuge / 2}, {}},
                                                                  {{2}, {1, 1}, {}},
                                                                  {{-1}, {1}, {}},
                                                                  {{kHuge, kHuge}, {0, 0}, {}},
                                                                  {S(65, 1), S(65, 1), {}}}) {
    EXPECT_FALSE(backend_->as_strided(a, size, stride, offset).has_value());
  }
  quota(backend_->as_strided(a, S{std::int64_t{1} << 45}, S{0}, {}), "as_strided");
  // A view of a part sees the whole storage, as in PyTorch, but no more.
  const Tensor part = ok(backend_->narrow(a, 0, 1, 1));
  EXPECT_TRUE(backend_->as_strided(part, S{6}, S{1}, 0).has_value());
  EXPECT_FALSE(backend_->as_strided(part, S{7}, S{1}, 0).has_value());
}

TEST_F(OperatorMisuseOfViews, PartsBeyondCounting) {
  const Tensor wide = ok(backend_->expand(make({1}, Dtype::bool_), S{1'000'000'000}));
  invalid(backend_->unbind(wide, 0), "unbind");
  invalid(backend_->split(wide, 1, 0), "split");
  invalid(backend_->chunk(wide, kHuge, 0), "chunk");
  invalid(backend_->chunk(make({0}), kHuge, 0), "chunk");
  invalid(backend_->split(wide, 0, 0), "split");
  invalid(backend_->split(wide, -1, 0), "split");
  EXPECT_FALSE(backend_->split_with_sizes(wide, S{kHuge, kHuge, 2}, 0).has_value());
  EXPECT_FALSE(backend_->split_with_sizes(wide, S{-1, 1'000'000'001}, 0).has_value());
  const Tensor a = make({2, 3});
  invalid(backend_->unfold(a, 0, kHuge, 1), "unfold");
  invalid(backend_->unfold(a, 0, -1, 1), "unfold");
  invalid(backend_->unfold(a, 0, 1, 0), "unfold");
  invalid(backend_->unfold(a, 0, 1, kTiny), "unfold");
  invalid(backend_->unfold(make(S(64, 1)), 0, 1, 1), "unfold");
  invalid(backend_->repeat(a, S{kHuge, kHuge}), "repeat");
  invalid(backend_->repeat(a, S{-1, 2}), "repeat");
  invalid(backend_->repeat(a, S{2}), "repeat");
  invalid(backend_->repeat(a, S(65, 1)), "repeat");
  quota(backend_->repeat(a, S{std::int64_t{1} << 44, 1}), "repeat");
  invalid(backend_->repeat_interleave(a, kHuge, 0), "repeat_interleave");
  invalid(backend_->repeat_interleave(a, -1, 0), "repeat_interleave");
  quota(backend_->repeat_interleave(a, std::int64_t{1} << 44, {}), "repeat_interleave");
  EXPECT_FALSE(backend_->unflatten(a, 0, {}).has_value());
  EXPECT_FALSE(backend_->unflatten(a, 0, S{kHuge, kHuge}).has_value());
  EXPECT_FALSE(backend_->unflatten(a, 0, S{-1, -1}).has_value());
  invalid(backend_->unflatten(a, 0, S(64, 1)), "unflatten");
  EXPECT_FALSE(backend_->view(ok(backend_->transpose(a, 0, 1)), S{6}).has_value());
  invalid(backend_->view(a, S{kHuge, kHuge}), "view");
  invalid(backend_->meshgrid({}), "meshgrid");
  shapes(backend_->meshgrid(std::vector{a, a}), "meshgrid");
  const Tensor million = make({1'000'000}, Dtype::uint8);
  EXPECT_FALSE(backend_->meshgrid(std::vector{million, million, million, million}).has_value());
  invalid(backend_->diag_embed(make(S(64, 1)), 0, 0, 1), "diag_embed");
  EXPECT_FALSE(backend_->diag_embed(ok(backend_->zeros(S{1 << 20, 0}, Dtype::float32)), 1 << 20, -2, -1).has_value());
  EXPECT_FALSE(backend_->slice(a, 0, {}, {}, 0).has_value());
  EXPECT_FALSE(backend_->slice(a, 0, {}, {}, kTiny).has_value());
}

TEST_F(OperatorMisuseOfViews, IndicesOutOfRange) {
  const Tensor a = make({5, 5});
  for (const std::int64_t far : {std::int64_t{5}, std::int64_t{-1}, kHuge, kTiny}) {
    const Tensor row = longs({0, far});
    const Tensor places = ok(backend_->reshape(row, S{1, 2}));
    const Tensor rows = make({2, 5});
    invalid(backend_->index_select(a, 0, row), "index_select");
    invalid(backend_->index_add(a, 0, row, rows, 1.0), "index_add");
    invalid(backend_->index_add_in_place(a, 0, row, rows, 1.0), "index_add_in_place");
    invalid(backend_->index_copy(a, 0, row, rows), "index_copy");
    invalid(backend_->index_copy_in_place(a, 0, row, rows), "index_copy_in_place");
    invalid(backend_->index_fill_scalar(a, 0, row, 1.0), "index_fill_scalar");
    invalid(backend_->gather(a, 1, places), "gather");
    invalid(backend_->take_along_dim(a, places, 1), "take_along_dim");
    invalid(backend_->scatter(a, 1, places, a), "scatter");
    invalid(backend_->scatter_scalar(a, 1, places, 1.0), "scatter_scalar");
    invalid(backend_->scatter_add(a, 1, places, a), "scatter_add");
    invalid(backend_->scatter_add_in_place(a, 1, places, a), "scatter_add_in_place");
    invalid(backend_->scatter_reduce(a, 1, places, a, ScatterReduction::amax, true), "scatter_reduce");
    if (far == -1) continue;  // counts from the end
    const std::vector<const Tensor*> lists{&row};
    invalid(backend_->index(a, lists), "index");
    invalid(backend_->index_put(a, lists, make({}), true), "index_put");
    invalid(backend_->index_put_in_place(a, lists, make({}), false), "index_put_in_place");
  }
  const std::vector<const Tensor*> none{nullptr, nullptr};
  invalid(backend_->index(a, none), "index");
  invalid(backend_->index(a, {}), "index");
  const Tensor row = longs({0});
  const std::vector<const Tensor*> many{&row, &row, &row};
  invalid(backend_->index(a, many), "index");
  const Tensor mask = make({5}, Dtype::bool_);
  const std::vector<const Tensor*> masks{&mask};
  dtypes(backend_->index(a, masks), "index");
  dtypes(backend_->gather(a, 0, make({1, 1})), "gather");
  dtypes(backend_->masked_select(a, a), "masked_select");
  dtypes(backend_->masked_fill_scalar(a, make({5}, Dtype::uint8), 1.0), "masked_fill_scalar");
  shapes(backend_->masked_select(a, make({4}, Dtype::bool_)), "masked_select");
  invalid(backend_->masked_scatter(a, make({5, 5}, Dtype::bool_), make({24})), "masked_scatter");
  dtypes(backend_->masked_scatter(a, make({5, 5}, Dtype::bool_), make({25}, Dtype::int64)), "masked_scatter");
}

TEST_F(OperatorMisuseOfViews, CountsBeyondMemory) {
  quota(backend_->bincount(longs({1, kHuge}), nullptr, 0), "bincount");
  quota(backend_->bincount(longs({std::int64_t{1} << 45}), nullptr, 0), "bincount");
  invalid(backend_->bincount(longs({1, -1}), nullptr, 0), "bincount");
  invalid(backend_->bincount(longs({1, kTiny}), nullptr, 0), "bincount");
  invalid(backend_->bincount(longs({1}), nullptr, kTiny), "bincount");
  EXPECT_FALSE(backend_->bincount(longs({1}), nullptr, kHuge).has_value());
  dtypes(backend_->bincount(make({3}), nullptr, 0), "bincount");
  EXPECT_FALSE(backend_->bincount(make({3, 3}, Dtype::int64), nullptr, 0).has_value());
  const Tensor weights = make({2});
  EXPECT_FALSE(backend_->bincount(longs({1, 2, 3}), &weights, 0).has_value());
  const Tensor sorted = make({2, 3});
  EXPECT_FALSE(backend_->searchsorted(sorted, make({3, 3}), false).has_value());
  EXPECT_FALSE(backend_->searchsorted(make({}), make({3}), false).has_value());
}

TEST_F(OperatorMisuseOfViews, HostileEquations) {
  const Tensor a = make({3, 3});
  const std::vector<Tensor> one{a};
  const std::vector<Tensor> two{a, a};
  for (const std::string& equation :
       {std::string(), std::string("->"), std::string("ij"), std::string("ij,jk,kl->il"), std::string("i.j,jk->ik"),
        std::string("ij,jk->"
                    "\xc3\xa9"),
        std::string("ij,jk->ii"), std::string("ij->ij->ij"), std::string("ij,jk->iz"), std::string("....ij,jk->ik"),
        std::string("ij,jk\0->ik", 10), std::string(1000, 'a'), std::string(1000, ','), std::string("ijk,jk->i"),
        std::string("...ij...,jk->ik"), std::string("12,23->13"), std::string(10'000, 'i'), std::string(10'000, '.')}) {
    if (equation == "ij") continue;
    const auto result = backend_->einsum(equation, two);
    ASSERT_FALSE(result.has_value()) << equation.substr(0, 50);
    EXPECT_NE(result.error().code, ErrorCode::internal) << result.error().message;
    EXPECT_LT(result.error().message.size(), 600U) << result.error().message;
  }
  EXPECT_FALSE(backend_->einsum("i", one).has_value());
  invalid(backend_->einsum("ij", {}), "einsum");
}

// libtorch's rule: what overlaps in memory cannot be written to while it is read, or is read first; see operators.md.
TEST_F(OperatorMisuseOfViews, WritesToWhatIsRead) {
  const Tensor a = make({4, 4});
  const Tensor turned = ok(backend_->transpose(a, 0, 1));
  const Tensor later = ok(backend_->narrow(a, 0, 1, 3));
  const Tensor earlier = ok(backend_->narrow(a, 0, 0, 3));
  const Tensor three = longs({0, 1, 2});
  invalid(backend_->add_in_place(a, turned, 1.0), "add_in_place");
  invalid(backend_->sub_in_place(a, turned, 1.0), "sub_in_place");
  invalid(backend_->mul_in_place(a, turned), "mul_in_place");
  invalid(backend_->div_in_place(earlier, later), "div_in_place");
  invalid(backend_->lerp_scalar_in_place(later, earlier, 0.5), "lerp_scalar_in_place");
  invalid(backend_->addcmul_in_place(later, earlier, later, 1.0), "addcmul_in_place");
  invalid(backend_->addcdiv_in_place(later, earlier, later, 1.0), "addcdiv_in_place");
  invalid(backend_->index_add_in_place(a, 0, three, later, 1.0), "index_add_in_place");
  invalid(backend_->index_copy_in_place(a, 0, three, later), "index_copy_in_place");
  const Tensor self_index = ok(backend_->zeros(S{4, 4}, Dtype::int64));
  invalid(backend_->scatter_add_in_place(self_index, 0, self_index, self_index), "scatter_add_in_place");
  const Tensor wide = ok(backend_->expand(make({1}), S{4}));
  invalid(backend_->mul_in_place(wide, make({4})), "mul_in_place");
  invalid(backend_->exp_in_place(wide), "exp_in_place");
  invalid(backend_->relu_in_place(wide), "relu_in_place");
  invalid(backend_->normal_in_place(wide, 0, 1), "normal_in_place");
  shapes(backend_->add_in_place(make({3}), make({4, 3}), 1.0), "add_in_place");
}

TEST_F(OperatorMisuseOfViews, WritesToLeavesAndAcrossModes) {
  const Tensor leaf = make({4});
  ok(backend_->set_requires_grad(leaf, true));
  invalid(backend_->add_in_place(leaf, make({4}), 1.0), "add_in_place");
  invalid(backend_->zero_in_place(leaf), "zero_in_place");
  invalid(backend_->copy_in_place(leaf, make({4})), "copy_in_place");
  invalid(backend_->uniform_in_place(leaf, 0, 1), "uniform_in_place");
  const Tensor index = longs({0});
  invalid(backend_->index_put_in_place(leaf, std::vector<const Tensor*>{&index}, make({1}), false),
          "index_put_in_place");
  context_->set_grad_mode(GradMode::inference);
  const Tensor inferred = make({4});
  context_->set_grad_mode(GradMode::grad);
  invalid(backend_->fill_scalar_in_place(inferred, 1.0), "fill_scalar_in_place");
  invalid(backend_->exp_in_place(inferred), "exp_in_place");
  invalid(backend_->normal_in_place(inferred, 0, 1), "normal_in_place");
}

TEST_F(OperatorMisuseOfViews, WritesToGrantedStorageFitTheLimitOrDoNotHappen) {
  const Tensor granted = make({1 << 16});
  const auto limited = backend_->make_context({.memory_limit_bytes = 4096});
  const Entered entered(*backend_, limited.get());
  const Tensor lent = ok(backend_->lazy_clone(granted));
  const std::vector<float> before = values<float>(granted);
  quota(backend_->add_scalar_in_place(lent, 1.0, 1.0), "add_scalar_in_place");
  quota(backend_->zero_in_place(lent), "zero_in_place");
  quota(backend_->normal_in_place(lent, 0, 1), "normal_in_place");
  quota(backend_->sqrt_in_place(lent), "sqrt_in_place");
  const Tensor head = ok(backend_->narrow(lent, 0, 0, 4));
  quota(backend_->fill_scalar_in_place(head, 3.0), "fill_scalar_in_place");
  EXPECT_EQ(values<float>(lent), before);
  EXPECT_EQ(values<float>(granted), before);
}

// Gradients of what libtorch's own kernels read beyond the storage of.
TEST_F(OperatorMisuseOfViews, GradientsOfNothing) {
  const Tensor nothing = ok(backend_->zeros(S{0, 3}, Dtype::float32));
  ok(backend_->set_requires_grad(nothing, true));
  const Tensor distances = ok(backend_->pdist(nothing, 2));
  EXPECT_EQ(shape(distances), S{0});
  ok(backend_->backward(ok(backend_->sum(distances, {}, false)), nullptr, false));
  EXPECT_EQ(shape(*ok(backend_->grad(nothing))), (S{0, 3}));
  const Tensor wide = ok(backend_->expand(make({1}, Dtype::int64), S{37}));
  EXPECT_EQ(values<std::int64_t>(ok(backend_->median_dim(wide, 0, false))[0]), (std::vector<std::int64_t>{1}));
}

TEST_F(OperatorMisuseOfViews, WorkBeyondTheDeadline) {
  allow_seconds();
  const Tensor square = ok(backend_->expand(make({1, 1}), S{1 << 16, 1 << 16}));
  const Tensor batch = ok(backend_->expand(make({1, 1, 1}), S{1, 1 << 16, 1 << 16}));
  late(backend_->mm(square, square), "mm");
  late(backend_->bmm(batch, batch), "bmm");
  late(backend_->addmm(square, square, square, 1.0, 1.0), "addmm");
  late(backend_->baddbmm(batch, batch, batch, 1.0, 1.0), "baddbmm");
  late(backend_->einsum("ij,jk->ik", std::vector{square, square}), "einsum");
  late(backend_->linear(square, square, nullptr), "linear");
  late(backend_->cdist(square, square, 2), "cdist");
  late(backend_->pdist(square, 2), "pdist");
  const Tensor weight = ok(backend_->expand(make({1, 1, 1}), S{4, 1 << 16, 1 << 16}));
  late(backend_->bilinear(square, square, weight, nullptr), "bilinear");
  const Tensor many = ok(backend_->expand(make({1}, Dtype::uint8), S{std::int64_t{1} << 38}));
  late(backend_->sort(many, 0, false), "sort");
  late(backend_->argsort(many, 0, false), "argsort");
  late(backend_->topk(many, 1, 0, true, true), "topk");
  late(backend_->unique(many), "unique");
  const Tensor vector = ok(backend_->expand(make({1}), S{std::int64_t{1} << 36}));
  EXPECT_FALSE(backend_->outer(vector, vector).has_value());
}

}  // namespace
}  // namespace cloister::engine
