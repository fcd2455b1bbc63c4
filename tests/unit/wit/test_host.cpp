#include "test_host.h"

#include <charconv>
#include <numeric>
#include <stdexcept>

#include "show.h"

namespace wit_test {

using cloister::Unexpected;
using cloister::sandbox::trap;

namespace {

using Shape = bindings::types::Shape;
using Point = bindings::types::Point;
using Color = bindings::types::Color;

bindings::types::Person person(std::string name) {
  return {std::move(name), 200, {"über", ""}, Point{3, 4.5, false, Color::bool_}};
}

// One of each case.
std::vector<Shape> shapes() {
  std::vector<Shape> all;
  all.push_back(Shape::Tagged{{7, U'ß'}});
  all.push_back(Shape::Label{"nächste"});
  all.push_back(Shape::Polygon{{{1, 2, true, Color::red}}});
  all.push_back(Shape::Circle{-0.5});
  all.push_back(Shape::Nothing{});
  return all;
}

}  // namespace

Call<std::tuple<std::uint8_t, std::int8_t, std::uint16_t, std::int16_t, std::uint32_t, std::int32_t, std::uint64_t,
                std::int64_t>>
TypesHost::swap_integers(std::uint8_t a, std::int8_t b, std::uint16_t c, std::int16_t d, std::uint32_t e,
                         std::int32_t f, std::uint64_t g, std::int64_t h) {
  log += show(std::tuple(a, b, c, d, e, f, g, h));
  return std::tuple<std::uint8_t, std::int8_t, std::uint16_t, std::int16_t, std::uint32_t, std::int32_t, std::uint64_t,
                    std::int64_t>(1, -1, 2, -2, 3, -3, 4, -4);
}

Call<std::tuple<float, double>> TypesHost::swap_floats(float a, double b) {
  log += show(std::tuple(a, b));
  return std::tuple(-0.125F, 1e300);
}

Call<bool> TypesHost::swap_bool(bool a) {
  log += show(a);
  return !a;
}

Call<char32_t> TypesHost::swap_char(char32_t a) {
  log += show(a);
  return U'🌍';
}

Call<std::string> TypesHost::swap_string(Text a) {
  log += show(a);
  return a.empty() ? std::string() : std::string("zurück ✓");
}

Call<Color> TypesHost::swap_color(Color a) {
  log += show(a);
  return Color::green;
}

Call<std::tuple<TypesHost::Few, TypesHost::More, TypesHost::Many>> TypesHost::swap_flags(Few a, More b, Many c) {
  log += show(std::tuple(a, b, c));
  if (!a.has(Few::delete_) || a.has(Few::read)) return trap("the flags are not those that the guest sent");
  return std::tuple(Few::read | Few::write, More::a0 | More::a8, Many::b0 | Many::b15 | Many::b31);
}

Call<Point> TypesHost::swap_point(const Point& a) {
  log += show(a);
  return Point{1000, -1, false, Color::green};
}

Call<TypesHost::Person> TypesHost::swap_person(const PersonView& a) {
  log += show(a);
  return person("Åsa");
}

Call<Shape> TypesHost::swap_shape(const ShapeView& a) {
  log += show(a) + ";";
  return shapes()[a.value.index()];
}

Call<TypesHost::Answer> TypesHost::swap_answer(const Answer& a) {
  log += show(a);
  return Answer(Answer::No{});
}

Call<std::tuple<std::uint16_t, std::string>> TypesHost::swap_pair(const std::tuple<std::uint16_t, Text>& a) {
  log += show(a);
  return std::tuple<std::uint16_t, std::string>(8, "paar");
}

Call<std::tuple<std::optional<std::uint32_t>, std::optional<std::optional<std::string>>>> TypesHost::swap_option(
    const std::optional<std::uint32_t>& a, const std::optional<std::optional<Text>>& b) {
  log += show(a) + show(b);
  std::optional<std::optional<std::string>> out;
  if (!b) out.emplace("from none");
  if (b && *b) out.emplace(std::nullopt);
  return std::tuple(a ? std::nullopt : std::optional<std::uint32_t>(6), std::move(out));
}

Call<std::tuple<Expected<std::uint32_t, std::string>, Expected<void, Color>, Expected<std::string, std::monostate>,
                Expected<void, std::monostate>>>
TypesHost::swap_results(const Expected<std::uint32_t, Text>& a, const Expected<void, Color>& b,
                        const Expected<Text, std::monostate>& c, const Expected<void, std::monostate>& d) {
  log += show(a) + show(b) + show(c) + show(d);
  return std::tuple(Expected<std::uint32_t, std::string>(12U), Expected<void, Color>(),
                    Expected<std::string, std::monostate>(Unexpected(std::monostate{})),
                    Expected<void, std::monostate>());
}

Call<Expected<Expected<Bytes, std::string>, std::optional<Color>>> TypesHost::swap_nested(
    const Expected<Expected<List<std::uint8_t>, Text>, std::optional<Color>>& a) {
  log += show(a);
  using Inner = Expected<Bytes, std::string>;
  using Outer = Expected<Inner, std::optional<Color>>;
  if (a) return Outer(Inner(Unexpected(std::string("inner"))));
  return Outer(Inner(Bytes(std::string("AB"))));
}

Call<Bytes> TypesHost::swap_bytes(List<std::uint8_t> a) {
  log += show(a);
  if (a.empty()) return Bytes();
  auto owner = std::make_shared<std::vector<std::uint8_t>>(std::vector<std::uint8_t>{5, 6, 7, 8});
  // The middle of a buffer that someone else owns too.
  return Bytes(owner->data() + 1, 2, owner);
}

Call<std::tuple<std::vector<std::int8_t>, std::vector<std::uint16_t>, std::vector<std::int16_t>,
                std::vector<std::uint32_t>, std::vector<std::int32_t>, std::vector<std::uint64_t>,
                std::vector<std::int64_t>>>
TypesHost::swap_integer_lists(List<std::int8_t> a, List<std::uint16_t> b, List<std::int16_t> c, List<std::uint32_t> d,
                              List<std::int32_t> e, List<std::uint64_t> f, List<std::int64_t> g) {
  log += show(a) + show(b) + show(c) + show(d) + show(e) + show(f) + show(g);
  return std::tuple(std::vector<std::int8_t>{-1}, std::vector<std::uint16_t>{}, std::vector<std::int16_t>{-2, 2},
                    std::vector<std::uint32_t>{3}, std::vector<std::int32_t>{-4}, std::vector<std::uint64_t>{5, 6},
                    std::vector<std::int64_t>{INT64_MIN, INT64_MAX});
}

Call<std::tuple<std::vector<float>, std::vector<double>>> TypesHost::swap_float_lists(List<float> a, List<double> b) {
  log += show(a) + show(b);
  return std::tuple(std::vector<float>{1.5F}, std::vector<double>{0.5, -0.5});
}

Call<std::vector<bool>> TypesHost::swap_bools(List<bool> a) {
  log += show(a);
  return std::vector<bool>{false, true};
}

Call<std::vector<char32_t>> TypesHost::swap_chars(List<char32_t> a) {
  log += show(a);
  return std::vector<char32_t>{U'z', U'🌍'};
}

Call<std::vector<std::string>> TypesHost::swap_strings(List<Text> a) {
  log += show(a);
  if (a.empty()) return std::vector<std::string>();
  return std::vector<std::string>{"", "två",
                                  "a string long enough to lie on the heap of the host, and not in the object"};
}

Call<std::vector<Color>> TypesHost::swap_colors(List<Color> a) {
  log += show(a);
  return std::vector<Color>{Color::blue, Color::bool_, Color::red};
}

Call<std::vector<Point>> TypesHost::swap_points(List<Point> a) {
  log += show(a);
  return std::vector<Point>{{9, 9.5, true, Color::blue}};
}

Call<std::vector<TypesHost::Person>> TypesHost::swap_people(List<PersonView> a) {
  log += show(a);
  return std::vector<Person>{person("Ä"), person("")};
}

Call<std::vector<Shape>> TypesHost::swap_shapes(List<ShapeView> a) {
  log += show(a);
  return shapes();
}

Call<std::tuple<std::vector<Bytes>, std::vector<std::vector<std::int64_t>>>> TypesHost::swap_lists(
    List<List<std::uint8_t>> a, List<List<std::int64_t>> b) {
  log += show(a) + show(b);
  std::vector<Bytes> bytes;
  bytes.emplace_back();
  bytes.emplace_back(std::string("xyz"));
  return std::tuple(std::move(bytes), std::vector<std::vector<std::int64_t>>{{1}, {}, {-2, 3}});
}

Call<std::vector<std::tuple<std::string, std::uint8_t, std::optional<float>>>> TypesHost::swap_tuples(
    List<std::tuple<Text, std::uint8_t, std::optional<float>>> a) {
  log += show(a);
  return std::vector<std::tuple<std::string, std::uint8_t, std::optional<float>>>{{"q", std::uint8_t{3}, std::nullopt},
                                                                                  {"", std::uint8_t{4}, 2.5F}};
}

Call<std::uint64_t> TypesHost::add_many(std::uint64_t a, std::uint64_t b, std::uint64_t c, std::uint64_t d,
                                        std::uint64_t e, std::uint64_t f, std::uint64_t g, std::uint64_t h,
                                        std::uint64_t i, std::uint64_t j, std::uint64_t k, std::uint64_t l,
                                        std::uint64_t m, std::uint64_t n, std::uint64_t o, std::uint64_t p,
                                        std::uint64_t q) {
  // Weights tell an exchanged pair.
  const std::uint64_t all[] = {a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q};
  std::uint64_t sum = 0;
  for (std::size_t at = 0; at < std::size(all); ++at) sum += all[at] * (at + 1);
  return sum;
}

Call<std::uint32_t> TypesHost::delete_(std::uint32_t class_, std::uint32_t self, std::uint32_t where) {
  return class_ + self - where;
}

Call<void> TypesHost::fail_with_trap() { return trap("the host says no"); }

Call<Bytes> TypesHost::fail_with_exception() { throw std::runtime_error("thrown on purpose"); }

Call<void> TypesHost::swallow(List<std::uint8_t> data) {
  bytes_swallowed = std::accumulate(data.begin(), data.end(), std::uint64_t{0});
  return {};
}

Call<Bytes> TypesHost::produce(std::uint32_t size) {
  std::vector<std::uint8_t> data(size);
  std::iota(data.begin(), data.end(), std::uint8_t{0});
  return Bytes(std::move(data));
}

Call<void> CountersHost::drop_counter(Own<Counter> handle) {
  if (!table.take(std::move(handle))) return trap("a counter was dropped twice");
  return {};
}

Call<Own<bindings::counters::Counter>> CountersHost::counter_new(std::uint32_t start) { return table.insert(start); }

Call<Expected<Own<bindings::counters::Counter>, std::string>> CountersHost::counter_parse(std::string_view text) {
  std::uint32_t value = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  using Result = Expected<Own<Counter>, std::string>;
  if (code != std::errc() || end != text.data() + text.size())
    return Result(Unexpected(fmt::format("'{}' is no number", text)));
  return Result(table.insert(value));
}

Call<std::uint32_t> CountersHost::counter_value(Borrow<Counter> self) {
  const std::uint32_t* value = table.find(self);
  if (value == nullptr) return trap("no such counter");
  return *value;
}

Call<Own<bindings::counters::Counter>> CountersHost::counter_plus(Borrow<Counter> self, Borrow<Counter> other) {
  return table.insert(*table.find(self) + *table.find(other));
}

Call<void> CountersHost::counter_absorb(Borrow<Counter> self, Own<Counter> other) {
  *table.find(self) += table.take(std::move(other)).value();
  return {};
}

Call<bool> CountersHost::counter_same(Borrow<Counter> self, Borrow<Counter> other) {
  return table.find(self) == table.find(other);
}

Call<std::uint64_t> CountersHost::sum(std::span<const Borrow<Counter>> items) {
  std::uint64_t total = 0;
  for (const Borrow<Counter> item : items) total += *table.find(item);
  return total;
}

Call<std::optional<Own<bindings::counters::Counter>>> CountersHost::merge(std::span<Own<Counter>> items) {
  if (items.empty()) return std::optional<Own<Counter>>();
  std::uint32_t total = 0;
  for (Own<Counter>& item : items) total += table.take(std::move(item)).value();
  return std::optional(table.insert(total));
}

Call<std::vector<Own<bindings::counters::Counter>>> CountersHost::split(Own<Counter> item) {
  std::vector<Own<Counter>> units;
  const std::uint32_t count = table.take(std::move(item)).value();
  for (std::uint32_t i = 0; i < count; ++i) units.push_back(table.insert(1));
  return units;
}

Call<std::vector<std::string>> CountersHost::describe(
    std::span<const std::tuple<std::string_view, Borrow<Counter>>> items) {
  std::vector<std::string> texts;
  for (const auto& [name, item] : items) texts.push_back(fmt::format("{}={}", name, *table.find(item)));
  return texts;
}

Call<bindings::counters::Holder> CountersHost::hold(HolderView value) {
  const std::uint32_t held = table.take(std::move(value.item)).value();
  return Holder{fmt::format("<{}>", value.name), table.insert(held + 1)};
}

Call<std::optional<std::uint32_t>> CountersHost::maybe(const std::optional<Borrow<Counter>>& item) {
  return item ? std::optional(*table.find(*item)) : std::nullopt;
}

Call<std::uint32_t> CountersHost::live() { return static_cast<std::uint32_t>(table.size()); }

Call<Expected<double, bindings::users::Shape>> UsersHost::area(const bindings::users::ShapeView& shape) {
  using Result = Expected<double, Shape>;
  if (const auto* circle = std::get_if<bindings::users::ShapeView::Circle>(&shape.value))
    return Result(circle->value * 2);
  return Result(Unexpected(Shape::Label{"no area"}));
}

Call<Own<bindings::users::Counter>> UsersHost::count(Borrow<bindings::users::Counter> item,
                                                     const bindings::users::HumanView& by) {
  return counters_.table.insert(*counters_.table.find(item) + by.age);
}

}  // namespace wit_test
