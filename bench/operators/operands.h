// What cases.inc needs beside operators: operands of about `n` elements each, and what a case is. It includes nothing,
// since libtorch and the SDK both compile it after their own names.
#pragma once

struct Operands {
  explicit Operands(std::int64_t elements) : n(elements) {}

  // `side` * `side` is n for 1, 1024 and 1048576; `depth` is the side of a cube of about as many.
  std::int64_t n;
  std::int64_t side = n < 4 ? 1 : n < 65536 ? 32 : 1024;
  std::int64_t depth = n < 4 ? 1 : n < 65536 ? 10 : 100;
  std::int64_t half = side < 2 ? 1 : side / 2;
  std::int64_t rows = n < 10 ? 1 : n / 10;

  Tensor x = rand({n}) * 0.5 + 0.25;  // in the range of all functions but acosh
  Tensor y = rand({n}) * 0.5 + 0.25;
  Tensor t = rand({n}) * 0.5 + 0.25;  // what in-place operators write to
  Tensor one = ones({n});
  Tensor above_one = x + 1;
  Tensor single = ones({1});
  Tensor number = full({}, 1.5, kFloat32);
  Tensor pair = rand({2 * n});
  Tensor mask = gt(x, 0.5);
  Tensor whole = randint(1, 10, {n}, kInt64);
  Tensor classes = randint(0, 10, {n}, kInt64);
  Tensor order = randperm(n);
  Tensor offsets = arange(0, n, 1, kInt64);
  Tensor sorted = arange(0, n, 1, kInt64).to(kFloat32);
  Tensor row = x.reshape({1, n});
  Tensor line = rand({side});
  Tensor column = rand({side, 1});
  Tensor matrix = rand({side, side});
  Tensor batch = rand({1, side, side});
  Tensor cube = rand({side, 1, 1});
  Tensor points = rand({side, 2});
  Tensor table = rand({10, 8});
  Tensor image = rand({1, 1, side, side});
  Tensor tall_image = rand({1, 1, side, side + 1});  // a plane of one element has no statistics
  Tensor grid = rand({1, side, side, 2});
  Tensor kernel = rand({1, 1, 3, 3});
  Tensor columns = rand({1, 9, side * side});
  Tensor sequence = rand({1, 1, n});
  Tensor volume = rand({1, 1, depth, depth, depth});
  Tensor heads = rand({1, 1, side, side});
  Tensor logits = rand({rows, 10});
  Tensor targets = randint(0, 10, {rows}, kInt64);
  Tensor steps = rand({side, 1, 8});
  Tensor hidden = zeros({1, 1, 8});
  std::vector<Tensor> state = {zeros({1, 1, 8}), zeros({1, 1, 8})};
  std::vector<Tensor> lstm_weights = {rand({32, 8}), rand({32, 8}), rand({32}), rand({32})};
  std::vector<Tensor> gru_weights = {rand({24, 8}), rand({24, 8}), rand({24}), rand({24})};
  std::vector<Tensor> two = {x, y};
  std::vector<Tensor> lines = {line, line};
  std::vector<Tensor> matrices = {matrix, matrix};
};

struct Case {
  std::string_view name;
  void (*run)(Operands&, std::int64_t count);
};

// A result is dropped at once, as a program would drop it.
#define CASE(name, expression)                  \
  {name, [](Operands& o, std::int64_t count) {  \
     for (std::int64_t i = 0; i < count; ++i) { \
       (void)(expression);                      \
     }                                          \
   }},
