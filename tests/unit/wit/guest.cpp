// A component that calls every function of the test world and says what came back.
#include <cstring>
#include <iterator>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "guest_show.h"

namespace {

using guest::show;

void received(const std::string& text) {
  types_test_string_t view{reinterpret_cast<uint8_t*>(const_cast<char*>(text.data())), text.size()};
  cloister_testing_control_received(&view);
}

types_test_string_t str(const char* text) {
  types_test_string_t value;
  types_test_string_set(&value, text);
  return value;
}

// A list over an array that outlives it.
template <class ListType, class T, size_t N>
ListType list(T (&items)[N]) {
  return {items, N};
}

void integers() {
  types_test_tuple8_u8_s8_u16_s16_u32_s32_u64_s64_t out;
  cloister_testing_types_swap_integers(255, -128, 65535, -32768, 4294967295U, std::numeric_limits<int32_t>::min(),
                                       std::numeric_limits<uint64_t>::max(), std::numeric_limits<int64_t>::min(), &out);
  received(show(out));
}

void scalars() {
  types_test_tuple2_f32_f64_t floats;
  cloister_testing_types_swap_floats(1.5F, -2.25, &floats);
  types_test_string_t text = str("Grüße, 世界 🌍");
  types_test_string_t back;
  cloister_testing_types_swap_string(&text, &back);
  types_test_string_t empty = str("");
  types_test_string_t empty_back;
  cloister_testing_types_swap_string(&empty, &empty_back);
  received(show(floats) + show(cloister_testing_types_swap_bool(true)) + show(cloister_testing_types_swap_char(U'é')) +
           show(back) + show(empty_back) + show(cloister_testing_types_swap_color(CLOISTER_TESTING_TYPES_COLOR_BOOL)));
}

void flags() {
  cloister_testing_types_tuple3_few_more_many_t out;
  cloister_testing_types_swap_flags(CLOISTER_TESTING_TYPES_FEW_DELETE, CLOISTER_TESTING_TYPES_MORE_A8, 0x8000'0001U,
                                    &out);
  received(show(out));
}

void records() {
  cloister_testing_types_point_t point{-7, 0.5, true, CLOISTER_TESTING_TYPES_COLOR_BLUE};
  cloister_testing_types_point_t point_back;
  cloister_testing_types_swap_point(&point, &point_back);
  types_test_string_t tags[] = {str("a"), str(""), str("日本")};
  cloister_testing_types_person_t person{str("Zoë"), 41, list<types_test_list_string_t>(tags), {true, point}};
  cloister_testing_types_person_t person_back;
  cloister_testing_types_swap_person(&person, &person_back);
  cloister_testing_types_pair_t pair{9, str("pair")};
  cloister_testing_types_pair_t pair_back;
  cloister_testing_types_swap_pair(&pair, &pair_back);
  received(show(point_back) + show(person_back) + show(pair_back));
}

std::vector<cloister_testing_types_shape_t> all_shapes() {
  static cloister_testing_types_point_t corners[] = {{0, 0, true, 0}, {1, 2, false, 1}};
  std::vector<cloister_testing_types_shape_t> shapes(5);
  for (size_t i = 0; i < shapes.size(); ++i) shapes[i].tag = static_cast<uint8_t>(i);
  shapes[1].val.circle = 2.5;
  shapes[2].val.polygon = list<cloister_testing_types_list_point_t>(corners);
  shapes[3].val.label = str("etikett ä");
  shapes[4].val.tagged = {77, U'🦀'};
  return shapes;
}

void variants() {
  std::string text;
  for (cloister_testing_types_shape_t& shape : all_shapes()) {
    cloister_testing_types_shape_t back;
    cloister_testing_types_swap_shape(&shape, &back);
    text += show(back) + ";";
  }
  cloister_testing_types_answer_t yes{CLOISTER_TESTING_TYPES_ANSWER_YES};
  cloister_testing_types_answer_t answer;
  cloister_testing_types_swap_answer(&yes, &answer);
  received(text + show(answer));
}

void options() {
  uint32_t number = 5;
  types_test_option_string_t inner{true, str("in")};
  types_test_option_string_t nothing{false, {}};
  types_test_tuple2_option_u32_option_option_string_t out[3];
  cloister_testing_types_swap_option(&number, &inner, &out[0]);
  cloister_testing_types_swap_option(nullptr, nullptr, &out[1]);
  cloister_testing_types_swap_option(nullptr, &nothing, &out[2]);
  received(show(out[0]) + show(out[1]) + show(out[2]));
}

void results() {
  cloister_testing_types_result_u32_string_t a{};
  a.is_err = true;
  a.val.err = str("wrong");
  cloister_testing_types_result_void_color_t b{};
  b.is_err = true;
  b.val.err = CLOISTER_TESTING_TYPES_COLOR_GREEN;
  cloister_testing_types_result_string_void_t c{};
  c.val.ok = str("fine");
  cloister_testing_types_result_void_void_t d{true};
  cloister_testing_types_tuple4_result_u32_string_result_void_color_result_string_void_result_void_void_t out;
  cloister_testing_types_swap_results(&a, &b, &c, &d, &out);
  std::string text = show(out);

  uint8_t bytes[] = {1, 2, 3};
  cloister_testing_types_result_result_list_u8_string_option_color_t nested{};
  nested.val.ok.val.ok = list<types_test_list_u8_t>(bytes);
  cloister_testing_types_result_list_u8_string_t ok;
  cloister_testing_types_option_color_t error;
  bool success = cloister_testing_types_swap_nested(&nested, &ok, &error);
  text += success ? "ok(" + show(ok) + ")" : "error(" + show(error) + ")";
  nested.is_err = true;
  nested.val.err = {true, CLOISTER_TESTING_TYPES_COLOR_BLUE};
  success = cloister_testing_types_swap_nested(&nested, &ok, &error);
  received(text + (success ? "ok(" + show(ok) + ")" : "error(" + show(error) + ")"));
}

void number_lists() {
  int8_t s8[] = {-1, 127};
  uint16_t u16[] = {1, 65535};
  int16_t s16[] = {-32768};
  uint32_t u32[] = {4294967295U, 0};
  int32_t s32[] = {-5, 6, -7};
  uint64_t u64[] = {std::numeric_limits<uint64_t>::max()};
  types_test_list_s8_t a = list<types_test_list_s8_t>(s8);
  types_test_list_u16_t b = list<types_test_list_u16_t>(u16);
  types_test_list_s16_t c = list<types_test_list_s16_t>(s16);
  types_test_list_u32_t d = list<types_test_list_u32_t>(u32);
  types_test_list_s32_t e = list<types_test_list_s32_t>(s32);
  types_test_list_u64_t f = list<types_test_list_u64_t>(u64);
  types_test_list_s64_t g{nullptr, 0};
  types_test_tuple7_list_s8_list_u16_list_s16_list_u32_list_s32_list_u64_list_s64_t out;
  cloister_testing_types_swap_integer_lists(&a, &b, &c, &d, &e, &f, &g, &out);
  float f32[] = {0.25F, -1};
  double f64[] = {1e100};
  types_test_list_f32_t h = list<types_test_list_f32_t>(f32);
  types_test_list_f64_t i = list<types_test_list_f64_t>(f64);
  types_test_tuple2_list_f32_list_f64_t floats;
  cloister_testing_types_swap_float_lists(&h, &i, &floats);
  uint8_t u8[] = {0, 128, 255};
  types_test_list_u8_t j = list<types_test_list_u8_t>(u8);
  types_test_list_u8_t bytes;
  cloister_testing_types_swap_bytes(&j, &bytes);
  types_test_list_u8_t none{nullptr, 0};
  types_test_list_u8_t no_bytes;
  cloister_testing_types_swap_bytes(&none, &no_bytes);
  received(show(out) + show(floats) + show(bytes) + show(no_bytes));
}

void lists() {
  bool bools[] = {true, false, true};
  types_test_list_bool_t a = list<types_test_list_bool_t>(bools);
  types_test_list_bool_t a_back;
  cloister_testing_types_swap_bools(&a, &a_back);
  uint32_t chars[] = {U'a', U'ß', U'🦀'};
  types_test_list_char32_t b = list<types_test_list_char32_t>(chars);
  types_test_list_char32_t b_back;
  cloister_testing_types_swap_chars(&b, &b_back);
  types_test_string_t strings[] = {str("één"), str(""), str("three")};
  types_test_list_string_t c = list<types_test_list_string_t>(strings);
  types_test_list_string_t c_back;
  cloister_testing_types_swap_strings(&c, &c_back);
  uint8_t colors[] = {3, 0};
  cloister_testing_types_list_color_t d = list<cloister_testing_types_list_color_t>(colors);
  cloister_testing_types_list_color_t d_back;
  cloister_testing_types_swap_colors(&d, &d_back);
  cloister_testing_types_point_t points[] = {{1, 1.5, true, 0}, {2, 2.5, false, 3}};
  cloister_testing_types_list_point_t e = list<cloister_testing_types_list_point_t>(points);
  cloister_testing_types_list_point_t e_back;
  cloister_testing_types_swap_points(&e, &e_back);
  cloister_testing_types_person_t people[] = {{str("A"), 1, {nullptr, 0}, {false, {}}},
                                              {str("B"), 2, c, {true, points[1]}}};
  cloister_testing_types_list_person_t f = list<cloister_testing_types_list_person_t>(people);
  cloister_testing_types_list_person_t f_back;
  cloister_testing_types_swap_people(&f, &f_back);
  std::vector<cloister_testing_types_shape_t> shapes = all_shapes();
  cloister_testing_types_list_shape_t g{shapes.data(), shapes.size()};
  cloister_testing_types_list_shape_t g_back;
  cloister_testing_types_swap_shapes(&g, &g_back);
  received(show(a_back) + show(b_back) + show(c_back) + show(d_back) + show(e_back) + show(f_back) + show(g_back));
}

void nested_lists() {
  uint8_t bytes[] = {9, 8};
  types_test_list_u8_t byte_lists[] = {list<types_test_list_u8_t>(bytes), {nullptr, 0}};
  types_test_list_list_u8_t a = list<types_test_list_list_u8_t>(byte_lists);
  int64_t numbers[] = {-1, 2, -3};
  types_test_list_s64_t number_lists[] = {{nullptr, 0}, list<types_test_list_s64_t>(numbers)};
  types_test_list_list_s64_t b = list<types_test_list_list_s64_t>(number_lists);
  types_test_tuple2_list_list_u8_list_list_s64_t out;
  cloister_testing_types_swap_lists(&a, &b, &out);
  types_test_tuple3_string_u8_option_f32_t tuples[] = {{str("x"), 1, {true, 0.5F}}, {str("y"), 2, {false, 0}}};
  types_test_list_tuple3_string_u8_option_f32_t c = list<types_test_list_tuple3_string_u8_option_f32_t>(tuples);
  types_test_list_tuple3_string_u8_option_f32_t c_back;
  cloister_testing_types_swap_tuples(&c, &c_back);
  types_test_list_string_t none{nullptr, 0};
  types_test_list_string_t none_back;
  cloister_testing_types_swap_strings(&none, &none_back);
  received(show(out) + show(c_back) + show(none_back));
}

void names_and_many() {
  received(show(cloister_testing_types_add_many(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17)) + "," +
           show(cloister_testing_types_delete(100, 20, 3)));
}

using Counter = cloister_testing_counters_own_counter_t;

auto borrow(Counter counter) { return cloister_testing_counters_borrow_counter(counter); }
uint32_t value(Counter counter) { return cloister_testing_counters_method_counter_value(borrow(counter)); }

void handles() {
  Counter one = cloister_testing_counters_constructor_counter(1);
  types_test_string_t text = str("40");
  types_test_string_t bad = str("vierzig");
  types_test_string_t error;
  Counter forty;
  std::string log;
  log += show(cloister_testing_counters_static_counter_parse(&text, &forty, &error));
  Counter none;
  log += show(cloister_testing_counters_static_counter_parse(&bad, &none, &error)) + show(error);
  Counter sum = cloister_testing_counters_method_counter_plus(borrow(one), borrow(forty));
  log += show(value(sum)) + show(cloister_testing_counters_method_counter_same(borrow(sum), borrow(sum)));
  log += show(cloister_testing_counters_method_counter_same(borrow(sum), borrow(one)));
  cloister_testing_counters_method_counter_absorb(borrow(sum), one);
  log += "," + show(value(sum)) + "," + show(cloister_testing_counters_live());
  cloister_testing_counters_counter_drop_own(forty);
  log += "," + show(cloister_testing_counters_live());
  cloister_testing_counters_counter_drop_own(sum);
  received(log + "," + show(cloister_testing_counters_live()));
}

void handle_lists() {
  Counter counters[] = {cloister_testing_counters_constructor_counter(3),
                        cloister_testing_counters_constructor_counter(4)};
  cloister_testing_counters_borrow_counter_t borrows[] = {borrow(counters[0]), borrow(counters[1]),
                                                          borrow(counters[0])};
  cloister_testing_counters_list_borrow_counter_t lent = list<cloister_testing_counters_list_borrow_counter_t>(borrows);
  std::string log = show(cloister_testing_counters_sum(&lent));
  cloister_testing_counters_tuple2_string_borrow_counter_t named[] = {{str("drei"), borrows[0]},
                                                                      {str("vier"), borrows[1]}};
  cloister_testing_counters_list_tuple2_string_borrow_counter_t pairs =
      list<cloister_testing_counters_list_tuple2_string_borrow_counter_t>(named);
  types_test_list_string_t described;
  cloister_testing_counters_describe(&pairs, &described);
  log += show(described);
  uint32_t maybe = 0;
  log += show(cloister_testing_counters_maybe(&borrows[1], &maybe)) + show(maybe);
  log += show(cloister_testing_counters_maybe(nullptr, &maybe));
  cloister_testing_counters_list_own_counter_t given = list<cloister_testing_counters_list_own_counter_t>(counters);
  Counter merged;
  log += show(cloister_testing_counters_merge(&given, &merged)) + show(value(merged));
  cloister_testing_counters_list_own_counter_t no_counters{nullptr, 0};
  Counter nothing;
  log += show(cloister_testing_counters_merge(&no_counters, &nothing));
  cloister_testing_counters_list_own_counter_t units;
  cloister_testing_counters_split(merged, &units);
  log += show(units.len) + show(value(units.ptr[6]));
  cloister_testing_counters_holder_t holder{str("halter"), units.ptr[0]};
  cloister_testing_counters_holder_t held;
  cloister_testing_counters_hold(&holder, &held);
  log += show(held.name) + show(value(held.item));
  units.ptr[0] = held.item;
  // Freeing the list frees its memory only.
  for (size_t i = 0; i < units.len; ++i) cloister_testing_counters_counter_drop_own(units.ptr[i]);
  cloister_testing_counters_list_own_counter_free(&units);
  received(log + "," + show(cloister_testing_counters_live()));
}

void foreign_types() {
  std::vector<cloister_testing_types_shape_t> shapes = all_shapes();
  double area = 0;
  cloister_testing_types_shape_t error;
  std::string log = show(cloister_testing_users_area(&shapes[1], &area, &error)) + show(area);
  log += show(cloister_testing_users_area(&shapes[3], &area, &error)) + show(error);
  Counter counter = cloister_testing_counters_constructor_counter(10);
  cloister_testing_types_person_t person{str("Per"), 30, {nullptr, 0}, {false, {}}};
  Counter next = cloister_testing_users_count(borrow(counter), &person);
  received(log + "," + show(value(next)));
}

void use_after_drop() {
  Counter counter = cloister_testing_counters_constructor_counter(1);
  cloister_testing_counters_counter_drop_own(counter);
  received(show(value(counter)));
}

void forbidden() {
  types_test_string_t name = str("door");
  cloister_testing_forbidden_open(&name);
}

void bulk() {
  std::vector<uint8_t> data(1 << 20, 7);
  types_test_list_u8_t list{data.data(), data.size()};
  cloister_testing_types_swallow(&list);
  types_test_list_u8_t back;
  cloister_testing_types_produce(1 << 20, &back);
  size_t wrong = 0;
  for (size_t i = 0; i < back.len; ++i) wrong += back.ptr[i] != static_cast<uint8_t>(i);
  received(show(back.len) + "," + show(wrong));
}

void fail_with_exception() {
  types_test_list_u8_t out;
  cloister_testing_types_fail_with_exception(&out);
}

struct Case {
  const char* name;
  void (*run)();
};

constexpr Case kCases[] = {
    {"integers", integers},
    {"scalars", scalars},
    {"flags", flags},
    {"records", records},
    {"variants", variants},
    {"options", options},
    {"results", results},
    {"number-lists", number_lists},
    {"lists", lists},
    {"nested-lists", nested_lists},
    {"names-and-many", names_and_many},
    {"handles", handles},
    {"handle-lists", handle_lists},
    {"foreign-types", foreign_types},
    {"use-after-drop", use_after_drop},
    {"forbidden", forbidden},
    {"bulk", bulk},
    {"nothing", cloister_testing_types_nothing},
    {"fail-with-trap", cloister_testing_types_fail_with_trap},
    {"fail-with-exception", fail_with_exception},
};

}  // namespace

extern "C" bool exports_types_test_run(types_test_string_t* error) {
  types_test_string_t which;
  cloister_testing_control_which(&which);
  const std::string_view name(reinterpret_cast<const char*>(which.ptr), which.len);
  for (const Case& each : kCases) {
    if (name == each.name) {
      each.run();
      return true;
    }
  }
  types_test_string_dup(error, "no such case");
  return false;
}
