#define _GNU_SOURCE
#include "guard.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "background.h"
#include "base-scan.h"
#include "control.h"
#include "limits.h"
#include "listener.h"
#include "nanoseconds.h"
#include "preimage-copy.h"
#include "preimage-work.h"
#include "sockets.h"
#include "watchdog.h"

/* The recorder may have frozen the command in its last moment, which may come a little after the launcher's. */
enum { THAW_MS = 200, THAW_TIMES = 25 };
enum { LINGER_MS = 3 }; /* without work for this long the thread asks to be woken, which costs the other one a call */
enum { LOW_PRIORITY = 10, RELEASE_MS = 200, LOOK_NS = 2000000 };

struct guard {
  int hub, watchdogs, recorder; /* as in guard.h; watchdogs -1: none can be had */
  int dirfd; /* of the recording */
  bool alone;          /* the launcher is gone */
  bool told;           /* 'D' was sent */
  _Atomic bool ending; /* the thread that has time shall finish */
  bool all_ended;      /* with `ending`: every change is recorded */
  sem_t saved;         /* it has */
  struct progress walking; /* of the look at the roots at the end */
  sem_t walked;
  int walk_failed;
  struct base_result end;
  const struct plan *plan;
  struct answerers answerers;
  struct preimages pre;
};

static void say(struct guard *guard, char type, const void *body, size_t length) {
  char message[GUARD_MESSAGE_LIMIT];
  if (guard->alone) return;
  if (length > sizeof message - 1) length = sizeof message - 1;
  message[0] = type;
  if (length) memcpy(message + 1, body, length);
  /* Never waits: the launcher may be stopped (Ctrl-Z) and the command must not be stopped with it. */
  send(guard->hub, message, length + 1, MSG_NOSIGNAL | MSG_DONTWAIT);
}

static void warn(void *context, const char *text) { say(context, 'W', text, strlen(text)); }

static _Noreturn void refuse(struct guard *guard, const char *text) {
  say(guard, 'F', text, strlen(text));
  _exit(1);
}

/* ---- the thread that has time: copies ---- */

static void wait_for_work(struct guard *guard, bool idle) {
  struct pollfd wait = {guard->pre.wake_fd, POLLIN, 0};
  eventfd_t times;
  if (poll(&wait, 1, idle ? -1 : LINGER_MS) > 0) eventfd_read(guard->pre.wake_fd, &times);
}

static void *copy(void *context) {
  struct guard *guard = context;
  bool idle = false;
  setpriority(PRIO_PROCESS, 0, LOW_PRIORITY); /* of this thread alone, on Linux */
  while (!guard->ending) {
    if (preimages_have_work(&guard->pre, idle)) {
      preimages_work(&guard->pre);
      idle = false;
    } else {
      wait_for_work(guard, idle);
      idle = true;
    }
  }
  setpriority(PRIO_PROCESS, 0, 0); /* somebody waits; fails where that right is missing */
  preimages_finish(&guard->pre, guard->all_ended);
  sem_post(&guard->saved);
  return NULL;
}

/* ---- the main thread: the launcher's messages, and who makes no progress. It opens and reads no file of the command's ---- */

/* The kernel lets go of a process's filter a moment after its parent knows of its end. */
static bool all_ended(struct guard *guard) {
  const struct timespec moment = {.tv_nsec = 1000000};
  int listener = guard->answerers.calls.listener;
  for (int i = 0; i < RELEASE_MS && listener >= 0 && preimages_copying_large(&guard->pre); i++) {
    if (listener_is_over(listener)) return true;
    nanosleep(&moment, NULL);
  }
  return false;
}

/* False when the thread that has time makes no progress; it may go on some day, and what it saves then counts for nothing. */
static bool wait_until_saved(struct guard *guard) {
  struct progress *progress = &guard->pre.background_progress;
  const struct timespec moment = {.tv_nsec = LOOK_NS};
  progress->moved_ns = now_ns(CLOCK_MONOTONIC);
  while (sem_trywait(&guard->saved)) {
    if (progress_stands_still(progress, guard->pre.patience_ns) && progress_end(progress, progress->task)) return false;
    answerers_look_after(&guard->answerers); /* it may be stopped calls that hold the thread up */
    nanosleep(&moment, NULL);
  }
  return true;
}

static void finish(struct guard *guard) {
  static const uint64_t one = 1;
  guard->answerers.passing = true;
  if (guard->told) return;
  guard->told = true;
  guard->all_ended = all_ended(guard);
  guard->ending = true;
  if (write(guard->pre.wake_fd, &one, sizeof one) < 0) {} /* it cannot be full */
  if (!wait_until_saved(guard)) preimages_lose(&guard->pre, -ETIMEDOUT, -1);
  struct guard_summary summary = {guard->pre.records, guard->pre.blobs, guard->pre.bytes, guard->pre.lost};
  say(guard, 'D', &summary, sizeof summary);
}

static void *walk(void *context) {
  struct guard *guard = context;
  progress_begin(&guard->walking, 1);
  guard->walk_failed = base_scan_again(guard->plan, guard->dirfd, &guard->end);
  sem_post(&guard->walked);
  return NULL;
}

/* With the rights of the first scan. A walk that makes no progress is given up, its thread goes with the process. */
static int walk_again(struct guard *guard) {
  pthread_t thread;
  if (!guard->told) return -EAGAIN;
  guard->walking.moved_ns = now_ns(CLOCK_MONOTONIC);
  int failed = -pthread_create(&thread, NULL, walk, guard);
  if (failed) return failed;
  for (;;) {
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += (until.tv_nsec + LOOK_NS) / 1000000000;
    until.tv_nsec = (until.tv_nsec + LOOK_NS) % 1000000000;
    if (!sem_timedwait(&guard->walked, &until)) return guard->walk_failed;
    if (progress_stands_still(&guard->walking, guard->pre.patience_ns)) return -ETIMEDOUT;
  }
}

static void look_again(struct guard *guard) {
  struct guard_walk said = {.outcome = DK_WALK_FAILED};
  if (!walk_again(guard)) said = (struct guard_walk){guard->end.entries, guard->end.truncated ? DK_WALK_CUT : DK_WALK_WHOLE};
  say(guard, 'N', &said, sizeof said);
}

/*
 * Draws the line between files that stood there and files born during the recording. Births are stamped by a clock
 * that moves once a tick (1 to 10 ms), so the command waits until that clock has passed the line.
 */
static void draw_the_line(struct guard *guard) {
  const struct timespec while_ticking = {.tv_nsec = 200000};
  guard->pre.start_ns = now_ns(CLOCK_REALTIME);
  for (int i = 0; i < 100 && now_ns(CLOCK_REALTIME_COARSE) <= guard->pre.start_ns; i++) nanosleep(&while_ticking, NULL);
}

static void arm(struct guard *guard, int listener, pid_t pid) {
  guard->answerers.calls.listener = listener;
  listener_share_processor(listener);
  draw_the_line(guard);
  stopped_call_save_inherited(&guard->answerers.calls, pid);
  answerers_go(&guard->answerers);
  say(guard, 'A', NULL, 0);
}

static void on_hub(struct guard *guard) {
  char message[GUARD_MESSAGE_LIMIT];
  int fd = -1;
  ssize_t n = socket_receive(guard->hub, message, sizeof message, &fd);
  if (n < 0) return;
  if (n == 0) {
    if (guard->answerers.calls.listener < 0) _exit(0); /* the command was never started */
    guard->alone = true; /* the descriptor stays: the other thread may be about to use it */
    finish(guard);
  } else if (message[0] == 'L' && fd >= 0) {
    uint32_t pid;
    memcpy(&pid, message + 1, sizeof pid);
    arm(guard, fd, (pid_t)pid);
  } else if (message[0] == 'Z') {
    finish(guard);
  } else if (message[0] == 'N') {
    look_again(guard);
  }
}

/* Neither a watchdog nor the launcher is left: this process alone answers calls, and needs another one behind it. */
static void start_watchdog(struct guard *guard) {
  int ends[2];
  close(guard->watchdogs);
  guard->watchdogs = -1;
  if (pipe2(ends, O_CLOEXEC)) return;
  struct watchdog watchdog = {.plan = guard->plan,
                              .in_hand = guard->answerers.in_hand,
                              .listener = guard->answerers.calls.listener,
                              .guard = (int)syscall(SYS_pidfd_open, getpid(), 0),
                              .recorder = guard->recorder,
                              .alive = ends[1]};
  pid_t pid = watchdog.guard < 0 ? -1 : fork();
  if (pid == 0) watchdog_run(&watchdog);
  close(watchdog.guard);
  close(ends[1]);
  if (pid > 0) guard->watchdogs = ends[0];
  else close(ends[0]);
}

/* Waits for something to do; false when the last filtered process is gone. */
static bool serve_once(struct guard *guard, int patience_ms) {
  struct answerers *answerers = &guard->answerers;
  struct pollfd wait[] = {
      {guard->alone ? -1 : guard->hub, POLLIN, 0},
      {answerers->calls.listener, 0, 0}, /* the stopped calls are the other threads' */
      {answerers->wake_fd, POLLIN, 0},
      {guard->watchdogs, POLLIN, 0},
  };
  eventfd_t times;
  if (poll(wait, 4, patience_ms) <= 0) return true;
  if (wait[0].revents) on_hub(guard);
  if (wait[2].revents) eventfd_read(answerers->wake_fd, &times);
  if (wait[3].revents && answerers->calls.listener >= 0) start_watchdog(guard);
  return wait[1].revents == 0;
}

static void serve(struct guard *guard) {
  int thaws_left = THAW_TIMES, patience;
  do {
    patience = answerers_look_after(&guard->answerers);
    if (guard->alone && thaws_left > 0) {
      thaws_left--;
      plan_thaw(guard->plan);
      if (patience < 0) patience = THAW_MS;
    }
  } while (serve_once(guard, patience));
  finish(guard);
  /* Nothing is stopped any more, but the recorder may want another look at the roots. */
  for (struct pollfd hub = {guard->hub, POLLIN, 0}; !guard->alone;)
    if (poll(&hub, 1, -1) > 0) on_hub(guard);
}

static const char *prepare(struct guard *guard, struct base_result *base) {
  static char why[128];
  pthread_t thread;
  pthread_attr_t attributes;
  const struct plan *plan = guard->plan;
  int failed = identity_become(&plan->store, GUARD_CAPABILITIES | CAPABILITY(CAP_DAC_READ_SEARCH));
  if (plan->user.other) capabilities_use(GUARD_CAPABILITIES);
  int dir = open(plan->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  guard->dirfd = dir;
  if (!failed) failed = dir < 0 ? -errno : preimages_open(&guard->pre, plan, dir);
  if (!failed) failed = base_scan(plan, dir, &guard->pre.inodes, base);
  if (!failed && chdir("/proc/self/fd")) failed = -errno; /* handle_name() counts on it */
  /* What a thread inherits is what it has from now on: no signals, the rights of the user. */
  if (!failed) failed = answerers_start(&guard->answerers);
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, STACK_BYTES); /* instead of the command's limit */
  if (!failed) failed = -pthread_create(&thread, &attributes, copy, guard);
  return failed ? strerror_r(-failed, why, sizeof why) : NULL;
}

void guard_run(const struct plan *plan, int hub, int watchdogs, int recorder, struct calls_in_hand *in_hand) {
  static struct guard guard; /* one a process */
  int *keep[] = {&guard.hub, &guard.watchdogs, &guard.recorder};
  char text[256];
  guard.hub = hub;
  guard.watchdogs = watchdogs;
  guard.recorder = recorder;
  go_to_background("dk-guard", keep, sizeof keep / sizeof *keep);
  signal(SIGCHLD, SIG_IGN); /* watchdogs need no burial */
  guard.plan = plan;
  guard.pre.warn = warn;
  guard.pre.warn_context = &guard;
  guard.answerers.in_hand = in_hand;
  guard.answerers.calls = (struct stopped_calls){.listener = -1, .plan = plan, .pre = &guard.pre};
  sem_init(&guard.saved, 0, 0);
  sem_init(&guard.walked, 0, 0);
  struct base_result base;
  const char *wrong = prepare(&guard, &base);
  if (wrong) {
    snprintf(text, sizeof text,
             "The recording's directory cannot be written (%s). Make room or choose another place with DK_HOME.", wrong);
    refuse(&guard, text);
  }
  struct guard_walk body = {base.entries, base.truncated ? DK_WALK_CUT : DK_WALK_WHOLE};
  say(&guard, 'B', &body, sizeof body);
  serve(&guard);
  _exit(0);
}
