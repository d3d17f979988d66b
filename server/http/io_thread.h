#ifndef DRILL_SERVER_HTTP_IO_THREAD_H_
#define DRILL_SERVER_HTTP_IO_THREAD_H_

#include <functional>
#include <memory>

namespace boost::asio {
class io_context;
}  // namespace boost::asio

namespace drill {

// The one thread on which everything of server/http and server/sink runs, so that neither needs a
// lock. Owned by App; made before and destroyed after all that uses it.
class IoThread {
 public:
  IoThread();   // starts
  ~IoThread();  // Stop()
  IoThread(const IoThread&) = delete;
  IoThread& operator=(const IoThread&) = delete;

  boost::asio::io_context& context();
  // Any thread. After Stop() the work never runs.
  void Post(std::function<void()> work);
  // Runs the work on the thread and waits for its end. After Stop(): runs it here.
  void Call(const std::function<void()>& work);
  // Ends the thread in the middle of whatever waits. Not on the thread itself.
  void Stop();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace drill

#endif  // DRILL_SERVER_HTTP_IO_THREAD_H_
