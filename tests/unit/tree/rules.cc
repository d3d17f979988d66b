#include "tests/unit/tree/rules.h"

#include <algorithm>
#include <cstddef>
#include <regex>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace drill::tree {
namespace {

bool IsCpp(absl::string_view path) {
  return absl::EndsWith(path, ".cc") || absl::EndsWith(path, ".h") || absl::EndsWith(path, ".inc");
}

bool IsCMake(absl::string_view path) {
  return absl::EndsWith(path, "CMakeLists.txt") || absl::EndsWith(path, ".cmake");
}

bool StartsWithAny(absl::string_view text, std::initializer_list<absl::string_view> prefixes) {
  return std::any_of(prefixes.begin(), prefixes.end(),
                     [&](absl::string_view prefix) { return absl::StartsWith(text, prefix); });
}

// "" for the root, else with the slash.
std::string FolderOf(absl::string_view path) {
  const size_t slash = path.rfind('/');
  return slash == absl::string_view::npos ? "" : std::string(path.substr(0, slash + 1));
}

std::string RoomOf(absl::string_view path) { return std::string(path.substr(0, path.find('/'))); }

// What the file includes: server/loop/loop.h or <thread>, the brackets kept.
std::vector<std::string> Includes(const std::string& text) {
  const std::string code = Code(text, false);
  std::vector<std::string> out;
  for (absl::string_view line : absl::StrSplit(code, '\n')) {
    line = absl::StripLeadingAsciiWhitespace(line);
    if (!absl::ConsumePrefix(&line, "#")) continue;
    line = absl::StripLeadingAsciiWhitespace(line);
    if (!absl::ConsumePrefix(&line, "include")) continue;
    line = absl::StripAsciiWhitespace(line);
    if (absl::ConsumePrefix(&line, "\"") && absl::ConsumeSuffix(&line, "\"")) {
      out.emplace_back(line);
    } else if (!line.empty()) {
      out.emplace_back(line);
    }
  }
  return out;
}

// Calls `visit` for each #include of each C++ file.
template <typename Visit>
void EachInclude(const Tree& tree, Visit visit) {
  for (const auto& [path, text] : tree) {
    if (!IsCpp(path)) continue;
    for (const std::string& include : Includes(text)) visit(path, include);
  }
}

std::string WithoutCMakeComments(absl::string_view text) {
  std::string out;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    absl::StrAppend(&out, line.substr(0, line.find('#')), "\n");
  }
  return out;
}

}  // namespace

std::string Code(absl::string_view text, bool blank_strings) {
  static const std::regex kRawString(R"re(R"([^()\\ ]{0,16})\()re");
  std::string out(text);
  size_t at = 0;
  // Blanks up to `end` but for the line ends.
  const auto blank = [&](size_t end) {
    for (end = std::min(end, out.size()); at < end; ++at) {
      if (out[at] != '\n') out[at] = ' ';
    }
  };
  const auto find_after = [&](absl::string_view what, size_t from) {
    const size_t found = text.find(what, from);
    return found == absl::string_view::npos ? text.size() : found + what.size();
  };
  while (at < out.size()) {
    const absl::string_view rest = text.substr(at);
    if (absl::StartsWith(rest, "//")) {
      blank(std::min(text.find('\n', at), text.size()));
    } else if (absl::StartsWith(rest, "/*")) {
      blank(find_after("*/", at + 2));
    } else if (absl::StartsWith(rest, "R\"")) {
      const std::string head(rest.substr(0, 20));
      std::smatch match;
      size_t end = at + 2;
      if (std::regex_search(head, match, kRawString, std::regex_constants::match_continuous)) {
        end = find_after(absl::StrCat(")", match[1].str(), "\""), at);
      }
      blank_strings ? blank(end) : void(at = end);
    } else if (rest[0] == '"' || rest[0] == '\'') {
      // A digit separator (10'000) is no quote.
      const bool separator = rest[0] == '\'' && at > 0 &&
                             absl::ascii_isxdigit(static_cast<unsigned char>(out[at - 1]));
      if (separator) {
        ++at;
        continue;
      }
      size_t end = at + 1;
      while (end < text.size() && text[end] != rest[0] && text[end] != '\n') {
        end += text[end] == '\\' ? 2 : 1;
      }
      blank_strings ? blank(end + 1) : void(at = std::min(end + 1, out.size()));
    } else {
      ++at;
    }
  }
  return out;
}

Faults CoreIsPure(const Tree& tree) {
  // As core/CMakeLists.txt adds them.
  static const std::vector<std::string> kOrder = {"chain", "scenario", "register",
                                                  "fleet", "exercise", "scoring",
                                                  "duty",  "atomic",   "rehearsal"};
  static const std::set<std::string> kImpure = {
      "<atomic>",     "<chrono>",       "<condition_variable>",
      "<filesystem>", "<fstream>",      "<future>",
      "<iostream>",   "<mutex>",        "<random>",
      "<semaphore>",  "<shared_mutex>", "<sstream>",
      "<stop_token>", "<thread>",       "<cstdio>",
      "<ctime>"};
  const auto place = [](absl::string_view path) {  // of core/PLACE/..., in kOrder
    const std::vector<std::string> parts = absl::StrSplit(path, '/');
    return std::find(kOrder.begin(), kOrder.end(), parts.size() < 3 ? "" : parts[1]) -
           kOrder.begin();
  };
  Faults faults;
  EachInclude(tree, [&](const std::string& path, const std::string& include) {
    const bool agent = StartsWithAny(path, {"agent/engine.", "agent/health.", "agent/player.h"});
    if (!agent && RoomOf(path) != "core") return;
    bool allowed = false;
    if (include[0] == '<') {
      allowed = absl::StartsWith(include, "<google/protobuf/") ||
                (include.find_first_of("./") == std::string::npos && kImpure.count(include) == 0);
    } else if (absl::StartsWith(include, "core/")) {
      allowed = agent || place(include) <= place(path);
    } else if (absl::StartsWith(include, "absl/")) {
      allowed = !StartsWithAny(include, {"absl/synchronization/", "absl/random/", "absl/time/clock",
                                         "absl/debugging/", "absl/flags/"});
    } else if (agent &&
               StartsWithAny(include, {"agent/engine.h", "agent/health.h", "agent/player.h"})) {
      allowed = true;
    } else {
      allowed = absl::StartsWith(include, "common/base/") ||
                (absl::StartsWith(include, "drill/v1/") && !absl::StrContains(include, ".grpc."));
    }
    // The mailbox waits: it belongs to the threads around the core.
    if (include == "common/base/mailbox.h" || include == "common/base/mutex.h") allowed = false;
    if (!allowed) {
      faults.push_back(absl::StrCat(path, ": includes ", include,
                                    "; this room is pure and sees only messages, common/base and "
                                    "the core rooms before it"));
    }
  });
  return faults;
}

Faults RoomsKeepApart(const Tree& tree) {
  static const std::set<std::string> kPrograms = {"agent", "server", "cli"};
  Faults faults;
  EachInclude(tree, [&](const std::string& path, const std::string& include) {
    const std::string from = RoomOf(path);
    const std::string to = RoomOf(include);
    const bool across = kPrograms.count(from) != 0 && kPrograms.count(to) != 0 && from != to;
    const bool upward = from == "common" && (kPrograms.count(to) != 0 || to == "core");
    const bool tests = from != "tests" && to == "tests";
    if (across || upward || tests) {
      faults.push_back(absl::StrCat(path, ": includes ", include, "; ", from, " may not see ", to));
    }
  });
  return faults;
}

Faults GrpcStaysAtTheEdge(const Tree& tree) {
  Faults faults;
  EachInclude(tree, [&](const std::string& path, const std::string& include) {
    if (!absl::EndsWith(include, ".grpc.pb.h") && !absl::StartsWith(include, "<grpc")) return;
    if (StartsWithAny(
            path, {"server/rpc/", "server/http/", "common/rpc/", "agent/link", "cli/", "tests/"})) {
      return;
    }
    faults.push_back(absl::StrCat(path, ": includes ", include,
                                  "; only server/rpc, server/http, common/rpc, agent/link*, cli "
                                  "and tests speak gRPC"));
  });
  return faults;
}

Faults SqliteStaysInTheJournal(const Tree& tree) {
  Faults faults;
  EachInclude(tree, [&](const std::string& path, const std::string& include) {
    if (!absl::StrContains(include, "sqlite3.h")) return;
    // Tests damage its file and read the decoys that look like one; the bench measures its floor.
    if (StartsWithAny(path, {"server/journal/", "tests/unit/server/journal/",
                             "tests/integration/start_refused_test", "tests/bench/",
                             "tests/unit/agent/catalogue_files_test"})) {
      return;
    }
    faults.push_back(absl::StrCat(path, ": includes ", include,
                                  "; SQL stays in server/journal, behind the Journal interface"));
  });
  return faults;
}

namespace {

struct Exception {
  absl::string_view path;  // a file, or a folder with its slash
  absl::string_view word;  // that it may use
  absl::string_view reason;
};

constexpr Exception kTimeExceptions[] = {
    {"common/os/", "", "the one home of the system's clock, sleep and randomness"},
    {"common/base/mailbox.h", "steady_clock::now",
     "whether a wait on a condition variable is over; nothing is stamped with it"},
    {"server/loop/loop.cc", "steady_clock::now",
     "engine time turned into the time point that the mailbox waits for"},
    {"agent/link.cc", "steady_clock::now", "the wait between two attempts to connect"},
    {"agent/link.cc", "system_clock::now", "gRPC takes its deadlines as system_clock"},
    {"agent/link_enrol.cc", "system_clock::now", "gRPC takes its deadlines as system_clock"},
    {"tests/support/fake_controller.cc", "system_clock::now", "a deadline of gRPC, already over"},
    {"tests/unit/agent/app/link_test.cc", "steady_clock::now",
     "that a stop does not hang; the bound is generous"},
    {"tests/bench/", "", "measures real time"},
};

const Exception* ExceptionFor(absl::string_view path, absl::string_view found) {
  for (const Exception& e : kTimeExceptions) {
    const bool here = absl::EndsWith(e.path, "/") ? absl::StartsWith(path, e.path) : path == e.path;
    if (here && absl::StrContains(found, e.word)) return &e;
  }
  return nullptr;
}

}  // namespace

namespace {

struct Word {
  absl::string_view name;
  // What must come right behind it; empty: nothing.
  std::vector<absl::string_view> then;
  bool member = false;  // also as x.name(): std::chrono's clocks; else that is somebody's own
};

const Word kTimeWords[] = {
    {"Now", {"("}},
    {"now", {"("}},
    {"sleep_for", {}, true},
    {"sleep_until", {}, true},
    {"SleepFor", {}},
    {"sleep", {"("}},
    {"usleep", {"("}},
    {"nanosleep", {"("}},
    {"clock_nanosleep", {"("}},
    {"rand", {"("}},
    {"srand", {"("}},
    {"random_device", {}, true},
    {"getrandom", {"("}},
    {"RAND_bytes", {"("}},
    {"clock_gettime", {"("}},
    {"gettimeofday", {"("}},
    {"time", {"(nullptr", "(NULL", "(0)"}},
};

bool IsIdentifier(char c) { return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '_'; }

// Where the word stands in the code, from `from` on: the whole name with its qualifiers
// ("std::chrono::steady_clock::now"); npos: nowhere.
size_t FindWord(absl::string_view code, const Word& word, size_t from, std::string* found) {
  for (size_t at = code.find(word.name, from); at != absl::string_view::npos;
       at = code.find(word.name, at + 1)) {
    size_t begin = at;
    while (begin > 0 && (IsIdentifier(code[begin - 1]) || code[begin - 1] == ':')) --begin;
    const size_t end = at + word.name.size();
    const bool whole = (at == 0 || !IsIdentifier(code[at - 1])) &&
                       (end == code.size() || !IsIdentifier(code[end]));
    if (!whole) continue;
    const bool member = begin > 0 && (code[begin - 1] == '.' || code[begin - 1] == '>');
    if (member && !word.member) continue;
    const absl::string_view rest = absl::StripLeadingAsciiWhitespace(code.substr(end));
    if (!word.then.empty() &&
        std::none_of(word.then.begin(), word.then.end(),
                     [&](absl::string_view then) { return absl::StartsWith(rest, then); })) {
      continue;
    }
    *found = std::string(code.substr(begin, end - begin));
    // A function of ours may be called so; a clock's is qualified.
    if (word.name == "now" && !absl::EndsWith(*found, "::now")) continue;
    if (word.name == "Now" && !absl::EndsWith(*found, "absl::Now")) continue;
    return at;
  }
  return absl::string_view::npos;
}

}  // namespace

Faults TimeAndChanceComeFromOs(const Tree& tree) {
  Faults faults;
  std::set<const Exception*> used;
  for (const auto& [path, text] : tree) {
    if (!IsCpp(path)) continue;
    const std::string code = Code(text, true);
    for (const Word& word : kTimeWords) {
      std::string found;
      for (size_t at = FindWord(code, word, 0, &found); at != std::string::npos;
           at = FindWord(code, word, at + 1, &found)) {
        if (const Exception* e = ExceptionFor(path, found); e != nullptr) {
          used.insert(e);
          continue;
        }
        const auto line =
            std::count(code.begin(), code.begin() + static_cast<std::ptrdiff_t>(at), '\n') + 1;
        faults.push_back(absl::StrCat(path, ":", line, ": ", found,
                                      "; take time and chance as arguments, or from common/os"));
      }
    }
  }
  for (const Exception& e : kTimeExceptions) {
    const bool folder = absl::EndsWith(e.path, "/");
    if (!folder && tree.count(std::string(e.path)) != 0 && used.count(&e) == 0) {
      faults.push_back(absl::StrCat(e.path, ": uses ", e.word,
                                    " no more; remove its exception from tests/unit/tree"));
    }
  }
  return faults;
}

Faults VocabularyIsDeterministic(const Tree& tree) {
  static const std::regex kForbidden(R"(\b(map\s*<|float\b|double\b|google\.protobuf\.Any\b))");
  Faults faults;
  for (const auto& [path, text] : tree) {
    if (!absl::StartsWith(path, "proto/drill/")) continue;
    const std::string code = Code(text, true);
    std::smatch match;
    if (!std::regex_search(code, match, kForbidden)) continue;
    faults.push_back(absl::StrCat(path, ": ", match.str(),
                                  "; equal messages must have equal bytes: use repeated messages "
                                  "and integers"));
  }
  return faults;
}

namespace {

// foreach(name a b) ... endforeach(), not nested, written out.
std::string WithoutLoops(std::string text) {
  static const std::regex kLoop(R"(foreach\s*\(\s*(\w+)\s+([^()]*)\)([\s\S]*?)endforeach\s*\()");
  std::smatch loop;
  while (std::regex_search(text, loop, kLoop)) {
    const std::string variable = absl::StrCat("${", loop[1].str(), "}");
    const std::string values = loop[2];
    std::string body;
    for (absl::string_view value :
         absl::StrSplit(values, absl::ByAnyChar(" \t\n"), absl::SkipEmpty())) {
      absl::StrAppend(&body, absl::StrReplaceAll(loop[3].str(), {{variable, value}}), "\n");
    }
    text = absl::StrCat(loop.prefix().str(), body, "(", loop.suffix().str());
  }
  return text;
}

// Adds all that a CMakeLists.txt names, as paths from the root.
void AddNamed(const std::string& folder, absl::string_view text, std::set<std::string>* named) {
  const std::string plain = WithoutLoops(WithoutCMakeComments(text));
  for (absl::string_view word :
       absl::StrSplit(plain, absl::ByAnyChar(" \t\n()\";"), absl::SkipEmpty())) {
    if (absl::ConsumePrefix(&word, "${CMAKE_SOURCE_DIR}/")) {
      named->emplace(word);
      continue;
    }
    absl::ConsumePrefix(&word, "${CMAKE_CURRENT_SOURCE_DIR}/");
    std::string from = folder;
    while (absl::ConsumePrefix(&word, "../") && !from.empty()) {
      from = FolderOf(absl::string_view(from).substr(0, from.size() - 1));
    }
    named->insert(absl::StrCat(from, word));
  }
}

}  // namespace

Faults EverySourceIsBuilt(const Tree& tree) {
  static const std::regex kGlob(R"(\bfile\s*\(\s*GLOB|\baux_source_directory\b)",
                                std::regex::icase);
  Faults faults;
  std::set<std::string> named;
  for (const auto& [path, text] : tree) {
    if (!IsCMake(path)) continue;
    if (std::regex_search(WithoutCMakeComments(text), kGlob)) {
      faults.push_back(absl::StrCat(path, ": finds its sources itself; name each of them"));
    }
    if (absl::EndsWith(path, "CMakeLists.txt")) AddNamed(FolderOf(path), text, &named);
  }
  for (const auto& [path, text] : tree) {
    // Of a CMakeLists.txt it is its folder that must be named.
    std::string wanted = path;
    if (absl::EndsWith(path, "/CMakeLists.txt")) {
      wanted = path.substr(0, path.rfind('/'));
    } else if (!absl::EndsWith(path, ".cc")) {
      continue;
    }
    if (named.count(wanted) != 0) continue;
    faults.push_back(absl::StrCat(path, ": no CMakeLists.txt names it; what is not built rots"));
  }
  return faults;
}

Faults GuardsFitPaths(const Tree& tree) {
  Faults faults;
  for (const auto& [path, text] : tree) {
    if (!absl::EndsWith(path, ".h")) continue;
    std::string guard = "DRILL_";
    for (const char c : path) {
      const auto u = static_cast<unsigned char>(c);
      guard += absl::ascii_isalnum(u) ? absl::ascii_toupper(u) : '_';
    }
    guard += '_';
    const std::string code = Code(text, true);
    const std::string head = absl::StrCat("#ifndef ", guard, "\n#define ", guard, "\n");
    const bool first = absl::StartsWith(absl::StripLeadingAsciiWhitespace(code), head);
    const bool last = absl::EndsWith(absl::StripTrailingAsciiWhitespace(code), "#endif");
    if (!first || !last) {
      faults.push_back(
          absl::StrCat(path, ": its include guard must be ", guard, ", around everything"));
    }
  }
  return faults;
}

namespace {

int LinesMax(absl::string_view path) {
  return absl::StartsWith(path, "tests/") ? kTestLinesMax : kSourceLinesMax;
}

}  // namespace

Faults FilesAreShort(const Tree& tree) {
  Faults faults;
  for (const auto& [path, text] : tree) {
    const auto lines = std::count(text.begin(), text.end(), '\n');
    const int most = LinesMax(path);
    if (lines <= most) continue;
    faults.push_back(absl::StrCat(path, ": ", lines, " lines; at most ", most, ", split it"));
  }
  return faults;
}

}  // namespace drill::tree
