#ifndef DRILL_SERVER_SINK_HTTP_SINK_H_
#define DRILL_SERVER_SINK_HTTP_SINK_H_

#include <cstdint>
#include <functional>
#include <memory>

#include "server/http/router.h"
#include "server/sink/hub.h"

namespace drill {

// POST /s/MARK[/PATH]. `hub` outlives the handler. I/O thread.
std::shared_ptr<HttpHandler> MakeHttpSink(SinkHub* hub, std::function<int64_t()> clock);

inline constexpr char kHttpSinkPath[] = "/s/";
inline constexpr char kArchiveHeader[] = "X-Archive-SHA256";

}  // namespace drill

#endif  // DRILL_SERVER_SINK_HTTP_SINK_H_
