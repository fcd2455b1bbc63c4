// A language model of characters: a small transformer that learns to continue a text, is judged on the part of the text
// that it never saw, and at last writes a little itself.
#include <cloister/cloister.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <numbers>
#include <optional>
#include <string>
#include <vector>

using namespace cloister;

CLOISTER_GRANTS("dataset:text", "output:weights", "output:sample", "output:checkpoint?");

namespace {

constexpr std::int64_t kCharacters = 256;  // a character is a byte

struct Options {
  std::int64_t layers, width, heads, context, batch, steps, report_every, test_windows, sample, checkpoint_every;
  double lr, temperature;
};

Expected<Options> parse(Args& args) {
  const Options options{
      .layers = args.integer("layers", 4, "blocks"),
      .width = args.integer("width", 96, "numbers that stand for a character; a multiple of --heads"),
      .heads = args.integer("heads", 4, "of attention"),
      .context = args.integer("context", 64, "characters that it sees"),
      .batch = args.integer("batch", 16, "pieces of text in a step"),
      .steps = args.integer("steps", 4000, "of the training"),
      .report_every = args.integer("report-every", 100, "steps between reports of both losses"),
      .test_windows = args.integer("test-windows", 256, "pieces of the held-out text to report on, spread over it"),
      .sample = args.integer("sample", 500, "characters to write at the end"),
      .checkpoint_every = args.integer("checkpoint-every", 0, "steps between checkpoints; 0: none"),
      .lr = args.number("lr", 4e-3, "highest learning rate"),
      .temperature = args.number("temperature", 0.8, "of what it writes: below 1 it dares less"),
  };
  CLOISTER_CHECK(args.finish());
  if (std::min({options.layers, options.heads, options.context, options.batch, options.steps, options.report_every,
                options.test_windows}) < 1)
    return fail("--layers, --heads, --context, --batch, --steps, --report-every and --test-windows take at least 1");
  if (options.width < 1 || options.width % options.heads != 0) return fail("--width takes a multiple of --heads");
  if (std::min(options.sample, options.checkpoint_every) < 0)
    return fail("--sample and --checkpoint-every take no negative numbers");
  if (!(options.temperature > 0)) return fail("--temperature takes more than 0");
  return options;
}

// Every character looks at those before it, then is thought over by itself. Each adds to what is there.
struct Block : nn::Module {
  nn::LayerNorm norm1;
  nn::MultiheadAttention attention;
  nn::LayerNorm norm2;
  nn::Linear expand, contract;

  Block(std::int64_t width, std::int64_t heads)
      : norm1(width), attention(width, heads), norm2(width), expand(width, 4 * width), contract(4 * width, width) {}
  void visit(nn::Visitor& visitor) {
    visitor("norm1", norm1), visitor("attention", attention);
    visitor("norm2", norm2), visitor("expand", expand), visitor("contract", contract);
  }
  Tensor operator()(const Tensor& input) const {
    const Tensor attended = input + attention(norm1(input), {.is_causal = true});
    return attended + contract(expand(norm2(attended)).gelu());
  }
};

struct LanguageModel : nn::Module {
  nn::Embedding token, position;
  std::vector<Block> blocks;
  nn::LayerNorm norm;
  nn::Linear head;

  explicit LanguageModel(const Options& options)
      : token(kCharacters, options.width),
        position(options.context, options.width),
        blocks(make_blocks(options)),
        norm(options.width),
        head(options.width, kCharacters) {}
  void visit(nn::Visitor& visitor) {
    visitor("token", token), visitor("position", position);
    visitor("blocks", blocks), visitor("norm", norm), visitor("head", head);
  }
  // int64 [n, length] -> for each place, logits of the character that comes next [n, length, 256].
  Tensor operator()(const Tensor& characters, std::int64_t length) const {
    Tensor stream = token(characters) + position.weight.narrow(0, 0, length);
    for (const Block& block : blocks) stream = block(stream);
    return head(norm(stream));
  }

 private:
  static std::vector<Block> make_blocks(const Options& options) {
    std::vector<Block> blocks;
    for (std::int64_t i = 0; i < options.layers; ++i) blocks.emplace_back(options.width, options.heads);
    return blocks;
  }
};

// How surprising each character of windows [n, context + 1] is after those before it, in nats.
Tensor loss_of(const LanguageModel& model, const Tensor& windows, std::int64_t context, Reduction reduction) {
  const Tensor logits = model(windows.narrow(1, 0, context), context);
  return cross_entropy(logits.flatten(0, 1), windows.narrow(1, 1, context).flatten(), {}, {.reduction = reduction});
}

double bits_per_character(const LanguageModel& model, const Tensor& windows, const Options& options) {
  const NoGradGuard no_grad;
  const std::int64_t count = windows.size(0);
  Tensor total = zeros({});
  for (std::int64_t start = 0; start < count; start += options.batch) {
    const Tensor some = windows.narrow(0, start, std::min(options.batch, count - start)).to(kInt64);
    total += loss_of(model, some, options.context, Reduction::sum);
  }
  return total.item<double>() / static_cast<double>(count * options.context) / std::numbers::ln2;
}

Expected<void> train(const LanguageModel& model, const Tensor& text, std::int64_t length, const Tensor& held_out,
                     const Options& options) {
  optim::AdamW optimizer(model.parameters(), {.lr = options.lr, .beta2 = 0.99});
  // Up for a tenth of the steps, then down along half a cosine.
  optim::OneCycleLR schedule(optimizer, {.max_lr = options.lr, .total_steps = options.steps, .pct_start = 0.1});
  std::optional<Checkpoint> checkpoint;
  std::int64_t step = 0;
  if (options.checkpoint_every > 0) {
    checkpoint.emplace("checkpoint").add("model", model.state_dict()).add("optimizer", optimizer);
    CLOISTER_CHECK(checkpoint->restore(step));
    schedule.step(step);
  }

  output::phase("training", options.steps);
  const Tensor window = arange(0, options.context + 1);
  while (step < options.steps) {
    const Tensor starts = randint(0, length - options.context, {options.batch, 1});
    const Tensor windows = text.index(std::array{starts + window}).to(kInt64);
    optimizer.zero_grad();
    const Tensor loss = loss_of(model, windows, options.context, Reduction::mean);
    loss.backward();
    optimizer.clip_grad_norm(1);
    optimizer.step();
    schedule.step();
    output::progress(++step, options.batch * options.context);
    if (step % options.report_every == 0 || step == options.steps) {
      output::scalar("loss", step, loss.item<double>());
      output::scalar("bits-per-character", step, bits_per_character(model, held_out, options));
    }
    if (checkpoint && step % options.checkpoint_every == 0) CLOISTER_CHECK(checkpoint->save(step));
  }
  return {};
}

// Draws one character after the other, each from what the model expects after those before it.
std::string write_sample(const LanguageModel& model, const Options& options) {
  const NoGradGuard no_grad;
  Tensor written = full({1, 1}, '\n', kInt64);
  for (std::int64_t length = 1; length <= options.sample; ++length) {
    const std::int64_t seen = std::min(length, options.context);
    const Tensor logits = model(written.narrow(1, length - seen, seen), seen).select(1, -1);
    const Tensor next = (logits / options.temperature).softmax(-1).multinomial(1);
    written = cat(std::array{written, next}, 1);
  }
  const auto bytes = written.to(kUInt8).read<std::uint8_t>();
  std::string text(bytes.begin() + 1, bytes.end());
  std::ranges::replace_if(text, [](unsigned char c) { return c >= 0x80; }, '?');  // it may draw what is not UTF-8
  return text;
}

Expected<void> tiny_lm(Args& args) {
  CLOISTER_TRY(const Options options, parse(args));
  CLOISTER_TRY(const Dataset dataset, Dataset::open("text"));
  const auto length = static_cast<std::int64_t>(dataset.size());
  const std::int64_t learned = length * 9 / 10, held_out = length - learned;
  if (held_out <= options.context)
    return fail("the text has " + std::to_string(length) +
                " characters, of which a tenth is held out; that must be more than --context");

  CLOISTER_TRY(Batches batches, dataset.batches({.size = static_cast<std::uint32_t>(length)}));
  CLOISTER_TRY(const auto whole, batches.next());
  const Tensor text = whole->inputs;  // uint8 [length]
  const LanguageModel model(options);
  CLOISTER_CHECK(train(model, text.narrow(0, 0, learned), learned,
                       text.narrow(0, learned, held_out)
                           .unfold(0, options.context + 1, std::max(options.context, held_out / options.test_windows)),
                       options));
  CLOISTER_CHECK(output::save("weights", model.state_dict()));

  output::phase("sampling", options.sample);
  const std::string sample = write_sample(model, options);
  std::fwrite(sample.data(), 1, sample.size(), stdout);
  std::fputc('\n', stdout);
  return output::save_text("sample", sample);
}

}  // namespace

CLOISTER_WORKLOAD(tiny_lm)
