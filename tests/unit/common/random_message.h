#ifndef DRILL_TESTS_UNIT_COMMON_RANDOM_MESSAGE_H_
#define DRILL_TESTS_UNIT_COMMON_RANDOM_MESSAGE_H_

#include <google/protobuf/message.h>

#include <random>

namespace drill::testing {

// Fills `message` with anything that a YAML file may say, by its descriptor alone: odd text,
// limits of numbers, empty messages, absent fields. The same generator gives the same message.
void FillAtRandom(std::mt19937_64* random, google::protobuf::Message* message, int depth = 0);

}  // namespace drill::testing

#endif  // DRILL_TESTS_UNIT_COMMON_RANDOM_MESSAGE_H_
