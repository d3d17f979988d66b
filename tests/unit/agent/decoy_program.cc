// What stands in for the agent's own program when tests start decoys.
#include "agent/actions/decoy_main.h"
#include "agent/task.h"

int main(int argc, char** argv) {
  if (drill::agent::IsAskpass()) return drill::agent::AskpassMain();
  return drill::agent::IsDecoy(argc, argv) ? drill::agent::DecoyMain(argc, argv) : 2;
}
