#pragma once
#include <cstdint>
#include <ctime>

inline uint64_t ClockNs(clockid_t clock) {
  timespec now;
  clock_gettime(clock, &now);
  return static_cast<uint64_t>(now.tv_sec) * 1000000000u + static_cast<uint64_t>(now.tv_nsec);
}

// The clock of bpf_ktime_get_ns, in which every record's times are.
inline uint64_t MonotonicNs() { return ClockNs(CLOCK_MONOTONIC); }
