// exercise: puts the parts together.
#include "cli/commands.h"

namespace drill::cli {

void AddExercise(Command& root) {
  Command& exercise = root.Sub("exercise");
  AddPlanning(exercise);
  AddSteering(exercise);
  AddWatch(exercise);
  AddClosing(exercise);
}

}  // namespace drill::cli
