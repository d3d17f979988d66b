#ifndef DRILL_CORE_REGISTER_REGISTER_STATE_H_
#define DRILL_CORE_REGISTER_REGISTER_STATE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "drill/v1/register.pb.h"
#include "drill/v1/scenario.pb.h"

// What outlives an exercise: bodies, systems, hosts, people, teams, credentials, scenarios.
// Plain data; changed by Apply only.
namespace drill {

struct TokenState {
  std::string person;
  std::string sha256;
  int64_t expires_us = 0;
  bool revoked = false;
};

struct EnrolmentState {
  std::string token_id;
  std::string host;
  int64_t expires_us = 0;
  bool used = false;
};

struct RegisterState {
  absl::btree_map<std::string, v1::Organisation> organisations;
  absl::btree_map<std::string, v1::System> systems;
  absl::btree_map<std::string, v1::Host> hosts;
  absl::btree_map<std::string, v1::Person> people;
  absl::btree_map<std::string, v1::Team> teams;
  absl::btree_map<std::string, v1::Scenario> scenarios;
  absl::btree_map<std::string, v1::Sensor> sensors;
  absl::btree_map<std::string, v1::Control> controls;

  absl::btree_map<std::string, TokenState> tokens;              // by token id
  absl::flat_hash_map<std::string, std::string> token_by_hash;  // sha256 → token id
  absl::flat_hash_map<std::string, EnrolmentState> enrolments;  // by secret's sha256
  absl::btree_map<std::string, std::string> agent_keys;         // host → key_sha256
  absl::btree_map<std::string, std::string> sensor_tokens;      // sensor → sha256

  // Adds or replaces entries. REQUIRES: CheckRegister found no fault.
  void Put(const v1::Register& entries);
  v1::Register All() const;

  // Person behind a token's hash. Unauthenticated: unknown, revoked, expired, or inactive person.
  absl::Status Authenticate(absl::string_view sha256, int64_t now_us, std::string* person) const;
  bool HasRole(absl::string_view person, v1::Role role) const;
};

// Every fault of `entries` as if applied to `reg`, one line each ("hosts[3] (db-1): system 'x' is
// not in the register"). Empty: may be applied.
std::vector<std::string> CheckRegister(const RegisterState& reg, const v1::Register& entries);

// Level that binds a system: the approved one, else the proposed one; 0 when neither is there.
int EffectiveLevel(const v1::System& system);

// [a-z0-9][a-z0-9._-]{0,62}
bool ValidId(absl::string_view id);

}  // namespace drill

#endif  // DRILL_CORE_REGISTER_REGISTER_STATE_H_
