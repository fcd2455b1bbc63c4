#include "checkpoint_record.h"

#include <gtest/gtest.h>

#include <limits>

namespace cloister::host {
namespace {

CheckpointRecord full_record() {
  CheckpointRecord record;
  record.run = {sha256(std::string_view("component")), sha256(std::string_view("arguments")), UINT64_MAX, "cuda:1", 7};
  record.number = 12;
  record.engine = "torch 2.15.0 AVX512";
  record.grad_mode = engine::GradMode::inference;
  record.generator_seed = 3;
  record.clock = 5000;
  record.random = {1, 2, 3, UINT64_MAX};
  record.insecure = {4, 0, 0, 0};
  record.egress = {1, 2, 3, 4, 5, 6};
  record.read[{GrantKind::dataset, "train"}] = sha256(std::string_view("data"));
  record.read[{GrantKind::model, "train"}] = sha256(std::string_view("weights"));
  record.written["weights"] = {77, sha256(std::string_view("output"))};
  record.optimizers["a b:c"] = {"adam", 0.1};
  record.optimizers["infinite"] = {"sgd", std::numeric_limits<double>::infinity()};
  return record;
}

TEST(CheckpointRecord, ComesBackAsItWas) {
  const CheckpointRecord record = full_record();
  const auto again = parse_checkpoint_metadata(checkpoint_metadata(record), "c");
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(again->run, record.run);
  EXPECT_EQ(again->number, record.number);
  EXPECT_EQ(again->engine, record.engine);
  EXPECT_EQ(again->grad_mode, record.grad_mode);
  EXPECT_EQ(again->generator_seed, record.generator_seed);
  EXPECT_EQ(again->clock, record.clock);
  EXPECT_EQ(again->random, record.random);
  EXPECT_EQ(again->insecure, record.insecure);
  EXPECT_EQ(again->egress, record.egress);
  EXPECT_EQ(again->read, record.read);
  ASSERT_EQ(again->written.size(), 1U);
  EXPECT_EQ(again->written.at("weights").bytes, 77U);
  EXPECT_EQ(again->optimizers.at("a b:c").lr, 0.1);
  EXPECT_EQ(again->optimizers.at("infinite").lr, std::numeric_limits<double>::infinity());
  EXPECT_EQ(checkpoint_metadata(*again), checkpoint_metadata(record));
}

TEST(CheckpointRecord, EveryFactIsNeeded) {
  const Metadata whole = checkpoint_metadata(full_record());
  for (const auto& [key, value] : whole) {
    if (key.find(':') != std::string::npos) continue;
    Metadata facts = whole;
    facts.erase(key);
    const auto parsed = parse_checkpoint_metadata(facts, "c.safetensors");
    ASSERT_FALSE(parsed) << key;
    EXPECT_EQ(parsed.error().code, ErrorCode::bad_data);
    EXPECT_NE(parsed.error().message.find("'" + key + "'"), std::string::npos) << parsed.error().message;
    EXPECT_NE(parsed.error().message.find("'c.safetensors'"), std::string::npos) << parsed.error().message;
  }
}

TEST(CheckpointRecord, WhatIsNoFactIsRefused) {
  const Metadata whole = checkpoint_metadata(full_record());
  const std::pair<const char*, const char*> bad[] = {{"format", "cloister checkpoint 2"},
                                                     {"component", "abc"},
                                                     {"seed", "-1"},
                                                     {"seed", "1x"},
                                                     {"threads", "many"},
                                                     {"grad_mode", "off"},
                                                     {"clock", "18446744073709551616"},
                                                     {"random", "1 2 3"},
                                                     {"random", "1 2 3 4 5"},
                                                     {"insecure", "0 0 0 0"},
                                                     {"egress.read", ""},
                                                     {"surplus", "1"},
                                                     {"dataset:train", "abc"},
                                                     {"dataset:../up", "abc"},
                                                     {"output:weights", "77"},
                                                     {"weights:x", "1"},
                                                     {"optimizer:a", "adam"},
                                                     {"optimizer:a", "adam -1"},
                                                     {"optimizer:a", "adam nan"},
                                                     {"optimizer:a", " 1"}};
  for (const auto& [key, value] : bad) {
    Metadata facts = whole;
    facts[key] = value;
    EXPECT_FALSE(parse_checkpoint_metadata(facts, "c")) << key << " = " << value;
  }
}

TEST(CheckpointRecord, ArgumentsAreToldApart) {
  const auto digest = [](std::string_view name, std::vector<std::string> arguments) {
    return arguments_digest(name, arguments);
  };
  EXPECT_EQ(digest("a", {"b", "c"}), digest("a", {"b", "c"}));
  EXPECT_NE(digest("a", {"b", "c"}), digest("a", {"bc"}));
  EXPECT_NE(digest("a", {"b", "c"}), digest("ab", {"c"}));
  EXPECT_NE(digest("a", {}), digest("a", {""}));
}

}  // namespace
}  // namespace cloister::host
