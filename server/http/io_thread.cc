#include "server/http/io_thread.h"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <future>
#include <thread>
#include <utility>  // first: Asio 1.74 uses std::exchange without it

namespace drill {

struct IoThread::State {
  boost::asio::io_context context{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> busy{
      context.get_executor()};
  std::thread thread;
};

IoThread::IoThread() : state_(std::make_unique<State>()) {
  state_->thread = std::thread([state = state_.get()] { state->context.run(); });
}

IoThread::~IoThread() { Stop(); }

boost::asio::io_context& IoThread::context() { return state_->context; }

void IoThread::Post(std::function<void()> work) {
  boost::asio::post(state_->context, std::move(work));
}

void IoThread::Call(const std::function<void()>& work) {
  if (!state_->thread.joinable() || state_->thread.get_id() == std::this_thread::get_id()) {
    work();
    return;
  }
  std::promise<void> done;
  Post([&] {
    work();
    done.set_value();
  });
  done.get_future().get();
}

void IoThread::Stop() {
  if (!state_->thread.joinable()) return;
  state_->context.stop();
  state_->thread.join();
}

}  // namespace drill
