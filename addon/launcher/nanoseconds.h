/* Times as recordings have them. Calls are recorded by CLOCK_MONOTONIC, which is that of bpf_ktime_get_ns(). */
#pragma once
#include <stdint.h>
#include <sys/stat.h>
#include <time.h>

static inline int64_t statx_ns(const struct statx_timestamp *t) { return (int64_t)t->tv_sec * 1000000000 + t->tv_nsec; }

static inline int64_t now_ns(clockid_t clock) {
  struct timespec now;
  clock_gettime(clock, &now);
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}
