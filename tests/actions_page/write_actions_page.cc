// write_actions_page SOURCE_FOLDER: writes docs/actions.md of that source tree.

#include <fstream>
#include <iostream>
#include <string>

#include "tests/actions_page/actions_page.h"

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: write_actions_page SOURCE_FOLDER\n";
    return 2;
  }
  const std::string root = argv[1];
  const auto page = drill::testing::ActionsPage(DRILL_ACTION_DESCRIPTORS);
  if (!page.ok()) {
    std::cerr << page.status().message() << "\n";
    return 1;
  }
  const std::string path = root + "/" + drill::testing::kActionsPage;
  std::ofstream out(path, std::ios::binary);
  out << *page;
  out.close();
  if (!out) {
    std::cerr << "cannot write " << path << "\n";
    return 1;
  }
  std::cout << path << "\n";
  return 0;
}
