// Malformed files, one fault each, with the exact words and place of the fault.
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "drill/v1/action.pb.h"
#include "drill/v1/scenario.pb.h"
#include "tests/unit/common/yaml_test_messages.h"

namespace drill::yaml {
namespace {

using ::drill::testing::FaultsOf;
using ::drill::yaml::test::Forms;

constexpr char kInt32[] = "expected a whole number from -2147483648 to 2147483647";
constexpr char kLength[] = "expected a length of time such as 90s, 1h30m or 2d";
constexpr char kTime[] = "expected a time such as 2026-11-22T09:00:00+07:00";
constexpr char kDay[] = "expected a day such as 2026-11-22";

struct Case {
  std::string yaml;
  // Without "f.yaml:".
  std::string fault;
};

template <typename M>
void Check(const std::vector<Case>& cases) {
  for (const Case& c : cases) {
    EXPECT_EQ(FaultsOf<M>(c.yaml), absl::StrCat("f.yaml:", c.fault)) << c.yaml;
  }
}

TEST(YamlFault, Values) {
  Check<Forms>({
      {"i32: abc", absl::StrCat("1:6: i32: found \"abc\", ", kInt32)},
      {"i32: 0x10", absl::StrCat("1:6: i32: found \"0x10\", ", kInt32)},
      {"i32: 1_0", absl::StrCat("1:6: i32: found \"1_0\", ", kInt32)},
      {"i32: 0644",
       absl::StrCat("1:6: i32: found \"0644\", ", kInt32, " (write it without leading zeros)")},
      {"i32: \"5\"", absl::StrCat("1:6: i32: found the text \"5\", ", kInt32, " (without quotes)")},
      {"i32: !!str 5",
       absl::StrCat("1:6: i32: found the text \"5\", ", kInt32, " (without quotes)")},
      {"i32: 3000000000",
       absl::StrCat("1:6: i32: found \"3000000000\", ", kInt32, " (out of range)")},
      {"i64: 9223372036854775808",
       "1:6: i64: found \"9223372036854775808\", expected a whole number from "
       "-9223372036854775808 to 9223372036854775807 (out of range)"},
      {"u32: -1",
       "1:6: u32: found \"-1\", expected a whole number from 0 to 4294967295 (out of range)"},
      {"u64: 18446744073709551616",
       "1:6: u64: found \"18446744073709551616\", expected a whole number from 0 to "
       "18446744073709551615 (out of range)"},
      {"flag: yes", "1:7: flag: found \"yes\", expected true or false"},
      {"flag: True", "1:7: flag: found \"True\", expected true or false"},
      {"flag: 'true'",
       "1:7: flag: found the text \"true\", expected true or false (without quotes)"},
      {"data: '*'", "1:7: data: found the text \"*\", expected base64"},
      {"data: AQI",
       "1:7: data: found \"AQI\", expected base64 (it is cut short or lacks its padding)"},
      {"text: \"a\\0b\"", "1:7: text: found the text \"a\\x00b\", expected text (it holds a NUL)"},
      {"words: \"\\0\"",
       "1:8: words: found the text \"\\x00\", expected text, or a mapping of vi and en (it holds "
       "a NUL)"},
      {"length: 90",
       absl::StrCat("1:9: length: found \"90\", ", kLength, " (the unit is missing, write 90s)")},
      {"length: -90s",
       absl::StrCat("1:9: length: found \"-90s\", ", kLength, " (it cannot be negative)")},
      {"when: 2026-11-22T09:00:00",
       absl::StrCat("1:7: when: found \"2026-11-22T09:00:00\", ", kTime,
                    " (the zone is missing, give +07:00 or Z)")},
      {"day: 2026-02-29",
       absl::StrCat("1:6: day: found \"2026-02-29\", ", kDay, " (no such day in the calendar)")},
      {"day: {year: 2026}", absl::StrCat("1:6: day: found a mapping, ", kDay)},
      {"length: [1s]", absl::StrCat("1:9: length: found a list, ", kLength)},
      {"text: [a]", "1:7: text: found a list, expected text"},
      {"text: {a: b}", "1:7: text: found a mapping, expected text"},
      {"words: [a]", "1:8: words: found a list, expected text, or a mapping of vi and en"},
      {"inner: 5", "1:8: inner: found \"5\", expected a mapping of the keys of Forms"},
      {"inner: [i32]", "1:8: inner: found a list, expected a mapping of the keys of Forms"},
      {"inner:\n  i32: x", absl::StrCat("2:8: i32: found \"x\", ", kInt32)},
      {"i32s: 5", absl::StrCat("1:7: i32s: found \"5\", expected a list, each a whole number from "
                               "-2147483648 to 2147483647")},
      {"inners: {i32: 5}",
       "1:9: inners: found a mapping, expected a list, each a mapping of the keys of Forms"},
      {"i32s:\n- 1\n- x\n", absl::StrCat("3:3: i32s[1]: found \"x\", ", kInt32)},
  });
}

TEST(YamlFault, Enums) {
  Check<Forms>({
      {"colour: bleu", "1:9: colour: found \"bleu\", expected one of: dark_blue, red"},
      {"colour: rad",
       "1:9: colour: found \"rad\", expected one of: dark_blue, red (did you mean \"red\"?)"},
      {"colour: RED",
       "1:9: colour: found \"RED\", expected one of: dark_blue, red (did you mean \"red\"?)"},
      {"colour: 1", "1:9: colour: found \"1\", expected one of: dark_blue, red"},
      {"colour: unspecified",
       "1:9: colour: found \"unspecified\", expected one of: dark_blue, red"},
      {"letter: foxtrott",
       "1:9: letter: found \"foxtrott\", expected a word of Letter (did you mean \"foxtrot\"?)"},
      {"letter: xyzzy-plugh", "1:9: letter: found \"xyzzy-plugh\", expected a word of Letter"},
  });
}

TEST(YamlFault, MissingValues) {
  Check<Forms>({
      {"text:", "1:6: text: found no value, expected text; or remove the key"},
      {"text: null", "1:7: text: found no value, expected text; or remove the key; or quote it"},
      {"text: ~", "1:7: text: found no value, expected text; or remove the key; or quote it"},
      {"text: !!null ''", "1:7: text: found no value, expected text; or remove the key"},
      {"flag: Null", "1:7: flag: found no value, expected true or false; or remove the key"},
      {"i32:\ntext: a", absl::StrCat("1:5: i32: found no value, ", kInt32, "; or remove the key")},
      {"inner:",
       "1:7: inner: found no value, expected a mapping of the keys of Forms; or remove "
       "the key"},
      {"words:",
       "1:7: words: found no value, expected text, or a mapping of vi and en; or remove the key"},
      {"texts:", "1:7: texts: found no value, expected a list, each text"},
      {"texts:\n- a\n-\n- b",
       "3:2: texts[1]: found no value, expected text; or remove the element"},
  });
}

TEST(YamlFault, Keys) {
  Check<v1::Cue>({
      {"bodi: x",
       "1:1: unknown key \"bodi\" in Cue (did you mean \"body\"?), expected one of: body"},
      {"Body: x",
       "1:1: unknown key \"Body\" in Cue (did you mean \"body\"?), expected one of: body"},
      {"strange: {a: [b, c], d: *x}",
       "1:1: unknown key \"strange\" in Cue, expected one of: body\n"
       "f.yaml:1:25: alias *x has no anchor before it, expected one of the file's earlier &names"},
      {"\"a\\nb\": x", "1:1: unknown key \"a\\nb\" in Cue, expected one of: body"},
      {"'': x", "1:1: unknown key \"\" in Cue, expected one of: body"},
      {"<<: {body: x}", "1:1: merge key << is not supported, expected the keys themselves"},
      {"'<<': {body: x}", "1:1: unknown key \"<<\" in Cue, expected one of: body"},
      {"? [a, b]\n: x", "1:3: found a list as a key, expected a key of Cue"},
      {"? {body: y}\n: x", "1:3: found a mapping as a key, expected a key of Cue"},
      {"body: x\nbody: y\nbody: z",
       "2:1: key body is repeated, first given at 1:1\n"
       "f.yaml:3:1: key body is repeated, first given at 1:1"},
      {"body:\n  vi: x\n  fr: y", "3:3: unknown key \"fr\" in Text, expected one of: vi, en"},
  });
  // A dot stands for an underscore, so these are one key given twice.
  Check<v1::Action>({
      {"files.encrypt: {}\nfiles_encrypt: {}",
       "2:1: key files_encrypt is repeated, first given at 1:1"},
      {"files.encrypt: {}\nweb.deface: {}",
       "2:1: key web_deface stands beside files_encrypt given at 1:1, expected only one of the "
       "two"},
      {"files.encript: {}",
       "1:1: unknown key \"files.encript\" in Action (did you mean \"files.encrypt\"?), expected "
       "one of: files.encrypt, web.deface, process.run_decoy, log.append, files.exfiltrate, "
       "network.beacon, network.scan, network.flood, network.listen, dns.query, "
       "account.create, persistence.cron and 12 more"},
  });
  Check<test::Empty>({{"a: b", "1:1: unknown key \"a\" in Empty, expected no keys"}});
}

TEST(YamlFault, LongTextIsCutAndNeverReachesATerminalRaw) {
  EXPECT_EQ(FaultsOf<Forms>(absl::StrCat("flag: ", std::string(500, 'x'))),
            absl::StrCat("f.yaml:1:7: flag: found \"", std::string(60, 'x'),
                         "...\", expected true or false"));
  EXPECT_EQ(FaultsOf<Forms>("flag: \"\\e[31m\\u009B\\\"\""),
            "f.yaml:1:7: flag: found the text \"\\x1b[31m\\x9b\\\"\", expected true or false "
            "(without quotes)");
}

TEST(YamlFault, Documents) {
  Check<Forms>({
      {"", "1:1: the file is empty"},
      {"# only a comment\n", "1:1: the file is empty"},
      {"---\n...\n", "2:1: the file is empty"},
      {"~", "1:1: the file is empty"},
      {"just words", "1:1: found \"just words\", expected a mapping of the keys of Forms"},
      {"- i32: 1", "1:1: found a list, expected a mapping of the keys of Forms"},
      {"i32: 1\n---\ni32: 2", "2:1: a second document begins, expected one document in a file"},
  });
}

TEST(YamlFault, Tags) {
  Check<Forms>({
      {"text: !mine x", "1:7: unknown tag \"!mine\", expected no tag"},
      {"inner: !mine {i32: x}", absl::StrCat("1:8: unknown tag \"!mine\", expected no tag\n"
                                             "f.yaml:1:20: i32: found \"x\", ",
                                             kInt32)},
      {"text: !!python/object x", "1:7: tag !!python/object does not belong here, expected no tag"},
      {"text: !!timestamp x", "1:7: tag !!timestamp does not belong here, expected no tag"},
      {"text: !!map x", "1:7: tag !!map does not belong here, expected no tag"},
      {"inner: !!set {}", "1:8: tag !!set does not belong here, expected no tag"},
      {"texts: !!map []", "1:8: tag !!map does not belong here, expected no tag"},
      {"text: !!int 5", "1:7: text: found \"5\", expected text (its tag makes it something else)"},
      {"text: !!float 5",
       "1:7: text: found \"5\", expected text (its tag makes it something else)"},
      {"text: !!binary AQ==",
       "1:7: text: found \"AQ==\", expected text (its tag makes it something else)"},
  });
}

TEST(YamlFault, SyntaxIsRelayedWithItsPlaceAfterWhatCameBefore) {
  Check<Forms>({
      {"i32: 1\n text: a",
       absl::StrCat("1:6: i32: found \"1 text\", ", kInt32,
                    "\nf.yaml:2:6: mapping values are not allowed in this context")},
      {"i32: x\ntexts: [a, b\n",
       absl::StrCat("1:6: i32: found \"x\", ", kInt32,
                    "\nf.yaml:3:1: did not find expected ',' or ']' (while parsing a flow "
                    "sequence that begins at 2:8)")},
      {"i32: 1\n\ttext: a",
       "2:1: found a tab character that violates indentation, found a tab, expected spaces (while "
       "scanning a plain scalar that begins at 1:6)"},
      {"inner:\n\ti32: 1",
       "2:1: found character that cannot start any token, found a tab, expected spaces (while "
       "scanning for the next token)"},
      {"text: \"open",
       "1:12: found unexpected end of stream (while scanning a quoted scalar that "
       "begins at 1:7)"},
      {"text: %bad",
       "1:7: found character that cannot start any token (while scanning for the "
       "next token)"},
      {"%YAML 3.0\n---\ni32: 1", "1:1: found incompatible YAML document"},
  });
}

TEST(YamlFault, Encoding) {
  Check<Forms>({
      {"i32: 1\ntext: ch\xC3\xA0o \xFF", "2:12: invalid leading UTF-8 octet, found 0xFF"},
      {"text: a\xC3(", "1:9: invalid trailing UTF-8 octet, found 0x28"},
      {"text: \xC3", "1:7: incomplete UTF-8 octet sequence"},
      {"text: \xED\xA0\x80", "1:7: invalid Unicode character, found 0xD800"},
      {"text: \xC0\x80", "1:7: invalid length of a UTF-8 sequence"},
      {"a: 1\r\nb: \x01", "2:4: control characters are not allowed, found 0x01"},
      {std::string("text: a\0b", 9), "1:8: control characters are not allowed, found 0x00"},
      {std::string("\xFF\xFEi\0", 4), "1:1: invalid leading UTF-8 octet, found 0xFF"},
      {"text: \"\\uD800\"",
       "1:10: found invalid Unicode character escape code (while parsing a quoted scalar that "
       "begins at 1:7)"},
  });
}

}  // namespace
}  // namespace drill::yaml
