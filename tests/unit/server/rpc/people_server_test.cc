#include <thread>

#include "absl/strings/str_cat.h"
#include "common/keys/certificate.h"
#include "common/os/random.h"
#include "common/rpc/credentials.h"
#include "common/rpc/limits.h"
#include "common/rpc/status.h"
#include "drill/v1/agent.grpc.pb.h"
#include "drill/v1/api.grpc.pb.h"
#include "tests/support/status.h"
#include "tests/unit/server/rpc/rpc_fixture.h"

namespace drill::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class PeopleServerTest : public RpcFixture {
 protected:
  PeopleServerTest() {
    backend_.on_query = [](const QueryRequest&) { return QueryReply(v1::Identity()); };
  }

  absl::Status WhoAmI(grpc::ClientContext* context) {
    v1::Identity reply;
    return FromGrpc(stub_->WhoAmI(context, {}, &reply));
  }

  absl::StatusOr<v1::SubmitResponse> Submit(const v1::SubmitRequest& request) {
    v1::SubmitResponse reply;
    const absl::Status status = FromGrpc(stub_->Submit(As("an").get(), request, &reply));
    if (!status.ok()) return status;
    return reply;
  }

  static std::shared_ptr<const v1::WatchEvent> Event(uint64_t cursor, size_t payload = 0) {
    auto event = std::make_shared<v1::WatchEvent>();
    event->set_cursor(cursor);
    event->mutable_record()->set_stream(std::string(payload, 'x'));
    return event;
  }

  FakeBackend::Watching& WatchBegun() {
    EXPECT_TRUE(backend_.WaitFor([this] { return !backend_.watches.empty(); }));
    return backend_.OnlyWatch();
  }

  std::unique_ptr<v1::Drill::Stub> stub_ = v1::Drill::NewStub(PeopleChannel());
};

TEST_F(PeopleServerTest, ATokenIsItsPerson) {
  v1::Identity reply;
  backend_.on_query = [](const QueryRequest& request) {
    EXPECT_TRUE(std::holds_alternative<v1::WhoAmIRequest>(request));
    v1::Identity identity;
    identity.mutable_person()->set_id("an");
    return QueryReply(identity);
  };
  EXPECT_TRUE(stub_->WhoAmI(As("an").get(), {}, &reply).ok());
  EXPECT_EQ(reply.person().id(), "an");
  EXPECT_THAT(backend_.querying, ElementsAre("an"));
}

TEST_F(PeopleServerTest, WithoutAGoodTokenNothingReachesTheBackend) {
  constexpr auto kRefused = absl::StatusCode::kUnauthenticated;
  EXPECT_THAT(WhoAmI(Context().get()), StatusIs(kRefused, HasSubstr("Bearer drl_")));
  EXPECT_THAT(WhoAmI(WithAuthorization("Bearer nonsense").get()), StatusIs(kRefused));
  EXPECT_THAT(WhoAmI(WithAuthorization("Bearer drl_" + std::string(43, 'A')).get()),
              StatusIs(kRefused, HasSubstr("no such token")));
  auto two = As("an");
  two->AddMetadata("authorization", "Bearer drl_" + std::string(43, 'A'));
  EXPECT_THAT(WhoAmI(two.get()), StatusIs(kRefused));

  v1::SubmitResponse reply;
  EXPECT_THAT(FromGrpc(stub_->Submit(Context().get(), {}, &reply)), StatusIs(kRefused));
  v1::WatchEvent event;
  const auto context = Context();
  const auto watch = stub_->Watch(context.get(), {});
  EXPECT_FALSE(watch->Read(&event));
  EXPECT_THAT(FromGrpc(watch->Finish()), StatusIs(kRefused));

  EXPECT_THAT(backend_.querying, IsEmpty());
  EXPECT_THAT(backend_.submitted, IsEmpty());
  EXPECT_THAT(backend_.watches, IsEmpty());
}

TEST_F(PeopleServerTest, ASubmissionIsAnsweredWhenTheEngineSays) {
  backend_.on_submit = [](const v1::SubmitRequest& request) {
    v1::SubmitResponse response;
    response.set_seq(7);
    response.set_id(request.request_id());
    return response;
  };
  v1::SubmitRequest request;
  request.set_request_id("r1");
  request.mutable_command()->mutable_start_exercise()->set_exercise("e1");
  const auto reply = Submit(request);
  ASSERT_OK(reply);
  EXPECT_EQ(reply->seq(), 7u);
  EXPECT_EQ(reply->id(), "r1");
  ASSERT_EQ(backend_.submitted.size(), 1u);
  EXPECT_EQ(backend_.submitted[0].first, "an");
  EXPECT_EQ(backend_.submitted[0].second.command().start_exercise().exercise(), "e1");
}

TEST_F(PeopleServerTest, AnErrorComesWithItsCodeAndWholeMessage) {
  std::string faults;
  while (faults.size() + 4 < kStatusMessageBytesMax) faults += "ệ";  // nine characters on the wire
  for (const auto code : {absl::StatusCode::kInvalidArgument, absl::StatusCode::kPermissionDenied,
                          absl::StatusCode::kAborted, absl::StatusCode::kUnavailable,
                          absl::StatusCode::kResourceExhausted}) {
    const absl::Status error(code, faults);
    backend_.on_submit = [&error](const v1::SubmitRequest&) { return error; };
    EXPECT_EQ(Submit({}).status(), error);
  }
}

TEST_F(PeopleServerTest, AnEnrolmentOfferNamesThisController) {
  backend_.on_submit = [](const v1::SubmitRequest&) {
    v1::SubmitResponse response;
    response.mutable_enrolment()->add_owner_keys_pem("key");
    response.mutable_enrolment()->set_signatures_required(1);
    return response;
  };
  const auto reply = Submit({});
  ASSERT_OK(reply);
  EXPECT_EQ(reply->enrolment().ca_sha256(), (*ca_)->CaSha256());
  EXPECT_EQ(reply->enrolment().people_address(), PeopleTarget());
  EXPECT_EQ(reply->enrolment().agent_address(), AgentsTarget());
  EXPECT_EQ(reply->enrolment().owner_keys_pem(0), "key");
}

TEST_F(PeopleServerTest, EveryReadIsAnsweredInItsOwnKind) {
  std::vector<size_t> asked;
  backend_.on_query = [&asked](const QueryRequest& request) {
    asked.push_back(request.index());
    const std::vector<QueryReply> empty = {
        v1::Identity(),     v1::Register(),     v1::AgentList(),  v1::ScenarioList(),
        v1::ExerciseList(), v1::ExerciseView(), v1::ScopeOffer(), v1::Inbox(),
        v1::Queue(),        v1::Scorecard(),    v1::Document(),   v1::DutyTable(),
        v1::VerifyReport()};
    return empty.at(request.index());
  };
  const auto ask = [this](auto method, const auto& request, auto reply) {
    return ((*stub_).*method)(As("an").get(), request, &reply).ok();
  };
  using Stub = v1::Drill::Stub;
  EXPECT_TRUE(ask(&Stub::WhoAmI, v1::WhoAmIRequest(), v1::Identity()));
  EXPECT_TRUE(ask(&Stub::GetRegister, v1::GetRegisterRequest(), v1::Register()));
  EXPECT_TRUE(ask(&Stub::ListAgents, v1::ListAgentsRequest(), v1::AgentList()));
  EXPECT_TRUE(ask(&Stub::ListScenarios, v1::ListScenariosRequest(), v1::ScenarioList()));
  EXPECT_TRUE(ask(&Stub::ListExercises, v1::ListExercisesRequest(), v1::ExerciseList()));
  EXPECT_TRUE(ask(&Stub::GetExercise, v1::GetExerciseRequest(), v1::ExerciseView()));
  EXPECT_TRUE(ask(&Stub::GetScope, v1::GetScopeRequest(), v1::ScopeOffer()));
  EXPECT_TRUE(ask(&Stub::GetInbox, v1::GetInboxRequest(), v1::Inbox()));
  EXPECT_TRUE(ask(&Stub::GetQueue, v1::GetQueueRequest(), v1::Queue()));
  EXPECT_TRUE(ask(&Stub::GetScore, v1::GetScoreRequest(), v1::Scorecard()));
  EXPECT_TRUE(ask(&Stub::GetReport, v1::GetReportRequest(), v1::Document()));
  EXPECT_TRUE(ask(&Stub::GetDuty, v1::GetDutyRequest(), v1::DutyTable()));
  EXPECT_TRUE(ask(&Stub::VerifyJournal, v1::VerifyJournalRequest(), v1::VerifyReport()));
  EXPECT_THAT(asked, ElementsAre(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12));
}

TEST_F(PeopleServerTest, AnAnswerOfAnotherKindIsOurFault) {
  backend_.on_query = [](const QueryRequest&) { return QueryReply(v1::Register()); };
  EXPECT_THAT(WhoAmI(As("an").get()), StatusIs(absl::StatusCode::kInternal));
}

TEST_F(PeopleServerTest, AnAnswerAfterTheCallerHungUpIsDropped) {
  auto context = As("an");
  absl::Status status;
  std::thread caller([&] {
    v1::SubmitResponse reply;
    status = FromGrpc(stub_->Submit(context.get(), {}, &reply));
  });
  ASSERT_TRUE(backend_.WaitFor([this] { return backend_.held.size() == 1; }));
  context->TryCancel();
  caller.join();
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kCancelled));
  server_->Shutdown(absl::ZeroDuration());  // every reactor has ended now
  backend_.held[0](v1::SubmitResponse());
}

TEST_F(PeopleServerTest, EnrolmentNeedsNoPersonalToken) {
  backend_.on_enrol = [](const v1::EnrolRequest& request) -> absl::StatusOr<v1::EnrolResponse> {
    if (request.secret() != "good") return absl::UnauthenticatedError("token used");
    v1::EnrolResponse response;
    response.set_host("web-1");
    return response;
  };
  const auto stub = v1::Enrolment::NewStub(PeopleChannel());
  v1::EnrolRequest request;
  v1::EnrolResponse response;
  request.set_secret("good");
  EXPECT_TRUE(stub->Enrol(Context().get(), request, &response).ok());
  EXPECT_EQ(response.host(), "web-1");
  request.set_secret("bad");
  EXPECT_THAT(FromGrpc(stub->Enrol(Context().get(), request, &response)),
              StatusIs(absl::StatusCode::kUnauthenticated, HasSubstr("token used")));
}

TEST_F(PeopleServerTest, AClientThatTrustsAnotherCaDoesNotConnect) {
  stub_ = v1::Drill::NewStub(Channel(PeopleTarget(), ClientTls((*other_ca_)->CaPem())));
  EXPECT_THAT(WhoAmI(As("an").get()), StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_THAT(backend_.querying, IsEmpty());
}

TEST_F(PeopleServerTest, APinIsEnoughToTrustTheRightControllerAndNoOther) {
  stub_ = v1::Drill::NewStub(Channel(PeopleTarget(), PinnedClientTls((*ca_)->CaSha256())));
  EXPECT_OK(WhoAmI(As("an").get()));
  stub_ = v1::Drill::NewStub(Channel(PeopleTarget(), PinnedClientTls((*other_ca_)->CaSha256())));
  EXPECT_THAT(WhoAmI(As("an").get()), StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_EQ(backend_.querying.size(), 1u);
}

TEST_F(PeopleServerTest, ARequestAboveTheLimitIsRefused) {
  v1::SubmitRequest request;
  request.mutable_command()->mutable_add_scenario()->set_source(os::RandomBytes(kRequestBytesMax));
  EXPECT_THAT(Submit(request).status(), StatusIs(absl::StatusCode::kResourceExhausted));
  EXPECT_THAT(backend_.submitted, IsEmpty());
}

TEST_F(PeopleServerTest, AnAgentsServiceIsNotOnThisPort) {
  const auto link = v1::AgentLink::NewStub(PeopleChannel());
  const auto context = As("an");
  const auto stream = link->Connect(context.get());
  v1::ControllerFrame frame;
  EXPECT_FALSE(stream->Read(&frame));
  EXPECT_THAT(FromGrpc(stream->Finish()), StatusIs(absl::StatusCode::kUnimplemented));
}

TEST_F(PeopleServerTest, TheInProcessChannelAuthenticatesToo) {
  stub_ = v1::Drill::NewStub(server_->InProcessChannel());
  EXPECT_OK(WhoAmI(As("an").get()));
  EXPECT_THAT(WhoAmI(Context().get()), StatusIs(absl::StatusCode::kUnauthenticated));
  stub_.reset();
}

TEST_F(PeopleServerTest, AWatchGetsEventsInOrderAndThenItsEnd) {
  const auto context = As("an");
  v1::WatchRequest request;
  request.set_exercise("e1");
  request.set_cursor(5);
  const auto watch = stub_->Watch(context.get(), request);
  FakeBackend::Watching& watching = WatchBegun();
  EXPECT_EQ(watching.person, "an");
  EXPECT_EQ(watching.request.cursor(), 5u);
  for (uint64_t i = 6; i < 9; ++i) EXPECT_TRUE(watching.sink->Push(Event(i)));
  watching.sink->Close(absl::OkStatus());
  EXPECT_FALSE(watching.sink->Push(Event(9)));

  v1::WatchEvent event;
  std::vector<uint64_t> cursors;
  while (watch->Read(&event)) cursors.push_back(event.cursor());
  EXPECT_THAT(cursors, ElementsAre(6, 7, 8));
  EXPECT_OK(FromGrpc(watch->Finish()));
  EXPECT_TRUE(backend_.WaitFor([&] { return watching.stops == 1; }));
}

TEST_F(PeopleServerTest, AWatchCanBeRefused) {
  backend_.on_watch = absl::PermissionDeniedError("not yours");
  const auto context = As("an");
  const auto watch = stub_->Watch(context.get(), {});
  v1::WatchEvent event;
  EXPECT_FALSE(watch->Read(&event));
  EXPECT_THAT(FromGrpc(watch->Finish()),
              StatusIs(absl::StatusCode::kPermissionDenied, HasSubstr("not yours")));
  EXPECT_TRUE(backend_.WaitFor([&] { return backend_.OnlyWatch().stops == 1; }));
}

TEST_F(PeopleServerTest, AWatcherThatHangsUpIsStoppedOnce) {
  auto context = As("an");
  const auto watch = stub_->Watch(context.get(), {});
  FakeBackend::Watching& watching = WatchBegun();
  EXPECT_TRUE(watching.sink->Push(Event(1)));
  context->TryCancel();
  EXPECT_TRUE(backend_.WaitFor([&] { return watching.stops == 1; }));
  EXPECT_FALSE(watching.sink->Push(Event(2)));
  EXPECT_EQ(server_->open_streams(), 0u);
}

TEST_F(PeopleServerTest, AWatcherThatDoesNotReadIsClosedAndCostsBoundedMemory) {
  constexpr size_t kPayload = 16 << 10;
  const auto context = As("an");
  const auto watch = stub_->Watch(context.get(), {});
  FakeBackend::Watching& watching = WatchBegun();
  // What the queue holds, and as much again for the windows of the transport.
  constexpr uint64_t kTakenAtMost = 2 * kWatchQueueBytes / kPayload;
  const std::weak_ptr<const v1::WatchEvent> last_taken = [&] {
    std::shared_ptr<const v1::WatchEvent> event;
    for (uint64_t i = 1; i <= kTakenAtMost; ++i) {
      auto next = Event(i, kPayload);
      if (!watching.sink->Push(next)) return std::weak_ptr<const v1::WatchEvent>(event);
      event = next;
    }
    ADD_FAILURE() << "never full";
    return std::weak_ptr<const v1::WatchEvent>();
  }();
  EXPECT_TRUE(last_taken.expired()) << "the queue kept what it cannot send";
  EXPECT_FALSE(watching.sink->Push(Event(0)));

  // When it reads at last, it hears why, and where to go on.
  v1::WatchEvent event;
  uint64_t cursor = 0;
  while (watch->Read(&event)) EXPECT_EQ(event.cursor(), ++cursor);
  EXPECT_GT(cursor, 0u);
  EXPECT_THAT(FromGrpc(watch->Finish()), StatusIs(absl::StatusCode::kAborted, HasSubstr("cursor")));
  EXPECT_TRUE(backend_.WaitFor([&] { return watching.stops == 1; }));
}

TEST_F(PeopleServerTest, ALongPastGoesThroughAShortQueue) {
  constexpr uint64_t kEvents = 20 * kWatchQueueMessages;
  // The view thread's part: as many as there is room for, then wait to be told.
  uint64_t next = 1;
  const auto send = [&](WatchSink& sink) {
    while (next <= kEvents && sink.HasRoom(100)) ASSERT_TRUE(sink.Push(Event(next++)));
    if (next > kEvents) sink.Close(absl::OkStatus());
  };
  backend_.on_room = [&](StreamId watch) { send(*backend_.watches.at(watch).sink); };
  const auto context = As("an");
  const auto watch = stub_->Watch(context.get(), {});
  send(*WatchBegun().sink);

  v1::WatchEvent event;
  uint64_t cursor = 0;
  while (watch->Read(&event)) ASSERT_EQ(event.cursor(), ++cursor);
  EXPECT_EQ(cursor, kEvents);
  EXPECT_OK(FromGrpc(watch->Finish()));
  EXPECT_GT(backend_.OnlyWatch().rooms, 0);
}

TEST_F(PeopleServerTest, AShutdownEndsWatchesAndCallsThatNobodyAnswers) {
  const auto watch_context = As("an");
  const auto reading = stub_->Watch(watch_context.get(), {});
  WatchBegun();
  absl::Status submitted;
  const auto submit_context = As("binh");
  std::thread caller([&] {
    v1::SubmitResponse reply;
    submitted = FromGrpc(stub_->Submit(submit_context.get(), {}, &reply));
  });
  ASSERT_TRUE(backend_.WaitFor([this] { return backend_.held.size() == 1; }));

  server_->Shutdown(absl::ZeroDuration());

  v1::WatchEvent event;
  EXPECT_FALSE(reading->Read(&event));
  EXPECT_THAT(FromGrpc(reading->Finish()), StatusIs(absl::StatusCode::kUnavailable));
  caller.join();
  EXPECT_FALSE(submitted.ok());
  EXPECT_EQ(backend_.OnlyWatch().stops, 1);
  const std::shared_ptr<WatchSink> kept = backend_.OnlyWatch().sink;
  server_.reset();
  EXPECT_FALSE(kept->Push(Event(1)));
  kept->Close(absl::OkStatus());
  backend_.held[0](absl::UnavailableError("stopped"));
}

TEST_F(PeopleServerTest, AShutdownDoesNotWaitForAWatcherThatDoesNotRead) {
  const auto context = As("an");
  const auto watch = stub_->Watch(context.get(), {});
  FakeBackend::Watching& watching = WatchBegun();
  for (uint64_t i = 1; i < 100; ++i) watching.sink->Push(Event(i, 16 << 10));
  server_->Shutdown(absl::ZeroDuration());
  EXPECT_EQ(watching.stops, 1);
}

TEST_F(PeopleServerTest, AShutdownLetsACallThatIsBeingAnsweredEnd) {
  absl::Status submitted = absl::UnknownError("not called");
  const auto context = As("an");
  std::thread caller([&] {
    v1::SubmitResponse reply;
    submitted = FromGrpc(stub_->Submit(context.get(), {}, &reply));
  });
  ASSERT_TRUE(backend_.WaitFor([this] { return backend_.held.size() == 1; }));
  std::thread stopping([this] { server_->Shutdown(absl::Seconds(30)); });
  backend_.held[0](v1::SubmitResponse());
  caller.join();
  stopping.join();
  EXPECT_OK(submitted);
}

}  // namespace
}  // namespace drill::testing
