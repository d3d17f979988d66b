#include "core/scoring/chance.h"

#include <algorithm>

namespace drill::scoring {

void AddRecord(uint64_t record, Records* records) {
  if (record == 0) return;
  if (records->empty()) records->reserve(4);  // as many as most results have
  auto at = std::lower_bound(records->begin(), records->end(), record);
  if (at == records->end() || *at != record) records->insert(at, record);
}
void AddRecords(const Records& from, Records* records) {
  for (uint64_t record : from) AddRecord(record, records);
}

namespace {

using Stage = OrderState::Stage;

// An undo that took the team's chance away, rather than the end of the drill.
bool Censors(const OrderState& order) {
  return order.undone_us != 0 &&
         (order.undo_reason == v1::UNDO_REASON_STOPPED ||
          order.undo_reason == v1::UNDO_REASON_SILENCE ||
          order.undo_reason == v1::UNDO_REASON_WINDOW ||
          order.undo_reason == v1::UNDO_REASON_HOST || order.undo_reason == v1::UNDO_REASON_FAILED);
}

// Not released: it may still come, or it never will.
bool Unreleased(const Exercise& exercise, const InjectState& inject, Chance* chance) {
  if (inject.status == InjectState::Status::kReleased) return false;
  if (inject.status == InjectState::Status::kRevoked) {
    *chance = {Chance::Kind::kNotPlayed, 0, 0, 0, "revoked before it was released", {}};
  } else if (exercise.Over()) {
    *chance = {Chance::Kind::kNotPlayed, 0, 0, 0, "never released", {}};
  } else {
    *chance = {Chance::Kind::kOpen, 0, 0, 0, "not released yet", {}};
  }
  return true;
}

Chance ChanceOfManual(const Exercise& exercise, const InjectState& inject, int host) {
  Chance chance;
  // Attested is played, whatever became of the inject afterwards.
  if (auto it = inject.manual.find(host); it != inject.manual.end()) {
    chance.kind = Chance::Kind::kPlayed;
    chance.from_us = it->second.played.at_us();
    chance.error_us = it->second.played.error_us();
    AddRecord(it->second.record, &chance.records);
    return chance;
  }
  if (Unreleased(exercise, inject, &chance)) return chance;
  AddRecord(inject.released_record, &chance.records);
  chance.kind = exercise.Over() ? Chance::Kind::kNotPlayed : Chance::Kind::kOpen;
  chance.why = exercise.Over() ? "never attested as played" : "not attested as played yet";
  return chance;
}

absl::string_view WhyNotPlayed(Stage stage) {
  switch (stage) {
    case Stage::kFailed:
      return "not played: it failed on the host";
    case Stage::kRefused:
      return "not played: refused by the host's policy or scope";
    case Stage::kMissed:
      return "not played: its time had passed";
    case Stage::kInterrupted:
      return "not played: the agent died in it";
    default:
      return "";
  }
}

}  // namespace

Chance ChanceOn(const Exercise& exercise, const InjectState& inject, size_t position) {
  if (inject.is_manual()) return ChanceOfManual(exercise, inject, inject.hosts[position]);
  const OrderState& order = inject.orders[position];
  Chance chance;
  chance.error_us = order.error_us;
  AddRecord(order.started_record, &chance.records);
  switch (order.stage) {
    case Stage::kNone:
      if (Unreleased(exercise, inject, &chance)) return chance;
      chance.kind = exercise.Over() ? Chance::Kind::kNotPlayed : Chance::Kind::kOpen;
      chance.why = exercise.Over() ? "not played: the host never started it" : "not started yet";
      return chance;
    case Stage::kStarted:
      chance.kind = exercise.Over() ? Chance::Kind::kNotPlayed : Chance::Kind::kOpen;
      chance.why = exercise.Over() ? "not played: the host never confirmed its effect"
                                   : "started, its effect not confirmed yet";
      return chance;
    case Stage::kBlocked:
      chance.kind = Chance::Kind::kBlocked;
      chance.from_us = order.started_us != 0 ? order.started_us : order.undone_us;
      chance.why = "a control of the host stopped it";
      AddRecord(order.undone_record, &chance.records);
      return chance;
    case Stage::kApplied:
      break;
    default:
      chance.kind = Chance::Kind::kNotPlayed;
      chance.why = WhyNotPlayed(order.stage);
      AddRecord(order.undone_record, &chance.records);
      return chance;
  }
  AddRecord(order.applied_record, &chance.records);
  if (order.noticeable_us == 0) {
    chance.kind = Chance::Kind::kUnnoticeable;
    chance.why = "nothing noticeable on host: a finding about technology";
    return chance;
  }
  chance.kind = Chance::Kind::kPlayed;
  chance.from_us = order.noticeable_us;
  if (Censors(order)) {
    chance.undone_us = order.undone_us;
    AddRecord(order.undone_record, &chance.records);
  }
  return chance;
}

Chance ChanceOfMessage(const Exercise& exercise, const InjectState& inject) {
  Chance chance;
  if (Unreleased(exercise, inject, &chance)) return chance;
  chance.kind = Chance::Kind::kPlayed;
  chance.from_us = inject.released_us;
  AddRecord(inject.released_record, &chance.records);
  return chance;
}

}  // namespace drill::scoring
