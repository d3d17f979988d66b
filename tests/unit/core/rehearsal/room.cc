#include "tests/unit/core/rehearsal/room.h"

#include <gtest/gtest.h>

#include "common/keys/keys.h"
#include "common/yaml/load.h"
#include "tests/support/status.h"

namespace drill::rehearsal {

Owners TestOwners() {
  static const std::vector<std::string>& kKeys =
      *new std::vector<std::string>{GenerateKey(), GenerateKey()};
  Owners owners;
  for (const std::string& key : kKeys) owners.public_pem.push_back(*PublicPem(key));
  owners.sign = [](size_t key, absl::string_view bytes) {
    return *SignBytes(kKeys.at(key), bytes);
  };
  return owners;
}

template <typename Message>
Message Yaml(absl::string_view text) {
  Message message;
  EXPECT_OK(yaml::Load(text, "test.yaml", &message));
  return message;
}
template v1::Scenario Yaml(absl::string_view);
template v1::Profile Yaml(absl::string_view);
template v1::Register Yaml(absl::string_view);

}  // namespace drill::rehearsal
