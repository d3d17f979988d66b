#ifndef DRILL_CLI_SESSION_H_
#define DRILL_CLI_SESSION_H_

#include <google/protobuf/message.h>

#include <functional>
#include <memory>
#include <ostream>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "cli/client.h"
#include "cli/render.h"
#include "cli/text.h"
#include "drill/v1/api.pb.h"
#include "drill/v1/context.pb.h"

namespace drill::cli {

// What the process has around it, so that a test can stand in for it.
struct Environment {
  std::ostream& out;
  std::ostream& err;
  std::function<std::string(const char*)> variable;  // "" when absent
  std::function<int64_t()> now_us;                   // wall clock
  std::function<void(int64_t)> sleep_us;
  bool terminal = false;  // `out` is one
};

// Options that stand for every command.
struct CommonOptions {
  bool json = false;
  std::string language;  // "vi", "en" or empty
  std::string context;   // file
  std::string request_id;
  int64_t timeout_us = 0;  // 0: not given
};

// One run of drillctl: the environment, the common options, and the way to the controller, made
// when first needed. One thread.
class Session {
 public:
  static constexpr int64_t kDefaultTimeoutUs = 15'000'000;

  Session(const Environment& environment, CommonOptions options, Language language)
      : environment_(environment), options_(std::move(options)), language_(language) {}

  // Reads the context file first. Errors: those of ReadContext, Client::Make.
  absl::StatusOr<Client*> client();
  absl::StatusOr<const v1::Context*> context();

  Language language() const { return language_; }
  // As the person asked; empty when the environment decided.
  const std::string& language_asked() const { return options_.language; }
  bool json() const { return options_.json; }
  bool terminal() const { return environment_.terminal && !json(); }
  bool colours() const;
  int64_t timeout_us() const {
    return options_.timeout_us == 0 ? kDefaultTimeoutUs : options_.timeout_us;
  }
  bool timeout_given() const { return options_.timeout_us != 0; }
  const std::string& request_id_asked() const { return options_.request_id; }
  // Made or used by the last Submit; empty before it.
  std::string request_id() const { return client_ == nullptr ? "" : client_->request_id(); }
  const std::string& address() const { return context_.address(); }
  int64_t now_us() const { return environment_.now_us(); }
  void Sleep(int64_t us) const { environment_.sleep_us(us); }
  // Columns of the terminal.
  size_t columns() const;

  // Of any catalogue: Msg, DutyMsg.
  template <typename Message, typename... Args>
  std::string Say(Message message, const Args&... args) const {
    return cli::Say(language_, message, args...);
  }
  std::string Pick(const v1::Text& text) const { return cli::Pick(language_, text); }
  template <typename Enum>
  std::string Word(Enum value) const {
    return std::string(EnumText(language_, value));
  }

  // Raw, and as lines, on standard output.
  void Print(absl::string_view text) { environment_.out << text; }
  void PrintLine(absl::string_view text) { environment_.out << text << '\n'; }
  void PrintTable(const Table& table) { Print(table.Print(colours())); }
  // A document to the file `out`, durably and readable by `mode`, and a remark that it is there; on
  // standard output where `out` is empty.
  absl::Status Deliver(const std::string& out, absl::string_view media_type,
                       absl::string_view content, unsigned mode = 0644);
  // A line for the person that is not the command's result: on standard error.
  void Remark(absl::string_view text) { environment_.err << text << '\n'; }
  std::string Painted(absl::string_view text, Colour colour) const {
    return Paint(text, colour, colours());
  }
  // --json: one document; or one line of a stream.
  void PrintJson(const google::protobuf::Message& message) { Print(ToJson(message, true)); }
  void PrintJsonLine(const google::protobuf::Message& message);
  // Ensures that what was printed can be seen now.
  void Flush() { environment_.out.flush(); }

  // Exit code of a command that answers with it; 0 unless set.
  void SetExit(int code) { exit_ = code; }
  int exit_code() const { return exit_; }

  // How a Submit ends: "Done", the id that the engine gave, its notes; or JSON.
  absl::Status PrintDone(absl::string_view path, const v1::SubmitResponse& response);

 private:
  const Environment& environment_;
  const CommonOptions options_;
  const Language language_;
  bool context_read_ = false;
  v1::Context context_;
  std::unique_ptr<Client> client_;
  int exit_ = 0;
};

}  // namespace drill::cli

#endif  // DRILL_CLI_SESSION_H_
