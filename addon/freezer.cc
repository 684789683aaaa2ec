#include "freezer.h"

#include <pthread.h>
#include <sched.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "clock.h"
#include "rights.h"

namespace {
// What calls that are under way when the freeze begins may still record, and what comes while this thread has to wait for a
// processor: on a busy machine 10 ms are not seldom.
constexpr uint64_t kInFlightBytes = 32u << 20;
// No two processors fill a ring faster.
constexpr uint64_t kBytesPerUs = 4096;
constexpr uint64_t kShortestWaitUs = 50;
constexpr uint64_t kLongestWaitUs = 10'000;
// As in bpf/lib/maps.h.
constexpr size_t kAlarmBytes = 4096;
// A drain thread that takes nothing for so long waits for a disk that does not answer: the target must not.
constexpr uint64_t kStalledNs = 5'000'000'000;

uint64_t FreezeAbove(uint64_t size) { return size - std::max(size / 4, std::min(size / 4 * 3, kInFlightBytes)); }
}  // namespace

Freezer::Freezer(const Ring& ring, int alarm_map, int fd)
    : ring_(ring), alarm_map_(alarm_map), fd_(fd), freeze_above_(FreezeAbove(ring.size())), thaw_below_(freeze_above_ / 6), moved_at_(MonotonicNs()) {}

Freezer::~Freezer() {
  Stop();
  if (epoll_ >= 0) close(epoll_);
  close(fd_);
}

int Freezer::Start() {
  if (const int error = alarm_.Map(alarm_map_, kAlarmBytes); error != 0) return error;
  epoll_ = epoll_create1(EPOLL_CLOEXEC);
  epoll_event event{EPOLLIN | EPOLLET, {}};
  if (epoll_ < 0 || epoll_ctl(epoll_, EPOLL_CTL_ADD, alarm_map_, &event) != 0) return errno;
  thread_ = std::thread([this] { Run(); });
  return 0;
}

void Freezer::Stop() {
  if (!thread_.joinable()) return;
  stopping_.store(true);
  thread_.join();
}

bool Freezer::Hold() {
  hold_.store(true);
  return held_.load();
}

void Freezer::Run() {
  prctl(PR_SET_NAME, "dk-freezer");
  UseCapabilities(kProgramCapabilities);
  const sched_param priority{1};
  pthread_setschedparam(pthread_self(), SCHED_FIFO, &priority);  // not everywhere allowed; it works without
  while (!stopping_.load()) {
    Look();
    // Not longer than the ring takes to fill from here to the mark.
    const uint64_t fill = ring_.Fill();
    const uint64_t room = fill < freeze_above_ ? freeze_above_ - fill : 0;
    const uint64_t us = std::clamp(room / kBytesPerUs, kShortestWaitUs, kLongestWaitUs);
    Wait(us);
  }
  if (!held_.load()) Thaw();
}

// Until then, or until the alarm.
void Freezer::Wait(uint64_t us) {
  const timespec most{0, static_cast<long>(us * 1000)};
  epoll_event event;
  epoll_pwait2(epoll_, &event, 1, &most, nullptr);
  alarm_.Consume([](const void*, uint32_t) {});
}

void Freezer::Look() {
  if (hold_.load()) {
    if (frozen_since_ == 0) Freeze();
    held_.store(frozen_since_ != 0);
    return;
  }
  const uint64_t fill = ring_.Fill();
  const bool stalled = Stalled();
  if (frozen_since_ == 0 && fill > freeze_above_ && !stalled) Freeze();
  if (frozen_since_ != 0 && (fill <= thaw_below_ || stalled)) Thaw();
}

bool Freezer::Stalled() {
  const uint64_t consumed = ring_.Consumed();
  const uint64_t now = MonotonicNs();
  if (consumed != consumed_ || ring_.Fill() == 0) {
    consumed_ = consumed;
    moved_at_ = now;
  }
  return now - moved_at_ > kStalledNs;
}

void Freezer::Freeze() {
  if (pwrite(fd_, "1", 1, 0) != 1) return;  // what the ring then loses is counted and shown
  frozen_since_ = MonotonicNs();
  freezes_.fetch_add(1);
}

void Freezer::Thaw() {
  if (frozen_since_ == 0) return;
  if (pwrite(fd_, "0", 1, 0) != 1) return;  // tried again at the next look
  frozen_ns_.fetch_add(MonotonicNs() - frozen_since_);
  frozen_since_ = 0;
}
