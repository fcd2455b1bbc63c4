// The host side of the test world. It writes what it gets to `log` and returns fixed values of its own.
#pragma once

#include <cloister/bindings/testing/control.h>
#include <cloister/bindings/testing/counters.h>
#include <cloister/bindings/testing/types.h>
#include <cloister/bindings/testing/users.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace cloister::sandbox {

// Makes handles as the sandbox's own table does; this test links another Rust library than the sandbox.
template <class Resource, class Object>
class ResourceTable {
 public:
  Own<Resource> insert(Object object) {
    objects_.emplace(++last_, std::move(object));
    return Own<Resource>(last_);
  }
  Object* find(Borrow<Resource> handle) {
    const auto found = objects_.find(handle.rep_);
    return found == objects_.end() ? nullptr : &found->second;
  }
  std::optional<Object> take(Own<Resource> handle) {
    auto node = objects_.extract(handle.rep_);
    if (node.empty()) return std::nullopt;
    return std::move(node.mapped());
  }
  [[nodiscard]] std::size_t size() const { return objects_.size(); }

 private:
  std::map<std::uint32_t, Object> objects_;
  std::uint32_t last_ = 0;
};

}  // namespace cloister::sandbox

namespace wit_test {

namespace bindings = cloister::bindings::testing;
using cloister::Expected;
using cloister::sandbox::Borrow;
using cloister::sandbox::Bytes;
using cloister::sandbox::Call;
using cloister::sandbox::Own;

class TypesHost final : public bindings::types::Host {
 public:
  std::string log;
  std::uint64_t bytes_swallowed = 0;

  using Color = bindings::types::Color;
  using Few = bindings::types::Few;
  using More = bindings::types::More;
  using Many = bindings::types::Many;
  using Point = bindings::types::Point;
  using Person = bindings::types::Person;
  using PersonView = bindings::types::PersonView;
  using Shape = bindings::types::Shape;
  using ShapeView = bindings::types::ShapeView;
  using Answer = bindings::types::Answer;
  template <class T>
  using List = std::span<const T>;
  using Text = std::string_view;
  template <class T>
  using Vector = std::vector<T>;

  Call<std::tuple<std::uint8_t, std::int8_t, std::uint16_t, std::int16_t, std::uint32_t, std::int32_t, std::uint64_t,
                  std::int64_t>>
  swap_integers(std::uint8_t a, std::int8_t b, std::uint16_t c, std::int16_t d, std::uint32_t e, std::int32_t f,
                std::uint64_t g, std::int64_t h) override;
  Call<std::tuple<float, double>> swap_floats(float a, double b) override;
  Call<bool> swap_bool(bool a) override;
  Call<char32_t> swap_char(char32_t a) override;
  Call<std::string> swap_string(Text a) override;
  Call<Color> swap_color(Color a) override;
  Call<std::tuple<Few, More, Many>> swap_flags(Few a, More b, Many c) override;
  Call<Point> swap_point(const Point& a) override;
  Call<Person> swap_person(const PersonView& a) override;
  Call<Shape> swap_shape(const ShapeView& a) override;
  Call<Answer> swap_answer(const Answer& a) override;
  Call<std::tuple<std::uint16_t, std::string>> swap_pair(const std::tuple<std::uint16_t, Text>& a) override;
  Call<std::tuple<std::optional<std::uint32_t>, std::optional<std::optional<std::string>>>> swap_option(
      const std::optional<std::uint32_t>& a, const std::optional<std::optional<Text>>& b) override;
  Call<std::tuple<Expected<std::uint32_t, std::string>, Expected<void, Color>, Expected<std::string, std::monostate>,
                  Expected<void, std::monostate>>>
  swap_results(const Expected<std::uint32_t, Text>& a, const Expected<void, Color>& b,
               const Expected<Text, std::monostate>& c, const Expected<void, std::monostate>& d) override;
  Call<Expected<Expected<Bytes, std::string>, std::optional<Color>>> swap_nested(
      const Expected<Expected<List<std::uint8_t>, Text>, std::optional<Color>>& a) override;
  Call<Bytes> swap_bytes(List<std::uint8_t> a) override;
  Call<std::tuple<Vector<std::int8_t>, Vector<std::uint16_t>, Vector<std::int16_t>, Vector<std::uint32_t>,
                  Vector<std::int32_t>, Vector<std::uint64_t>, Vector<std::int64_t>>>
  swap_integer_lists(List<std::int8_t> a, List<std::uint16_t> b, List<std::int16_t> c, List<std::uint32_t> d,
                     List<std::int32_t> e, List<std::uint64_t> f, List<std::int64_t> g) override;
  Call<std::tuple<Vector<float>, Vector<double>>> swap_float_lists(List<float> a, List<double> b) override;
  Call<Vector<bool>> swap_bools(List<bool> a) override;
  Call<Vector<char32_t>> swap_chars(List<char32_t> a) override;
  Call<Vector<std::string>> swap_strings(List<Text> a) override;
  Call<Vector<Color>> swap_colors(List<Color> a) override;
  Call<Vector<Point>> swap_points(List<Point> a) override;
  Call<Vector<Person>> swap_people(List<PersonView> a) override;
  Call<Vector<Shape>> swap_shapes(List<ShapeView> a) override;
  Call<std::tuple<Vector<Bytes>, Vector<Vector<std::int64_t>>>> swap_lists(List<List<std::uint8_t>> a,
                                                                           List<List<std::int64_t>> b) override;
  Call<Vector<std::tuple<std::string, std::uint8_t, std::optional<float>>>> swap_tuples(
      List<std::tuple<Text, std::uint8_t, std::optional<float>>> a) override;
  Call<std::uint64_t> add_many(std::uint64_t a, std::uint64_t b, std::uint64_t c, std::uint64_t d, std::uint64_t e,
                               std::uint64_t f, std::uint64_t g, std::uint64_t h, std::uint64_t i, std::uint64_t j,
                               std::uint64_t k, std::uint64_t l, std::uint64_t m, std::uint64_t n, std::uint64_t o,
                               std::uint64_t p, std::uint64_t q) override;
  Call<std::uint32_t> delete_(std::uint32_t class_, std::uint32_t self, std::uint32_t where) override;
  Call<void> fail_with_trap() override;
  Call<Bytes> fail_with_exception() override;
  Call<void> nothing() override { return {}; }
  Call<void> swallow(List<std::uint8_t> data) override;
  Call<Bytes> produce(std::uint32_t size) override;
};

// A counter is its value.
class CountersHost final : public bindings::counters::Host {
 public:
  using Counter = bindings::counters::Counter;
  using Holder = bindings::counters::Holder;
  using HolderView = bindings::counters::HolderView;

  cloister::sandbox::ResourceTable<Counter, std::uint32_t> table;

  Call<void> drop_counter(Own<Counter> handle) override;
  Call<Own<Counter>> counter_new(std::uint32_t start) override;
  Call<Expected<Own<Counter>, std::string>> counter_parse(std::string_view text) override;
  Call<std::uint32_t> counter_value(Borrow<Counter> self) override;
  Call<Own<Counter>> counter_plus(Borrow<Counter> self, Borrow<Counter> other) override;
  Call<void> counter_absorb(Borrow<Counter> self, Own<Counter> other) override;
  Call<bool> counter_same(Borrow<Counter> self, Borrow<Counter> other) override;
  Call<std::uint64_t> sum(std::span<const Borrow<Counter>> items) override;
  Call<std::optional<Own<Counter>>> merge(std::span<Own<Counter>> items) override;
  Call<std::vector<Own<Counter>>> split(Own<Counter> item) override;
  Call<std::vector<std::string>> describe(
      std::span<const std::tuple<std::string_view, Borrow<Counter>>> items) override;
  Call<Holder> hold(HolderView value) override;
  Call<std::optional<std::uint32_t>> maybe(const std::optional<Borrow<Counter>>& item) override;
  Call<std::uint32_t> live() override;
};

class UsersHost final : public bindings::users::Host {
 public:
  explicit UsersHost(CountersHost& counters) : counters_(counters) {}
  Call<Expected<double, bindings::users::Shape>> area(const bindings::users::ShapeView& shape) override;
  Call<Own<bindings::users::Counter>> count(Borrow<bindings::users::Counter> item,
                                            const bindings::users::HumanView& by) override;

 private:
  CountersHost& counters_;
};

class ControlHost final : public bindings::control::Host {
 public:
  std::string name;
  std::string text;

  Call<std::string> which() override { return name; }
  Call<void> received(std::string_view received_text) override {
    text = received_text;
    return {};
  }
};

// All of one instance; a store's data pointer points to it.
struct TestHost {
  TypesHost types;
  CountersHost counters;
  UsersHost users{counters};
  ControlHost control;
};

}  // namespace wit_test
