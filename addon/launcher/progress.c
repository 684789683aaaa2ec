#define _GNU_SOURCE
#include "progress.h"

#include <stdatomic.h>
#include <stddef.h>

#include "nanoseconds.h"

static _Thread_local struct progress *own;
static _Thread_local uint64_t own_task;

void progress_begin(struct progress *progress, uint64_t task) {
  own = progress;
  own_task = task;
  progress->moved_ns = now_ns(CLOCK_MONOTONIC);
  progress->task = task;
}

void progress_made(void) {
  if (own) own->moved_ns = now_ns(CLOCK_MONOTONIC);
}

bool progress_is_awaited(void) { return !own || own->task == own_task; }

struct progress *progress_own(void) { return own; }

bool progress_end(struct progress *progress, uint64_t task) {
  return task && atomic_compare_exchange_strong(&progress->task, &task, 0);
}

bool progress_stands_still(const struct progress *progress, int64_t patience_ns) {
  return now_ns(CLOCK_MONOTONIC) - progress->moved_ns > patience_ns;
}
