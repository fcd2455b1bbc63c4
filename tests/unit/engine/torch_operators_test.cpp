// Every operator against libtorch called directly: values and gradients, bit for bit, over dtypes and layouts.
#include <ATen/CPUGeneratorImpl.h>

#include <functional>

#include "torch_fixture.h"

namespace cloister::engine {
namespace {

using S = std::vector<std::int64_t>;
using Inputs = std::vector<at::Tensor>;

struct Case {
  const char* name;
  std::vector<S> shapes;  // of the inputs
  std::function<Result<Tensor>(TensorBackend&, const std::vector<Tensor>&)> ours;
  std::function<at::Tensor(const Inputs&)> theirs;
  std::vector<at::ScalarType> dtypes{at::kFloat, at::kDouble, at::kBFloat16};
  bool positive = false;  // inputs in (0.1, 1.1)
  bool differentiable = true;
};

std::ostream& operator<<(std::ostream& out, const Case& c) { return out << c.name; }

const std::optional<Scalar> kNone;

std::vector<Case> cases() {
  using B = TensorBackend;
  using V = std::vector<Tensor>;
  using R = Result<Tensor>;
  const std::vector<at::ScalarType> with_integers{at::kFloat, at::kDouble, at::kLong, at::kByte};
  const S in{4, 5};
  const S image{2, 6, 9, 8};
  static const S k2{2}, k3{3, 2}, one{1}, zero{0}, s12{1, 2}, p10{1, 0}, axes02{0, 2}, axis1{1}, out32{3, 2},
      pads{1, -1, 0, 2};
  static const S new_shape{2, -1, 5}, order{2, 0, 1}, wide{3, 4, 5}, none{};
  return {
      {"add",
       {in, {5}},
       [](B& b, const V& x) -> R { return b.add(x[0], x[1], 2.0); },
       [](const Inputs& x) { return at::add(x[0], x[1], 2.0); }},
      {"add_whole",
       {in, in},
       [](B& b, const V& x) -> R { return b.add(x[0], x[1], std::int64_t{3}); },
       [](const Inputs& x) { return at::add(x[0], x[1], 3); },
       with_integers,
       false,
       false},
      {"add_scalar",
       {in},
       [](B& b, const V& x) -> R { return b.add_scalar(x[0], 1.5, 2.0); },
       [](const Inputs& x) { return at::add(x[0], 1.5, 2.0); }},
      {"sub",
       {in, {4, 1}},
       [](B& b, const V& x) -> R { return b.sub(x[0], x[1], 0.5); },
       [](const Inputs& x) { return at::sub(x[0], x[1], 0.5); }},
      {"sub_scalar",
       {in},
       [](B& b, const V& x) -> R { return b.sub_scalar(x[0], std::int64_t{2}, std::int64_t{3}); },
       [](const Inputs& x) { return at::sub(x[0], 2, 3); },
       with_integers,
       false,
       false},
      {"mul",
       {in, {5}},
       [](B& b, const V& x) -> R { return b.mul(x[0], x[1]); },
       [](const Inputs& x) { return at::mul(x[0], x[1]); }},
      {"mul_scalar",
       {in},
       [](B& b, const V& x) -> R { return b.mul_scalar(x[0], 2.5); },
       [](const Inputs& x) { return at::mul(x[0], 2.5); }},
      {"div",
       {in, in},
       [](B& b, const V& x) -> R { return b.div(x[0], x[1]); },
       [](const Inputs& x) { return at::div(x[0], x[1]); }},
      {"div_whole",
       {in, in},
       [](B& b, const V& x) -> R { return b.div(x[0], x[1]); },
       [](const Inputs& x) { return at::div(x[0], x[1]); },
       {at::kLong, at::kByte},
       false,
       false},
      {"div_scalar",
       {in},
       [](B& b, const V& x) -> R { return b.div_scalar(x[0], 3.0); },
       [](const Inputs& x) { return at::div(x[0], 3.0); }},
      {"pow_scalar",
       {in},
       [](B& b, const V& x) -> R { return b.pow_scalar(x[0], 2.5); },
       [](const Inputs& x) { return at::pow(x[0], 2.5); },
       {at::kFloat, at::kDouble},
       true},
      {"neg", {in}, [](B& b, const V& x) -> R { return b.neg(x[0]); }, [](const Inputs& x) { return at::neg(x[0]); }},
      {"abs", {in}, [](B& b, const V& x) -> R { return b.abs(x[0]); }, [](const Inputs& x) { return at::abs(x[0]); }},
      {"exp", {in}, [](B& b, const V& x) -> R { return b.exp(x[0]); }, [](const Inputs& x) { return at::exp(x[0]); }},
      {"log", {in}, [](B& b, const V& x) -> R { return b.log(x[0]); }, [](const Inputs& x) { return at::log(x[0]); }},
      {"sqrt",
       {in},
       [](B& b, const V& x) -> R { return b.sqrt(x[0]); },
       [](const Inputs& x) { return at::sqrt(x[0]); },
       {at::kFloat, at::kDouble},
       true},
      {"rsqrt",
       {in},
       [](B& b, const V& x) -> R { return b.rsqrt(x[0]); },
       [](const Inputs& x) { return at::rsqrt(x[0]); },
       {at::kFloat, at::kDouble},
       true},
      {"relu",
       {in},
       [](B& b, const V& x) -> R { return b.relu(x[0]); },
       [](const Inputs& x) { return at::relu(x[0]); }},
      {"sigmoid",
       {in},
       [](B& b, const V& x) -> R { return b.sigmoid(x[0]); },
       [](const Inputs& x) { return at::sigmoid(x[0]); }},
      {"tanh",
       {in},
       [](B& b, const V& x) -> R { return b.tanh(x[0]); },
       [](const Inputs& x) { return at::tanh(x[0]); }},
      {"silu",
       {in},
       [](B& b, const V& x) -> R { return b.silu(x[0]); },
       [](const Inputs& x) { return at::silu(x[0]); }},
      {"clamp",
       {in},
       [](B& b, const V& x) -> R { return b.clamp(x[0], -0.5, 0.5); },
       [](const Inputs& x) { return at::clamp(x[0], -0.5, 0.5); }},
      {"clamp_max",
       {in},
       [](B& b, const V& x) -> R { return b.clamp(x[0], kNone, 0.5); },
       [](const Inputs& x) { return at::clamp_max(x[0], 0.5); }},
      {"maximum",
       {in, in},
       [](B& b, const V& x) -> R { return b.maximum(x[0], x[1]); },
       [](const Inputs& x) { return at::maximum(x[0], x[1]); }},
      {"eq",
       {in, in},
       [](B& b, const V& x) -> R { return b.eq(x[0], x[1]); },
       [](const Inputs& x) { return at::eq(x[0], x[1]); },
       with_integers,
       false,
       false},
      {"gt_scalar",
       {in},
       [](B& b, const V& x) -> R { return b.gt_scalar(x[0], 0.25); },
       [](const Inputs& x) { return at::gt(x[0], 0.25); },
       with_integers,
       false,
       false},
      {"where",
       {in, {5}},
       [](B& b, const V& x) -> R {
         CLOISTER_TRY(const Tensor condition, b.gt_scalar(x[0], 0.0));
         return b.where(condition, x[0], x[1]);
       },
       [](const Inputs& x) { return at::where(at::gt(x[0], 0.0), x[0], x[1]); }},
      {"to_dtype",
       {in},
       [](B& b, const V& x) -> R { return b.to_dtype(x[0], Dtype::float16); },
       [](const Inputs& x) { return x[0].to(at::kHalf); }},
      {"clone",
       {in},
       [](B& b, const V& x) -> R { return b.clone(x[0]); },
       [](const Inputs& x) { return x[0].clone(); }},
      {"reshape",
       {in},
       [](B& b, const V& x) -> R { return b.reshape(x[0], new_shape); },
       [](const Inputs& x) { return x[0].reshape(new_shape); }},
      {"permute",
       {{2, 3, 4}},
       [](B& b, const V& x) -> R { return b.permute(x[0], order); },
       [](const Inputs& x) { return x[0].permute(order); }},
      {"transpose",
       {in},
       [](B& b, const V& x) -> R { return b.transpose(x[0], 0, -1); },
       [](const Inputs& x) { return x[0].transpose(0, -1); }},
      {"flatten",
       {{2, 3, 4}},
       [](B& b, const V& x) -> R { return b.flatten(x[0], 1, -1); },
       [](const Inputs& x) { return x[0].flatten(1, -1); }},
      {"unsqueeze",
       {in},
       [](B& b, const V& x) -> R { return b.unsqueeze(x[0], 1); },
       [](const Inputs& x) { return x[0].unsqueeze(1); }},
      {"squeeze",
       {{4, 1, 2}},
       [](B& b, const V& x) -> R { return b.squeeze(x[0], 1); },
       [](const Inputs& x) { return x[0].squeeze(1); }},
      {"expand",
       {in},
       [](B& b, const V& x) -> R { return b.expand(x[0], wide); },
       [](const Inputs& x) { return x[0].expand(wide); }},
      {"narrow",
       {in},
       [](B& b, const V& x) -> R { return b.narrow(x[0], 1, 2, 3); },
       [](const Inputs& x) { return x[0].narrow(1, 2, 3); }},
      {"select",
       {in},
       [](B& b, const V& x) -> R { return b.select(x[0], 0, -1); },
       [](const Inputs& x) { return x[0].select(0, -1); }},
      {"cat",
       {in, {2, 5}},
       [](B& b, const V& x) -> R { return b.cat(x, 0); },
       [](const Inputs& x) { return at::cat(x, 0); }},
      {"stack",
       {in, in},
       [](B& b, const V& x) -> R { return b.stack(x, -1); },
       [](const Inputs& x) { return at::stack(x, -1); }},
      {"contiguous",
       {in},
       [](B& b, const V& x) -> R { return b.contiguous(x[0]); },
       [](const Inputs& x) { return x[0].contiguous(); }},
      {"contiguous_channels_last",
       {image},
       [](B& b, const V& x) -> R { return b.contiguous_channels_last(x[0]); },
       [](const Inputs& x) { return x[0].contiguous(at::MemoryFormat::ChannelsLast); }},
      {"constant_pad_nd",
       {in},
       [](B& b, const V& x) -> R { return b.constant_pad_nd(x[0], pads, 7.0); },
       [](const Inputs& x) { return at::constant_pad_nd(x[0], pads, 7.0); }},
      {"sum",
       {{2, 3, 4}},
       [](B& b, const V& x) -> R { return b.sum(x[0], axes02, true); },
       [](const Inputs& x) { return at::sum(x[0], axes02, true); }},
      {"sum_all",
       {in},
       [](B& b, const V& x) -> R { return b.sum(x[0], none, false); },
       [](const Inputs& x) { return at::sum(x[0]); }},
      {"sum_whole",
       {in},
       [](B& b, const V& x) -> R { return b.sum(x[0], axis1, false); },
       [](const Inputs& x) { return at::sum(x[0], axis1); },
       {at::kByte, at::kInt, at::kLong},
       false,
       false},
      {"mean",
       {{2, 3, 4}},
       [](B& b, const V& x) -> R { return b.mean(x[0], axes02, false); },
       [](const Inputs& x) { return at::mean(x[0], axes02); }},
      {"std",
       {in},
       [](B& b, const V& x) -> R { return b.std(x[0], axis1, 1, false); },
       [](const Inputs& x) { return at::std(x[0], axis1, true); }},
      {"std_all",
       {in},
       [](B& b, const V& x) -> R { return b.std(x[0], none, 0, false); },
       [](const Inputs& x) { return at::std(x[0], false); }},
      {"amax",
       {in},
       [](B& b, const V& x) -> R { return b.amax(x[0], axis1, true); },
       [](const Inputs& x) { return at::amax(x[0], axis1, true); }},
      {"argmax",
       {in},
       [](B& b, const V& x) -> R { return b.argmax(x[0], 1, false); },
       [](const Inputs& x) { return at::argmax(x[0], 1); },
       {at::kFloat, at::kDouble, at::kLong},
       false,
       false},
      {"softmax",
       {in},
       [](B& b, const V& x) -> R { return b.softmax(x[0], -1); },
       [](const Inputs& x) { return at::softmax(x[0], -1); }},
      {"log_softmax",
       {in},
       [](B& b, const V& x) -> R { return b.log_softmax(x[0], 0); },
       [](const Inputs& x) { return at::log_softmax(x[0], 0); }},
      {"matmul",
       {{4, 5}, {5, 3}},
       [](B& b, const V& x) -> R { return b.matmul(x[0], x[1]); },
       [](const Inputs& x) { return at::matmul(x[0], x[1]); }},
      {"matmul_batched",
       {{2, 4, 5}, {5, 3}},
       [](B& b, const V& x) -> R { return b.matmul(x[0], x[1]); },
       [](const Inputs& x) { return at::matmul(x[0], x[1]); }},
      {"matmul_vectors",
       {{5}, {5}},
       [](B& b, const V& x) -> R { return b.matmul(x[0], x[1]); },
       [](const Inputs& x) { return at::matmul(x[0], x[1]); }},
      {"linear",
       {{4, 5}, {3, 5}, {3}},
       [](B& b, const V& x) -> R { return b.linear(x[0], x[1], &x[2]); },
       [](const Inputs& x) { return at::linear(x[0], x[1], x[2]); }},
      {"linear_without_bias",
       {{2, 4, 5}, {3, 5}},
       [](B& b, const V& x) -> R { return b.linear(x[0], x[1], nullptr); },
       [](const Inputs& x) { return at::linear(x[0], x[1]); }},
      {"conv2d",
       {image, {4, 3, 3, 2}, {4}},
       [](B& b, const V& x) -> R { return b.conv2d(x[0], x[1], &x[2], {k2, p10, s12, 2}); },
       [](const Inputs& x) { return at::conv2d(x[0], x[1], x[2], k2, p10, s12, 2); }},
      {"conv2d_depthwise",
       {image, {6, 1, 3, 3}},
       [](B& b, const V& x) -> R { return b.conv2d(x[0], x[1], nullptr, {one, one, one, 6}); },
       [](const Inputs& x) { return at::conv2d(x[0], x[1], {}, one, one, one, 6); }},
      {"avg_pool2d",
       {image},
       [](B& b, const V& x) -> R { return b.avg_pool2d(x[0], {k3, none, p10, true}); },
       [](const Inputs& x) { return at::avg_pool2d(x[0], k3, none, p10, true); }},
      {"max_pool2d",
       {image},
       [](B& b, const V& x) -> R { return b.max_pool2d(x[0], {k3, k2, zero, false}); },
       [](const Inputs& x) { return at::max_pool2d(x[0], k3, k2, zero, 1, false); }},
      {"adaptive_avg_pool2d",
       {image},
       [](B& b, const V& x) -> R { return b.adaptive_avg_pool2d(x[0], out32); },
       [](const Inputs& x) { return at::adaptive_avg_pool2d(x[0], out32); }},
      {"batch_norm",
       {image, {6}, {6}},
       [](B& b, const V& x) -> R { return b.batch_norm(x[0], &x[1], &x[2], nullptr, nullptr, {true, 0.1, 1e-3}); },
       [](const Inputs& x) { return at::batch_norm(x[0], x[1], x[2], {}, {}, true, 0.1, 1e-3, true); },
       {at::kFloat, at::kDouble}},
      {"mse_loss",
       {in, in},
       [](B& b, const V& x) -> R { return b.mse_loss(x[0], x[1], Reduction::mean); },
       [](const Inputs& x) { return at::mse_loss(x[0], x[1], at::Reduction::Mean); },
       {at::kFloat, at::kDouble}},
      {"mse_loss_sum",
       {in, in},
       [](B& b, const V& x) -> R { return b.mse_loss(x[0], x[1], Reduction::sum); },
       [](const Inputs& x) { return at::mse_loss(x[0], x[1], at::Reduction::Sum); },
       {at::kFloat, at::kDouble}},
      {"mse_loss_none",
       {in, in},
       [](B& b, const V& x) -> R { return b.mse_loss(x[0], x[1], Reduction::none); },
       [](const Inputs& x) { return at::mse_loss(x[0], x[1], at::Reduction::None); },
       {at::kFloat, at::kDouble}},
  };
}

class TorchOperator : public TorchTest, public testing::WithParamInterface<Case> {
 protected:
  // Random inputs of the case; `strided` ones are every second column of something larger.
  static Inputs inputs(const Case& c, at::ScalarType dtype, bool strided) {
    at::Generator random = at::detail::createCPUGenerator(17);
    Inputs all;
    for (S shape : c.shapes) {
      if (strided && !shape.empty()) shape.back() *= 2;
      at::Tensor t = c.positive ? at::rand(shape, random, at::kFloat).add(0.1) : at::randn(shape, random, at::kFloat);
      if (!at::isFloatingType(dtype)) t = t.abs().mul(10).add(1);
      t = t.to(dtype);
      if (strided && !shape.empty()) t = t.slice(-1, 0, shape.back(), 2);
      all.push_back(t);
    }
    return all;
  }
};

TEST_P(TorchOperator, GivesLibtorchsValuesAndGradients) {
  const Case& c = GetParam();
  for (const at::ScalarType dtype : c.dtypes) {
    for (const bool strided : {false, true}) {
      SCOPED_TRACE(testing::Message() << dtype << (strided ? ", strided" : ""));
      Inputs theirs = inputs(c, dtype, strided);
      Inputs leaves = inputs(c, dtype, strided);
      std::vector<Tensor> ours;
      for (std::size_t i = 0; i < theirs.size(); ++i) {
        if (c.differentiable) theirs[i].requires_grad_(true);
        ours.push_back(wrap(leaves[i]));
        if (c.differentiable) ok(backend_->set_requires_grad(ours[i], true));
      }
      const Tensor result = ok(c.ours(*backend_, ours));
      ASSERT_TRUE(result);
      const at::Tensor expected = c.theirs(theirs);
      expect_same(at_of(result), expected);
      EXPECT_EQ(at_of(result).strides(), expected.strides());
      if (!c.differentiable) continue;
      const at::Tensor gradient =
          at::linspace(-1, 1, expected.numel()).to(expected.scalar_type()).view(expected.sizes());
      expected.backward(gradient);
      const Tensor our_gradient = wrap(gradient.clone());
      ok(backend_->backward(result, &our_gradient, false));
      for (std::size_t i = 0; i < ours.size(); ++i) {
        const auto grad = ok(backend_->grad(ours[i]));
        ASSERT_EQ(grad.has_value(), theirs[i].grad().defined());
        if (grad) expect_same(at_of(*grad), theirs[i].grad());
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(All, TorchOperator, testing::ValuesIn(cases()),
                         [](const auto& info) { return std::string(info.param.name); });

class TorchOps : public TorchTest {};

TEST_F(TorchOps, InPlaceFormsWriteWhatLibtorchWrites) {
  at::Generator random = at::detail::createCPUGenerator(3);
  const at::Tensor a = at::randn({6, 7}, random, at::kFloat);
  const at::Tensor b = at::randn({7}, random, at::kFloat);
  const at::Tensor c = at::rand({6, 7}, random, at::kFloat).add(0.5);
  const auto check = [&](auto&& ours, auto&& theirs) {
    const Tensor mine = wrap(a.clone());
    ok(ours(mine));
    at::Tensor expected = a.clone();
    theirs(expected);
    expect_same(at_of(mine), expected);
  };
  const Tensor tb = wrap(b.clone());
  const Tensor tc = wrap(c.clone());
  check([&](const Tensor& x) { return backend_->add_in_place(x, tb, -0.3); }, [&](at::Tensor& x) { x.add_(b, -0.3); });
  check([&](const Tensor& x) { return backend_->mul_scalar_in_place(x, 1.7); }, [&](at::Tensor& x) { x.mul_(1.7); });
  check([&](const Tensor& x) { return backend_->clamp_in_place(x, 0.0, kNone); },
        [&](at::Tensor& x) { x.clamp_min_(0.0); });
  check([&](const Tensor& x) { return backend_->copy_in_place(x, tb); }, [&](at::Tensor& x) { x.copy_(b); });
  check([&](const Tensor& x) { return backend_->addcmul_in_place(x, tb, tc, 0.1); },
        [&](at::Tensor& x) { x.addcmul_(b, c, 0.1); });
  check([&](const Tensor& x) { return backend_->addcdiv_in_place(x, tb, tc, -0.1); },
        [&](at::Tensor& x) { x.addcdiv_(b, c, -0.1); });
}

TEST_F(TorchOps, BatchNormInTrainingUpdatesItsStatistics) {
  at::Generator random = at::detail::createCPUGenerator(5);
  const at::Tensor x = at::randn({8, 3, 4, 4}, random, at::kFloat);
  at::Tensor mean = at::zeros({3});
  at::Tensor var = at::ones({3});
  const Tensor our_mean = wrap(mean.clone());
  const Tensor our_var = wrap(var.clone());
  const at::Tensor expected = at::batch_norm(x, {}, {}, mean, var, true, 0.2, 1e-5, true);
  const Tensor result =
      ok(backend_->batch_norm(wrap(x.clone()), nullptr, nullptr, &our_mean, &our_var, {true, 0.2, 1e-5}));
  expect_same(at_of(result), expected);
  expect_same(at_of(our_mean), mean);
  expect_same(at_of(our_var), var);
  const Tensor later = ok(backend_->batch_norm(wrap(x.clone()), nullptr, nullptr, &our_mean, &our_var, {}));
  expect_same(at_of(later), at::batch_norm(x, {}, {}, mean, var, false, 0.1, 1e-5, true));
}

TEST_F(TorchOps, CrossEntropyGivesLibtorchsLossAndGradient) {
  at::Generator random = at::detail::createCPUGenerator(7);
  const at::Tensor target = at::randint(0, 10, {32}, random, at::kLong);
  for (const Reduction reduction : {Reduction::none, Reduction::mean, Reduction::sum}) {
    at::Tensor theirs = at::randn({32, 10}, random, at::kFloat);
    const Tensor ours = wrap(theirs.clone());
    theirs.requires_grad_(true);
    ok(backend_->set_requires_grad(ours, true));
    const at::Tensor expected = at::cross_entropy_loss(theirs, target, {}, static_cast<std::int64_t>(reduction));
    const Tensor loss = ok(backend_->cross_entropy(ours, wrap(target.clone()), reduction));
    expect_same(at_of(loss), expected);
    const Tensor sum = ok(backend_->sum(loss, {}, false));
    ok(backend_->backward(sum, nullptr, false));
    expected.sum().backward();
    expect_same(at_of(*ok(backend_->grad(ours))), theirs.grad());
  }
}

TEST_F(TorchOps, IndexSelectGivesLibtorchsRowsAndGradient) {
  for (const at::ScalarType type : {at::kInt, at::kLong}) {
    const at::Tensor index = at::tensor({4, 0, 4, 2}, at::kLong).to(type);
    at::Tensor theirs = at::arange(15, at::kFloat).view({5, 3});
    const Tensor ours = wrap(theirs.clone());
    theirs.requires_grad_(true);
    ok(backend_->set_requires_grad(ours, true));
    const Tensor rows = ok(backend_->index_select(ours, 0, wrap(index.clone())));
    const at::Tensor expected = theirs.index_select(0, index);
    expect_same(at_of(rows), expected);
    ok(backend_->backward(ok(backend_->sum(rows, {}, false)), nullptr, false));
    expected.sum().backward();
    expect_same(at_of(*ok(backend_->grad(ours))), theirs.grad());
  }
}

TEST_F(TorchOps, MakesWhatLibtorchMakes) {
  for (std::size_t i = 0; i < kDtypeCount; ++i) {
    const auto dtype = static_cast<Dtype>(i);
    const Tensor ours = ok(backend_->ones(S{2, 3}, dtype));
    EXPECT_EQ(backend_->dtype(ours), dtype);
    EXPECT_EQ(at_of(ours).element_size(), static_cast<std::int64_t>(element_size(dtype)));
    EXPECT_EQ(at_of(ours).sum().item<double>(), 6);
  }
  expect_same(at_of(ok(backend_->arange(std::int64_t{2}, 9.5, 1.5, Dtype::float32))),
              at::arange(2, 9.5, 1.5, at::kFloat));
  expect_same(at_of(ok(backend_->arange(std::int64_t{9}, std::int64_t{0}, std::int64_t{-2}, Dtype::int64))),
              at::arange(9, 0, -2, at::kLong));
  expect_same(at_of(ok(backend_->full(S{2}, true, Dtype::bool_))), at::full({2}, true, at::kBool));
}

}  // namespace
}  // namespace cloister::engine
