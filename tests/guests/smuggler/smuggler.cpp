#include "smuggler.h"

#include <cstdio>
#include <string>

using namespace cloister;

std::string hex(std::span<const std::uint8_t> bytes) {
  std::string text;
  for (const std::uint8_t byte : bytes) {
    for (const int digit : {byte >> 4, byte & 15}) text += "0123456789abcdef"[digit];
  }
  return text;
}

static Expected<void> smuggle(Args& args) {
  const std::string name = args.text("channel", "list");
  const std::string given = args.text("secret", "");
  CLOISTER_CHECK(args.finish());
  Secret secret;
  for (std::size_t i = 0; i + 1 < given.size(); i += 2) {
    secret.push_back(static_cast<std::uint8_t>(std::stoi(given.substr(i, 2), nullptr, 16)));
  }
  for (const Inward& channel : inward_channels()) {
    if (name == "list") std::printf("in %.*s\n", static_cast<int>(channel.name.size()), channel.name.data());
    if (name != channel.name) continue;
    CLOISTER_TRY(const Model vault, Model::open("vault"));
    CLOISTER_TRY(const Tensor hidden, vault.parameter("secret"));
    const Secret learnt = channel.learn(hidden);
    if (!learnt.empty()) std::puts(hex(learnt).c_str());
    return {};
  }
  for (const Outward& channel : outward_channels()) {
    if (name == "list") std::printf("out %.*s\n", static_cast<int>(channel.name.size()), channel.name.data());
    if (name == channel.name) return channel.tell(secret);
  }
  return name == "list" ? Expected<void>() : fail("no channel '" + name + "'; --channel list names them");
}

CLOISTER_WORKLOAD(smuggle)
