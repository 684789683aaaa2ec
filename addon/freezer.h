#pragma once
#include <atomic>
#include <cstdint>
#include <thread>

#include "ring.h"

// Backpressure: a thread of its own that freezes the target's cgroup before the ring is full and thaws it when there is
// room again. Apart from the drain thread, because that one may wait for the disk just when the ring fills; with real-time
// priority where that is allowed, because the writers that it must stop want the processors too.
class Freezer {
 public:
  // fd: the target's cgroup.freeze; owned. alarm_map: the ring through which the writer's processor wakes the thread.
  Freezer(const Ring& ring, int alarm_map, int fd);
  ~Freezer();
  Freezer(const Freezer&) = delete;
  Freezer& operator=(const Freezer&) = delete;

  // Starts the thread. Returns 0 or an errno.
  int Start();

  // Bytes of waiting records above which the target is frozen.
  uint64_t freeze_above() const { return freeze_above_; }

  // Asks for a freeze that nothing here ends any more, not even Stop; true once it has begun. Thread: any.
  bool Hold();

  // Ends the thread and thaws. Idempotent.
  void Stop();

  struct Stats {
    uint64_t frozen_ns, freezes;
  };
  Stats stats() const { return {frozen_ns_.load(), freezes_.load()}; }

 private:
  void Run();
  void Wait(uint64_t us);
  void Look();
  bool Stalled();
  void Freeze();
  void Thaw();

  const Ring& ring_;
  Ring alarm_;
  const int alarm_map_, fd_;
  int epoll_ = -1;
  // Bytes of waiting records above which the target is frozen, and below which it is thawed.
  const uint64_t freeze_above_, thaw_below_;
  uint64_t frozen_since_ = 0;
  uint64_t moved_at_;  // when the drain thread was last seen to have taken something
  uint64_t consumed_ = 0;
  std::atomic<bool> stopping_{false}, hold_{false}, held_{false};
  std::atomic<uint64_t> frozen_ns_{0}, freezes_{0};
  std::thread thread_;
};
