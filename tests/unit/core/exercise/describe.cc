// The fold in words. Everything that a record can change stands here, so that two texts differ
// wherever two folds do.

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/digest.h"
#include "core/chain/chain.h"
#include "tests/unit/core/exercise/drill_room.h"

namespace drill::testing {
namespace {

const char* StageName(OrderState::Stage stage) {
  static constexpr const char* kNames[] = {"none",   "started", "applied", "blocked",
                                           "failed", "refused", "missed",  "interrupted"};
  return kNames[static_cast<int>(stage)];
}

const char* StatusName(InjectState::Status status) {
  static constexpr const char* kNames[] = {"waiting", "scheduled", "released", "revoked"};
  return kNames[static_cast<int>(status)];
}

// Without the prefix that all values of the enum share.
std::string Short(const std::string& name, size_t prefix) {
  return name.size() > prefix ? name.substr(prefix) : name;
}

template <typename Range>
std::string Triples(const Range& range) {
  return absl::StrJoin(range, " ", [](std::string* out, const auto& t) {
    absl::StrAppend(out, std::get<0>(t), "/", std::get<1>(t), "/", std::get<2>(t));
  });
}

std::string Bytes(const google::protobuf::Message& message) {
  return Hex(Sha256(message.SerializeAsString())).substr(0, 16);
}

void DescribeOrders(const Exercise& e, const InjectState& inject, std::string* out) {
  for (size_t p = 0; p < inject.orders.size(); ++p) {
    const OrderState& o = inject.orders[p];
    absl::StrAppend(
        out, "  order ", e.hosts[static_cast<size_t>(inject.hosts[p])].host.id(), "/", o.attempt,
        " ", StageName(o.stage), " cleanup ", Short(v1::CleanupResult_Name(o.cleanup), 15), " by ",
        Short(v1::UndoReason_Name(o.undo_reason), 12), o.residue_accepted ? " accepted" : "",
        " started ", o.started_us, "±", o.error_us, " noticeable ", o.noticeable_us, " undone ",
        o.undone_us, " late ", o.late_us, " records ", o.started_record, " ", o.applied_record, " ",
        o.undone_record, "\n");
  }
}

void DescribeInject(const Exercise& e, const InjectState& inject, std::string* out) {
  absl::StrAppend(out, "inject ", inject.inject.id(), " of ", inject.scope_inject, " ",
                  Bytes(inject.inject), " ", StatusName(inject.status), inject.held ? " held" : "",
                  inject.direct ? " direct" : "", inject.added ? " added" : "",
                  inject.may_have_started ? " may-have-started" : "", " revoked-by ",
                  inject.revoke_reason, " planned ", inject.planned_ex_us, " = ", inject.planned_us,
                  " released ", inject.released_us, " late ", inject.late_us, " record ",
                  inject.released_record, " anchors ", inject.started_us, " ", inject.detected_us,
                  " ", inject.reported_us, " ", inject.contained_us, " ", inject.recovered_us, " ",
                  inject.answered_us, "\n");
  DescribeOrders(e, inject, out);
  for (const auto& [host, manual] : inject.manual) {
    absl::StrAppend(out, "  by hand ", e.hosts[static_cast<size_t>(host)].host.id(), " ",
                    Bytes(manual.played), " record ", manual.record, "\n");
  }
}

void DescribeObservation(const ObservationState& o, std::string* out) {
  absl::StrAppend(out, "observation ", o.made.observation(), " ", Bytes(o.made), " at ",
                  o.received_us, " record ", o.record, " rejected ", o.rejection, " by ",
                  o.rejection_record, "\n");
  for (const Match& m : o.matches) {
    absl::StrAppend(out, "  match ", m.inject, "/", m.host, " credit ", m.credit_permille, " from ",
                    m.counts_us, m.by_evaluator ? " by evaluator" : "", " record ", m.record, "\n");
  }
}

}  // namespace

std::string Describe(const Exercise& e) {
  std::string out = absl::StrCat(
      "exercise ", e.id(), " ", Bytes(e.created), " approved ", Bytes(e.approved), " ",
      Short(v1::Phase_Name(e.phase), 6), " from ", e.start_us, " to ", e.end_us, " = ", e.end_ex_us,
      e.aborted ? " aborted" : "", e.real_incident ? " real-incident" : "", " head ",
      e.head_stream_seq, " final ", Bytes(e.final_score), " note '", e.close_note, "'\n");
  for (const auto& s : e.clock.segments()) {
    absl::StrAppend(&out, "clock ", s.from_us, " = ", s.ex_us, " × ", s.speed_permille, "\n");
  }
  absl::StrAppend(&out, "clock runs ", e.clock.running(), " × ", e.clock.speed_permille(), "\n");
  for (const auto& [from, to] : e.real_incidents) {
    absl::StrAppend(&out, "real incident ", from, " ", to, "\n");
  }
  for (const ExerciseHost& h : e.hosts) {
    absl::StrAppend(&out, "host ", h.host.id(), " ", h.system, " ", h.part, " checked ", h.checked,
                    " ", Bytes(h.check), " connected ", h.connected, "\n");
  }
  for (const InjectState& inject : e.injects) DescribeInject(e, inject, &out);
  for (const ObservationState& o : e.observations) DescribeObservation(o, &out);
  for (const auto& [team, count] : e.said) absl::StrAppend(&out, "said ", team, " ", count, "\n");
  for (size_t i = 0; i < e.ratings.size(); ++i) {
    absl::StrAppend(&out, "rating ", e.rated_by[i], " ", e.ratings[i].ShortDebugString(), "\n");
  }
  absl::StrAppend(&out, "stale ", Triples(e.stale_attempts), "; left ", Triples(e.stale_residue),
                  "\n");
  for (const auto& [key, lines] : e.residue) {
    absl::StrAppend(&out, "residue ", key.first, "/", key.second, " ", absl::StrJoin(lines, " | "),
                    "\n");
  }
  for (const auto& [key, traces] : e.traces) {
    for (const v1::Trace& trace : traces) {
      absl::StrAppend(&out, "trace ", key.first, "/", key.second, " ", trace.ShortDebugString(),
                      "\n");
    }
  }
  for (const AlertState& alert : e.alerts) {
    absl::StrAppend(&out, "alert ", alert.received_us, " #", alert.record, " ",
                    alert.alert.ShortDebugString());
    for (const AlertMatch& match : alert.matches) {
      absl::StrAppend(&out, " = ", match.inject, "/", match.host, " #", match.record);
    }
    for (const auto& [team, known] : alert.acknowledged) {
      absl::StrAppend(&out, " known to ", team, " by ", known.person, " ", known.at_us);
    }
    absl::StrAppend(&out, "\n");
  }
  for (const InjectState& inject : e.injects) {
    if (inject.alert_us == 0 && inject.acknowledged_us == 0) continue;
    absl::StrAppend(&out, "alerted ", inject.inject.id(), " ", inject.alert_us, " ",
                    inject.acknowledged_us, "\n");
  }
  for (const auto& [key, at] : e.reads) {
    absl::StrAppend(&out, "read ", key.first, " ", key.second, " ", at, "\n");
  }
  return out;
}

std::string Describe(const State& s) {
  std::string out = absl::StrCat("seq ", s.seq, " time ", s.last_time_us, " epoch ", s.epoch,
                                 " up ", s.up_since_us, " alive ", s.last_alive_us, "\nregister ",
                                 Bytes(s.reg.All()), "\n");
  for (const auto& [id, scenario] : s.reg.scenarios) {
    absl::StrAppend(&out, "scenario ", id, " ", Bytes(scenario), "\n");
  }
  for (const auto& [id, token] : s.reg.tokens) {
    absl::StrAppend(&out, "token ", id, " ", token.person, " ", Hex(token.sha256), " ",
                    token.expires_us, token.revoked ? " revoked" : "", "\n");
  }
  // Of a hash map: by host, for an order.
  absl::btree_map<std::string, std::string> enrolments;
  for (const auto& [secret, enrolment] : s.reg.enrolments) {
    enrolments[enrolment.token_id] =
        absl::StrCat(enrolment.host, " ", enrolment.expires_us, enrolment.used ? " used" : "");
  }
  for (const auto& [id, text] : enrolments)
    absl::StrAppend(&out, "enrolment ", id, " ", text, "\n");
  for (const auto& [host, key] : s.reg.agent_keys) {
    absl::StrAppend(&out, "agent ", host, " ", Hex(key), "\n");
  }
  for (const auto& [host, box] : s.outbox) {
    absl::StrAppend(&out, "outbox ", host, " ", box.first, " ", box.second, "\n");
  }
  for (const auto& [stream, head] : s.streams) {
    absl::StrAppend(&out, "stream ", stream, " ", head.stream_seq, " ", Hex(head.hash), "\n");
  }
  absl::StrAppend(&out, "requests ", s.requests.size(), "\n");
  for (const auto& [id, exercise] : s.exercises) absl::StrAppend(&out, Describe(*exercise));
  return out;
}

}  // namespace drill::testing
