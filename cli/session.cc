#include "cli/session.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include "absl/strings/str_cat.h"
#include "cli/context.h"
#include "common/base/status.h"
#include "common/os/file.h"

namespace drill::cli {

absl::StatusOr<const v1::Context*> Session::context() {
  if (!context_read_) {
    absl::StatusOr<v1::Context> read =
        ReadContext(ContextPath(options_.context, environment_.variable));
    if (absl::IsNotFound(read.status())) {
      return absl::NotFoundError(absl::StrCat(read.status().message(), Say(Msg::kFailedContext)));
    }
    RETURN_IF_ERROR(read.status());
    context_ = *std::move(read);
    context_read_ = true;
  }
  return &context_;
}

absl::Status Session::Deliver(const std::string& out, absl::string_view media_type,
                              absl::string_view content, unsigned mode) {
  if (out.empty()) {
    Print(content);
    return absl::OkStatus();
  }
  RETURN_IF_ERROR(os::WriteFileDurably(out, content, mode));
  Remark(Say(Msg::kDocumentWritten, out, media_type, content.size()));
  return absl::OkStatus();
}

absl::StatusOr<Client*> Session::client() {
  if (client_ == nullptr) {
    ASSIGN_OR_RETURN(const v1::Context* context, this->context());
    Client::Options options;
    options.timeout_us = timeout_us();
    options.language = language_;
    options.request_id = options_.request_id;
    options.sleep = environment_.sleep_us;
    absl::StatusOr<std::unique_ptr<Client>> client = Client::Make(*context, std::move(options));
    if (!client.ok()) {
      return Annotate(client.status(), ContextPath(options_.context, environment_.variable));
    }
    client_ = *std::move(client);
  }
  return client_.get();
}

bool Session::colours() const {
  return terminal() && environment_.variable("NO_COLOR").empty() &&
         environment_.variable("TERM") != "dumb";
}

size_t Session::columns() const {
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
  return size.ws_col;
}

void Session::PrintJsonLine(const google::protobuf::Message& message) {
  Print(ToJson(message, false));
  Flush();
}

absl::Status Session::PrintDone(absl::string_view path, const v1::SubmitResponse& response) {
  if (json()) {
    PrintJson(response);
    return absl::OkStatus();
  }
  if (response.seq() == 0) {
    PrintLine(Say(Msg::kDoneAlready, path));
  } else if (response.seq() == 1) {
    // A team is not told where in the journal its words stand.
    PrintLine(Say(Msg::kDoneForTeam, path, Clean(response.id())));
  } else if (response.id().empty()) {
    PrintLine(Say(Msg::kDone, path, response.seq()));
  } else {
    PrintLine(Say(Msg::kDoneWithId, path, Clean(response.id()), response.seq()));
  }
  for (const v1::Text& note : response.notes()) PrintLine(absl::StrCat("  ", Clean(Pick(note))));
  return absl::OkStatus();
}

}  // namespace drill::cli
