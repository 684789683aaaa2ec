/*
 * The threads that answer stopped calls. The kernel can interrupt a call only until somebody has received it, so one of
 * them, the leader, always waits in the kernel for the next one, at real-time priority where that is allowed. What takes a few
 * microseconds it does itself: handing a call on costs more than that. Before it does anything that may take longer
 * it passes the lead on. Should a call that looked quick take longer all the same (a cold disk, a FUSE server), the main
 * thread, which looks each millisecond while calls come, gives the lead to another.
 *
 *   leader     receives ── quick? ── yes: answers, receives the next
 *                            └────── no: another one leads; saves, answers, then is idle
 *   all busy   the leader puts calls that take longer into `waiting`, for the first that gets idle
 */
#pragma once
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "listener.h"
#include "progress.h"
#include "stopped-call.h"

enum { ANSWERERS_AT_START = 4, ANSWERERS_LIMIT = 64, WAITING_LIMIT = 256 };

/*
 * Shared with other processes, so that a guard that dies leaves no call stopped: every call that was received stands in here
 * until it was answered. The kernel itself writes the call here as it hands it over, so there is no moment in which the
 * guard has one and nobody else knows. Answering one twice does nothing.
 */
struct calls_in_hand {
  union stopped_call_buffer hands[ANSWERERS_LIMIT];
  struct seccomp_notif waiting[WAITING_LIMIT]; /* id 0: free */
};

struct answerer {
  struct answerers *all;
  union stopped_call_buffer *hand; /* in calls_in_hand */
  struct progress progress;
  bool real_time; /* its priority */
};

struct answerers {
  struct stopped_calls calls;
  struct calls_in_hand *in_hand;
  _Atomic bool passing; /* save nothing more */
  int wake_fd;          /* an eventfd: a call came while the main thread did not look */
  _Atomic bool unwatched;
  _Atomic uint64_t received;
  struct answerer *_Atomic leader; /* NULL: none, or one is about to */
  struct answerer each[ANSWERERS_LIMIT];
  int inherited_policy; /* the command's scheduling; 0 is also the priority of all that are not real-time */
  struct sched_param inherited;
  sem_t lead; /* posted for each idle thread that shall lead */

  pthread_mutex_t lock; /* for what follows */
  size_t count, idle;
  bool leaderless; /* the next thread that gets idle leads */
  size_t first_waiting, waiting;

  uint64_t seen_received, seen_task; /* the main thread's last look */
};

/* Starts threads that wait; 0 or -errno. `calls` is complete but for the listener. The main thread's, as the others below. */
int answerers_start(struct answerers *all);
/* The listener is there: one of them leads. */
void answerers_go(struct answerers *all);
/*
 * Gives the lead of a thread that does not come back to another, and lets calls continue whose threads make no progress:
 * what these were saving is lost. Returns in how many milliseconds the next look is due, -1: when `wake_fd` can be read.
 */
int answerers_look_after(struct answerers *all);
