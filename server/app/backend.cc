#include "server/app/backend.h"

#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "common/base/digest.h"
#include "common/base/status.h"
#include "common/keys/certificate.h"
#include "common/keys/final_proof.h"
#include "core/duty/duty.h"
#include "core/exercise/decide.h"
#include "server/app/finals.h"
#include "server/report/aar.h"
#include "server/view/queries.h"

namespace drill {
namespace {

absl::Status Busy() {
  return absl::ResourceExhaustedError("the controller is busy; try again in a moment");
}

template <typename T>
absl::StatusOr<QueryReply> Reply(absl::StatusOr<T> reply) {
  if (!reply.ok()) return reply.status();
  return QueryReply(*std::move(reply));
}

int YearOf(int64_t us) {
  const absl::TimeZone hanoi = absl::FixedTimeZone(7 * 3600);
  return static_cast<int>(absl::ToCivilYear(absl::FromUnixMicros(us), hanoi).year());
}

// Statuses of the hosts that an answer speaks of.
AgentStatuses StatusesOf(const Engine& engine, const std::string& exercise, int64_t now_us) {
  AgentStatuses out;
  if (const Exercise* e = engine.state().FindExercise(exercise); e != nullptr) {
    for (const ExerciseHost& host : e->hosts) {
      out[host.host.id()] = engine.fleet().StatusOf(host.host.id(), now_us);
    }
    return out;
  }
  if (!exercise.empty()) return out;
  for (const auto& [id, host] : engine.state().reg.hosts) {
    out[id] = engine.fleet().StatusOf(id, now_us);
  }
  return out;
}

}  // namespace

absl::StatusOr<std::string> ControllerBackend::Authenticate(absl::string_view token_sha256) {
  return p_.view->Authenticate(token_sha256, p_.clock->NowUs());
}

void ControllerBackend::Submit(std::string person, v1::SubmitRequest request,
                               Done<v1::SubmitResponse> done) {
  PersonCommand command{std::move(person), request.request_id(),
                        std::move(*request.mutable_command())};
  if (!command.command.has_add_scenario()) {
    p_.loop->Submit(std::move(command), std::move(done));
    return;
  }
  // The source becomes a durable blob before the record that names it.
  auto work = [this, command = std::move(command), done]() mutable {
    v1::AddScenario* add = command.command.mutable_add_scenario();
    absl::StatusOr<std::string> sha256 = p_.blobs->Put(add->source());
    if (!sha256.ok()) {
      done(sha256.status());
      return;
    }
    add->set_source_sha256(*sha256);
    p_.loop->Submit(std::move(command), std::move(done));
  };
  if (!p_.workers->Post(std::move(work))) done(Busy());
}

void ControllerBackend::Query(std::string person, QueryRequest request, Done<QueryReply> done) {
  if (std::holds_alternative<v1::ListAgentsRequest>(request) ||
      std::holds_alternative<v1::GetExerciseRequest>(request)) {
    QueryWithFleet(std::move(person), std::move(request), std::move(done));
  } else if (auto* report = std::get_if<v1::GetReportRequest>(&request);
             report != nullptr && report->format() == v1::DOCUMENT_FORMAT_FINAL) {
    ExportFinal(std::move(person), report->exercise(), std::move(done));
  } else if (report != nullptr) {
    Report(std::move(person), std::move(*report), std::move(done));
  } else if (std::holds_alternative<v1::VerifyJournalRequest>(request)) {
    Verify(person, std::move(done));
  } else {
    Simple(std::move(person), std::move(request), std::move(done));
  }
}

// Needs what only the loop knows: who is connected, what may still start.
void ControllerBackend::QueryWithFleet(std::string person, QueryRequest request,
                                       Done<QueryReply> done) {
  auto on_loop = [this, person = std::move(person), request = std::move(request), done](
                     const Engine& engine, int64_t now_us) {
    const auto* get = std::get_if<v1::GetExerciseRequest>(&request);
    const std::string id = get == nullptr ? "" : get->exercise();
    AgentStatuses agents = StatusesOf(engine, id, now_us);
    std::vector<v1::Text> missing;
    if (const Exercise* e = engine.state().FindExercise(id); e != nullptr) {
      missing = MissingForNextStep(*e, engine.fleet());
    }
    auto on_view = [person, id, agents = std::move(agents), missing = std::move(missing), done,
                    now_us](const State& state) {
      const drill::Query q{state, person, now_us};
      done(id.empty() ? Reply(ReadAgents(q, agents)) : Reply(ReadExercise(q, id, agents, missing)));
    };
    if (!p_.view->Read(std::move(on_view))) done(Busy());
  };
  if (!p_.loop->Read(std::move(on_loop))) done(Busy());
}

void ControllerBackend::Report(std::string person, v1::GetReportRequest request,
                               Done<QueryReply> done) {
  auto on_view = [this, person = std::move(person), request = std::move(request),
                  done](const State& state) {
    const drill::Query q{state, person, p_.clock->NowUs()};
    absl::StatusOr<const Exercise*> e = ForControl(q, request.exercise());
    absl::StatusOr<Language> language = ParseLanguage(request.language());
    absl::StatusOr<v1::Scorecard> card = ReadScore(q, request.exercise());
    for (const absl::Status& status : {e.status(), language.status(), card.status()}) {
      if (!status.ok()) {
        done(status);
        return;
      }
    }
    const int64_t held_us = (*e)->end_us != 0 ? (*e)->end_us : q.now_us;
    absl::StatusOr<AarData> data = MakeAarData(
        state, **e, *std::move(card), Duties(state, p_.obligations, YearOf(held_us), q.now_us));
    if (!data.ok()) {
      done(data.status());
      return;
    }
    AddJudging(**e, &*data);
    auto render = [request, done, data = *std::move(data), language = *language] {
      const bool json = request.format() == v1::DOCUMENT_FORMAT_JSON;
      absl::StatusOr<std::string> content = json ? RenderAarJson(data) : RenderAar(data, language);
      if (!content.ok()) {
        done(content.status());
        return;
      }
      v1::Document document;
      document.set_content(*std::move(content));
      document.set_media_type(json ? "application/json" : "text/html; charset=utf-8");
      document.set_file_name(absl::StrCat(request.exercise(), json ? ".json" : ".html"));
      done(QueryReply(std::move(document)));
    };
    if (!p_.workers->Post(std::move(render))) done(Busy());
  };
  if (!p_.view->Read(std::move(on_view))) done(Busy());
}

void ControllerBackend::ExportFinal(std::string person, std::string id, Done<QueryReply> done) {
  auto on_view = [this, person = std::move(person), id = std::move(id), done](const State& state) {
    const drill::Query q{state, person, p_.clock->NowUs()};
    absl::StatusOr<const Exercise*> e = ForControl(q, id);
    if (!e.ok()) return done(e.status());
    if ((*e)->final_signed.statement().empty()) {
      return done(absl::FailedPreconditionError("the score is not final, or not signed yet"));
    }
    auto work = [this, id, done, final_score = FinalOf{(*e)->final_score, (*e)->final_signed}] {
      absl::StatusOr<v1::FinalProof> proof = MakeFinalProof(p_.journal, id, final_score, *p_.ca);
      if (!proof.ok()) return done(proof.status());
      v1::Document document;
      document.set_content(WriteFinalProof(*proof));
      document.set_media_type("application/octet-stream");
      document.set_file_name(absl::StrCat(id, ".final"));
      done(QueryReply(std::move(document)));
    };
    if (!p_.workers->Post(std::move(work))) done(Busy());
  };
  if (!p_.view->Read(std::move(on_view))) done(Busy());
}

void ControllerBackend::Verify(const std::string& person, Done<QueryReply> done) {
  auto on_view = [this, person, done](const State& state) {
    if (!state.reg.HasRole(person, v1::ROLE_ADMIN) &&
        !state.reg.HasRole(person, v1::ROLE_EVALUATOR) &&
        !state.reg.HasRole(person, v1::ROLE_DIRECTOR) &&
        !state.reg.HasRole(person, v1::ROLE_MANAGER)) {
      done(absl::PermissionDeniedError("your role does not allow to verify the journal"));
      return;
    }
    std::vector<std::pair<std::string, FinalOf>> finals;
    for (const auto& [id, e] : state.exercises) {
      if (e->final_signed.statement().empty()) continue;
      finals.emplace_back(id, FinalOf{e->final_score, e->final_signed});
    }
    auto work = [this, done, finals = std::move(finals)] {
      absl::StatusOr<v1::VerifyReport> report = VerifyJournal(p_.journal);
      if (report.ok()) VerifyFinals(p_.journal, finals, *p_.ca, &*report);
      done(Reply(std::move(report)));
    };
    if (!p_.workers->Post(std::move(work))) done(Busy());
  };
  if (!p_.view->Read(std::move(on_view))) done(Busy());
}

void ControllerBackend::Simple(std::string person, QueryRequest request, Done<QueryReply> done) {
  auto on_view = [this, person = std::move(person), request = std::move(request),
                  done](const State& state) {
    const drill::Query q{state, person, p_.clock->NowUs()};
    if (std::holds_alternative<v1::WhoAmIRequest>(request))
      return done(Reply(WhoAmI(q, p_.version)));
    if (std::holds_alternative<v1::GetRegisterRequest>(request))
      return done(Reply(ReadRegister(q)));
    if (std::holds_alternative<v1::ListScenariosRequest>(request))
      return done(Reply(ReadScenarios(q)));
    if (std::holds_alternative<v1::ListExercisesRequest>(request))
      return done(Reply(ReadExercises(q)));
    if (const auto* r = std::get_if<v1::GetScopeRequest>(&request))
      return done(Reply(ReadScope(q, *r)));
    if (const auto* r = std::get_if<v1::GetInboxRequest>(&request))
      return done(Reply(ReadInbox(q, r->exercise())));
    if (const auto* r = std::get_if<v1::GetQueueRequest>(&request))
      return done(Reply(ReadQueue(q, r->exercise())));
    if (const auto* r = std::get_if<v1::GetScoreRequest>(&request))
      return done(Reply(ReadScore(q, r->exercise())));
    if (const auto* r = std::get_if<v1::GetDeconflictionRequest>(&request))
      return done(Reply(ReadDeconfliction(q, *r)));
    if (const auto* r = std::get_if<v1::GetMarksRequest>(&request))
      return done(Reply(ReadMarks(q, r->exercise())));
    if (const auto* r = std::get_if<v1::GetSurveyRequest>(&request))
      return done(Reply(ReadSurvey(q, r->exercise())));
    if (const auto* r = std::get_if<v1::GetAlertsRequest>(&request))
      return done(Reply(ReadAlerts(q, *r)));
    if (const auto* r = std::get_if<v1::GetDutyRequest>(&request)) {
      return done(
          Reply(ReadDuty(q, p_.obligations, r->year() != 0 ? r->year() : YearOf(q.now_us))));
    }
    done(absl::UnimplementedError("this read is not known here"));
  };
  if (!p_.view->Read(std::move(on_view))) done(Busy());
}

void ControllerBackend::StartWatch(StreamId watch, std::string person, v1::WatchRequest request,
                                   std::shared_ptr<WatchSink> sink) {
  p_.view->StartWatch(watch, std::move(person), std::move(request), std::move(sink));
}
void ControllerBackend::WatchRoom(StreamId watch) { p_.view->WatchRoom(watch); }
void ControllerBackend::StopWatch(StreamId watch) { p_.view->StopWatch(watch); }

void ControllerBackend::Enrol(v1::EnrolRequest request, Done<v1::EnrolResponse> done) {
  auto work = [this, request = std::move(request), done] {
    // Signed for a name that cannot be anyone's first: a bad CSR must not use the token up.
    absl::StatusOr<std::string> trial = p_.ca->SignAgent(request.csr_der(), "trial");
    if (!trial.ok()) {
      done(trial.status());
      return;
    }
    absl::StatusOr<std::string> key_id = KeyIdOfCertificatePem(*trial);
    if (!key_id.ok()) {
      done(key_id.status());
      return;
    }
    p_.loop->Enrol(
        AgentEnrolment{Sha256(request.secret()), *key_id},
        [this, csr = request.csr_der(), done](absl::StatusOr<v1::EnrolResponse> response) {
          if (!response.ok()) {
            done(response.status());
            return;
          }
          absl::StatusOr<std::string> certificate = p_.ca->SignAgent(csr, response->host());
          if (!certificate.ok()) {
            done(certificate.status());
            return;
          }
          response->set_certificate_pem(*certificate);
          response->set_ca_pem(p_.ca->CaPem());
          done(std::move(response));
        });
  };
  if (!p_.workers->Post(std::move(work))) done(Busy());
}

absl::Status ControllerBackend::AgentConnected(const AgentPeer& peer,
                                               std::shared_ptr<AgentSink> sink) {
  return p_.loop->AgentConnected(peer, std::move(sink));
}
bool ControllerBackend::AgentFrame(StreamId session, v1::AgentFrame frame, int64_t received_us) {
  return p_.loop->AgentFrame(session, std::move(frame), received_us);
}
void ControllerBackend::AgentGone(StreamId session) { p_.loop->AgentGone(session); }

}  // namespace drill
