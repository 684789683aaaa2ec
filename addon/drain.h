#pragma once
#include <atomic>
#include <cstdint>
#include <memory>
#include <thread>
#include <vector>

#include "abi.h"
#include "freezer.h"
#include "journal.h"
#include "ring.h"

// Counters that the kernel programs keep (the skeleton's .bss, mapped), one a cause.
struct LossCounters {
  const volatile unsigned long long* all;
  const volatile unsigned long long* unnamed;
};

// The one thread between ring and journal. It blocks on nothing but its own write.
class Drain {
 public:
  struct Options {
    int ring_map;
    uint64_t ring_bytes;
    int dirty_map;
    LossCounters lost;
    int alarm_map;
    unsigned long long* alarm_above;  // in the programs' memory; see bpf/lib/maps.h
    int freeze_fd;  // cgroup.freeze, or -1; taken over
  };

  Drain(Options options, std::unique_ptr<Journal> journal);
  ~Drain();

  // Returns 0 or an errno.
  int Start();
  // As Freezer::Hold; false where there is no cgroup. Thread: any, until Stop.
  bool Hold() { return freezer_ && freezer_->Hold(); }
  // Thread: any. Call after the programs are detached: takes what is left, closes the journal, thaws, joins.
  void Stop();

  struct Stats {
    uint64_t records, bytes, lost, frozen_ns, freezes, fill_max;
    int error;
  };
  Stats stats() const;

 private:
  void Run();
  bool Pass();
  void NoteLosses();
  void TakeIdentities();
  void NoteFill();

  Options options_;
  std::unique_ptr<Journal> journal_;
  Ring ring_;
  std::unique_ptr<Freezer> freezer_;
  std::thread thread_;
  std::atomic<bool> stopping_{false};
  std::atomic<uint64_t> records_{0}, bytes_{0}, lost_{0}, fill_max_{0};
  std::atomic<int> error_{0};
  struct Noted {
    unsigned long long all = 0, unnamed = 0;
    std::vector<unsigned char> identities;  // raw, of losses that are not counted yet
  };
  Noted noted_[DK_LOSS_CAUSES];
  uint64_t looked_at_ = 0;  // CLOCK_MONOTONIC, ns: when NoteLosses last ran
  int epoll_ = -1;
};
