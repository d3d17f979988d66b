#include "server/app/app.h"

#include <google/protobuf/util/json_util.h>
#include <signal.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <future>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/digest.h"
#include "common/base/status.h"
#include "common/keys/token.h"
#include "common/os/file.h"
#include "common/os/random.h"
#include "common/rpc/channel.h"
#include "common/yaml/dump.h"
#include "common/yaml/load.h"
#include "core/scoring/score.h"
#include "drill/v1/context.pb.h"
#include "server/app/backend.h"
#include "server/app/obligations.h"
#include "server/app/web.h"
#include "server/journal/sqlite_journal.h"
#include "server/rpc/rpc_server.h"
#include "server/sink/sink.h"

namespace drill {
namespace {

constexpr absl::Duration kGrace = absl::Seconds(5);

// The host of HOST:PORT, without the brackets of IPv6.
std::string HostOf(const std::string& address) {
  std::string host = address.substr(0, address.rfind(':'));
  if (host.size() > 2 && host.front() == '[') host = host.substr(1, host.size() - 2);
  return host;
}

}  // namespace

// In the order of starting; destroyed in reverse.
struct App::Parts {
  AppOptions options;
  std::unique_ptr<Ca> ca;
  std::unique_ptr<Journal> journal;
  std::unique_ptr<BlobStore> blobs;
  EngineClock clock;
  std::unique_ptr<IoThread> io;  // results of the loop come to it
  std::unique_ptr<View> view;
  std::unique_ptr<Loop> loop;
  std::unique_ptr<Workers> workers;
  std::unique_ptr<ControllerBackend> backend;
  std::unique_ptr<Sink> sink;
  std::unique_ptr<RpcServer> rpc;
  std::unique_ptr<Web> web;
  bool ready = false;  // endpoint.json is ours

  absl::Status OpenData();
  absl::Status StartEngine();
  absl::Status StartNetwork();
  absl::Status StartSink(const TlsIdentity& identity);
  absl::Status StartWeb(const TlsIdentity& identity);
  absl::Status WriteAdminContext();
  absl::Status WriteEndpoint();
  void Stop();
};

absl::Status App::Parts::OpenData() {
  RETURN_IF_ERROR(os::MakeDirectories(options.data_dir, 0700));
  // The journal holds the folder's lock: a second drilld ends here.
  ASSIGN_OR_RETURN(journal, SqliteJournal::Open(options.data_dir));
  ASSIGN_OR_RETURN(Ca opened, Ca::OpenOrCreate(options.data_dir));
  ca = std::make_unique<Ca>(std::move(opened));
  ASSIGN_OR_RETURN(blobs, BlobStore::Open(options.data_dir));
  return absl::OkStatus();
}

absl::Status App::Parts::StartEngine() {
  view = std::make_unique<View>(journal.get());
  LoopOptions loop_options;
  loop_options.version = options.version;
  loop_options.score = &Score;
  loop = std::make_unique<Loop>(loop_options, journal.get(), view.get(), &clock);
  return loop->Start();
}

absl::Status App::Parts::StartNetwork() {
  ASSIGN_OR_RETURN(std::string dir, FindObligations(options.obligations_dir, options.data_dir));
  ASSIGN_OR_RETURN(v1::Obligations obligations, LoadObligations(dir));
  workers = std::make_unique<Workers>();
  backend = std::make_unique<ControllerBackend>(
      ControllerBackend::Parts{loop.get(), view.get(), journal.get(), blobs.get(), workers.get(),
                               &clock, ca.get(), std::move(obligations), options.version});
  std::vector<std::string> names;
  for (const std::string& address :
       {options.people_address, options.agents_address, options.advertise_people,
        options.advertise_agents, options.sink_https, options.https_address}) {
    const std::string host = HostOf(address);
    if (!host.empty() && host != "0.0.0.0" && host != "::") names.push_back(host);
  }
  ASSIGN_OR_RETURN(TlsIdentity identity, ca->IssueServer(names));
  RpcServerOptions rpc_options;
  rpc_options.people_address = options.people_address;
  rpc_options.agents_address = options.agents_address;
  rpc_options.advertised_people_address = options.advertise_people;
  rpc_options.advertised_agents_address = options.advertise_agents;
  rpc_options.ca_pem = ca->CaPem();
  rpc_options.server_key_pem = identity.key_pem;
  rpc_options.server_chain_pem = identity.chain_pem;
  rpc_options.engine_clock = [this] { return clock.NowUs(); };
  // Before agents can connect: their welcome names its ports.
  RETURN_IF_ERROR(StartSink(identity));
  ASSIGN_OR_RETURN(rpc, RpcServer::Start(std::move(rpc_options), backend.get()));
  return StartWeb(identity);
}

absl::Status App::Parts::StartWeb(const TlsIdentity& identity) {
  if (options.https_address.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const HostPort parsed, ParseHostPort(options.https_address));
  WebOptions web_options;
  web_options.host = parsed.host;
  web_options.port = parsed.port;
  web_options.tls = {identity.key_pem, identity.chain_pem};
  web_options.services = rpc->InProcessChannel();
  web_options.ping = [this](std::function<void()> answered) {
    return loop->Read([answered = std::move(answered)](const Engine&, int64_t) { answered(); });
  };
  if (io == nullptr) io = std::make_unique<IoThread>();
  ASSIGN_OR_RETURN(web, Web::Start(io.get(), std::move(web_options)));
  spdlog::info("https: port {}", web->port());
  return absl::OkStatus();
}

absl::Status App::Parts::StartSink(const TlsIdentity& identity) {
  SinkOptions sink_options;
  const std::pair<const std::string*, std::optional<SinkAddress>*> channels[] = {
      {&options.sink_http, &sink_options.http},
      {&options.sink_https, &sink_options.https},
      {&options.sink_tcp, &sink_options.tcp},
      {&options.sink_dns, &sink_options.dns}};
  bool any = false;
  for (const auto& [text, address] : channels) {
    if (text->empty()) continue;
    ASSIGN_OR_RETURN(const HostPort parsed, ParseHostPort(*text));
    *address = SinkAddress{parsed.host, parsed.port};
    any = true;
  }
  if (!any) return absl::OkStatus();
  sink_options.zone = options.sink_zone;
  sink_options.tls = {identity.key_pem, identity.chain_pem};
  sink_options.engine_clock = [this] { return clock.NowUs(); };
  sink_options.deliver = [this](SinkContact contact, std::function<void(absl::Status)> done) {
    loop->Received(std::move(contact), std::move(done));
  };
  io = std::make_unique<IoThread>();
  ASSIGN_OR_RETURN(sink, Sink::Start(io.get(), std::move(sink_options)));
  const v1::SinkPorts ports = sink->ports();
  loop->OfferSink(ports);
  spdlog::info("sink: http {}, https {}, tcp {}, dns {} (0: closed)", ports.http(), ports.https(),
               ports.tcp(), ports.dns());
  return absl::OkStatus();
}

// First start only: the administrator's way in.
absl::Status App::Parts::WriteAdminContext() {
  const std::string path = options.data_dir + "/admin.context";
  v1::Context context;
  context.set_ca_pem(ca->CaPem());
  context.set_address(rpc->people_address());
  if (access(path.c_str(), F_OK) == 0) {
    // The port may have changed; the token stays.
    ASSIGN_OR_RETURN(std::string text, os::ReadFile(path));
    v1::Context old;
    if (!yaml::Load(text, path, &old).ok() || old.address() == context.address()) {
      return absl::OkStatus();
    }
    context.set_token(old.token());
    return os::WriteFileDurably(path, yaml::Dump(context), 0600);
  }
  std::promise<bool> empty;
  if (!loop->Read([&](const Engine& engine, int64_t) {
        empty.set_value(engine.state().reg.people.empty());
      })) {
    return absl::UnavailableError("the engine does not answer");
  }
  if (!empty.get_future().get()) return absl::OkStatus();
  const std::string secret = os::RandomBytes(kTokenBytes);
  context.set_token(TokenText(secret));
  // Written first: a token that nobody holds could never be used.
  RETURN_IF_ERROR(os::WriteFileDurably(path, yaml::Dump(context), 0600));
  std::promise<absl::Status> booted;
  loop->Boot(Bootstrap{Sha256(secret)}, [&](absl::Status status) { booted.set_value(status); });
  return booted.get_future().get();
}

absl::Status App::Parts::WriteEndpoint() {
  v1::Endpoint endpoint;
  endpoint.set_pid(getpid());
  endpoint.set_people(rpc->people_address());
  endpoint.set_agents(rpc->agents_address());
  endpoint.set_people_port(rpc->people_port());
  endpoint.set_agents_port(rpc->agents_port());
  if (web != nullptr) endpoint.set_https_port(web->port());
  google::protobuf::util::JsonPrintOptions print;
  print.add_whitespace = true;
  print.preserve_proto_field_names = true;
  std::string json;
  if (!google::protobuf::util::MessageToJsonString(endpoint, &json, print).ok()) {
    return absl::InternalError("endpoint.json cannot be printed");
  }
  RETURN_IF_ERROR(os::WriteFileDurably(options.data_dir + "/endpoint.json", json, 0644));
  ready = true;
  return absl::OkStatus();
}

void App::Parts::Stop() {
  // Only ours: a second controller that was refused must leave the first one's.
  if (ready) unlink((options.data_dir + "/endpoint.json").c_str());
  if (web != nullptr) web->Stop(kGrace);
  if (rpc != nullptr) rpc->Shutdown(kGrace);
  if (sink != nullptr) sink->Stop();  // tells the loop what is left
  if (workers != nullptr) workers->Stop();
  if (loop != nullptr) loop->Stop();
  if (view != nullptr) view->Stop();
}

App::App(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
App::~App() { parts_->Stop(); }

int App::people_port() const { return parts_->rpc->people_port(); }
int App::agents_port() const { return parts_->rpc->agents_port(); }

absl::StatusOr<std::unique_ptr<App>> App::Start(const AppOptions& options) {
  auto parts = std::make_unique<Parts>();
  parts->options = options;
  std::unique_ptr<App> app(new App(std::move(parts)));
  Parts& p = *app->parts_;
  RETURN_IF_ERROR(p.OpenData());
  RETURN_IF_ERROR(p.StartEngine());
  RETURN_IF_ERROR(p.StartNetwork());
  RETURN_IF_ERROR(p.WriteAdminContext());
  // Last: who reads it may call.
  RETURN_IF_ERROR(p.WriteEndpoint());
  spdlog::info("ready: people {}, agents {}", p.rpc->people_address(), p.rpc->agents_address());
  return app;
}

}  // namespace drill
