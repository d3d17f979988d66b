#include "cli/artefact_options.h"

namespace drill::cli {

void AddArtefactOptions(Command& command, google::protobuf::RepeatedPtrField<v1::Artefact>* list) {
  command.Opt("--path", "PATH", Artefacts(v1::ARTEFACT_KIND_PATH, list), Need::kAny)
      .Opt("--sha256", "HEX", Artefacts(v1::ARTEFACT_KIND_SHA256, list), Need::kAny)
      .Opt("--process", "NAME", Artefacts(v1::ARTEFACT_KIND_PROCESS, list), Need::kAny)
      .Opt("--account", "NAME", Artefacts(v1::ARTEFACT_KIND_ACCOUNT, list), Need::kAny)
      .Opt("--address", "ADDRESS", Artefacts(v1::ARTEFACT_KIND_ADDRESS, list), Need::kAny)
      .Opt("--log-line", "LINE", Artefacts(v1::ARTEFACT_KIND_LOG_LINE, list), Need::kAny);
}

}  // namespace drill::cli
