// What stands in for the agent's own program when tests start decoys.
#include "agent/actions/decoy_main.h"

int main(int argc, char** argv) {
  return drill::agent::IsDecoy(argc, argv) ? drill::agent::DecoyMain(argc, argv) : 2;
}
