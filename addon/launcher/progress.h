/*
 * Who waits for a thread of the guard, and whether it gets on. The kernel can hold a thread that opens or reads a file for
 * as long as it likes: a fanotify listener or a FUSE server that the command itself runs may be stopped in the very call
 * that waits for this thread. Whoever waits gives up a thread that makes no progress; what that thread reads from then on
 * may be newer than the change, and counts as lost.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

struct progress {
  _Atomic uint64_t task;    /* what somebody waits for: a call's id, say. 0: nothing, or it was given up */
  _Atomic int64_t moved_ns; /* CLOCK_MONOTONIC */
  bool answers; /* the task is a stopped call: who gives it up has to answer it, which the main thread does */
};

/* The calling thread begins task `task` (not 0), which it was given as `progress`. */
void progress_begin(struct progress *progress, uint64_t task);
/* The calling thread got on: between any two steps that may take long. */
void progress_made(void);
/* Of the calling thread's task: false once it was given up. Also true for a thread that has none. */
bool progress_is_awaited(void);
/* The calling thread's own, NULL when it has none. */
struct progress *progress_own(void);

/* Gives `task` up. False when it was over, or somebody else has done so: exactly one of all who try gets true. */
bool progress_end(struct progress *progress, uint64_t task);
bool progress_stands_still(const struct progress *progress, int64_t patience_ns);
