#ifndef DRILL_SERVER_APP_APP_H_
#define DRILL_SERVER_APP_APP_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"

namespace drill {

struct AppOptions {
  std::string data_dir;
  std::string people_address = "0.0.0.0:7443";
  std::string agents_address = "0.0.0.0:7444";
  // What enrolled agents and contexts are told to dial; empty: as listened on.
  std::string advertise_people;
  std::string advertise_agents;
  // ADDRESS:PORT of HTTPS for browsers and curl; empty: closed.
  std::string https_address;
  // Folder of obligation packs; empty: found beside the data, the program or its share folder.
  std::string obligations_dir;
  // The sink's channels, ADDRESS:PORT with an IP address; empty: closed, port 0: a free one.
  std::string sink_http;
  std::string sink_https;
  std::string sink_tcp;
  std::string sink_dns;
  std::string sink_zone = "drill.invalid";
  std::string version;
};

// The controller: the one place that sees the concrete parts. Starts them in order, stops them in
// reverse. Owned by main.
class App {
 public:
  // Data folder (lock, CA, journal, blobs) → engine → network → endpoint.json, in this order.
  // FailedPrecondition: another drilld has the folder or a port; DataLoss: the journal is damaged
  // or not ours. Whatever was there is left as it was.
  static absl::StatusOr<std::unique_ptr<App>> Start(const AppOptions& options);
  ~App();

  int people_port() const;
  int agents_port() const;

 private:
  struct Parts;
  explicit App(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace drill

#endif  // DRILL_SERVER_APP_APP_H_
