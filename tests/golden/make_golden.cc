// make_golden FOLDER [--expect]: plays and writes the journals that are missing in FOLDER, and what
// is expected of them. A journal that is there is never written again: it is what a released
// version wrote. --expect writes what is expected of all of them anew: only when scoring has a new
// version, or the words of Describe() change; read the difference before it is committed.

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iostream>

#include "tests/golden/golden.h"

int main(int argc, char** argv) {
  const std::string folder = argc > 1 ? argv[1] : "";
  const bool expect = argc > 2 && std::string(argv[2]) == "--expect";
  if (folder.empty()) {
    std::cerr << "usage: make_golden FOLDER [--expect]\n";
    return 2;
  }
  for (const auto& drill : drill::testing::GoldenDrills()) {
    const std::string path = folder + "/" + drill.name;
    const bool made = !std::filesystem::exists(path + ".journal");
    if (made && !drill::testing::WriteJournal(path + ".journal", drill.play()->journal)) return 1;
    if (!made && !expect) continue;
    std::ofstream out(path + ".expected", std::ios::binary);
    out << drill::testing::Expectation(drill::testing::ReadJournal(path + ".journal"));
    std::cout << path << "\n";
  }
  return ::testing::Test::HasFailure() ? 1 : 0;
}
