#ifndef DRILL_CLI_DECONFLICTION_PACK_H_
#define DRILL_CLI_DECONFLICTION_PACK_H_

#include <string>
#include <vector>

#include "cli/text.h"
#include "drill/v1/api.pb.h"

// What the drill made, for a SOC: to tell drill from incident, and to purge afterwards. Pure;
// equal entries give equal bytes.
namespace drill::cli {

// By host, then time, then inject and attempt.
std::vector<v1::DeconflictionEntry> InOrder(const v1::Deconfliction& found);

// One line a trace, with a line of titles; RFC 4180, CRLF. `bom` for spreadsheets that take UTF-8
// for something else without it.
std::string PackCsv(const std::vector<v1::DeconflictionEntry>& entries, bool bom);

// A STIX 2.1 bundle: one observed-data an artefact with its cyber-observable objects, in a
// grouping for the exercise. Ids rest on names, none on chance: a second pack updates the first
// one's objects. No indicators: it tells what was there, not what to hunt for.
std::string PackStix(const std::string& exercise,
                     const std::vector<v1::DeconflictionEntry>& entries);

// For people.
std::string PackText(Language language, const std::string& exercise,
                     const std::vector<v1::DeconflictionEntry>& entries);

// "OURS: path /srv/x, exercise..., still there", one entry.
std::string EntryText(Language language, const v1::DeconflictionEntry& entry);

}  // namespace drill::cli

#endif  // DRILL_CLI_DECONFLICTION_PACK_H_
