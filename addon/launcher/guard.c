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
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base-scan.h"
#include "control.h"
#include "limits.h"
#include "listener.h"
#include "nanoseconds.h"
#include "preimage-work.h"
#include "sockets.h"
#include "stopped-call.h"

/* The recorder may have frozen the command in its last moment, which may come a little after the launcher's. */
enum { THAW_MS = 200, THAW_TIMES = 25 };
enum { LINGER_MS = 3 }; /* without work for this long the thread asks to be woken, which costs the other one a call */
/* The answering thread comes first: the command waits for it. On a busy machine that halves what a stopped call takes. */
enum { HIGH_PRIORITY = -10, LOW_PRIORITY = 10, RELEASE_MS = 200 };

struct guard {
  int hub;
  int dirfd; /* of the recording */
  _Atomic bool alone; /* the launcher is gone */
  _Atomic bool passing; /* save nothing more */
  bool told;          /* 'D' was sent */
  sem_t armed;        /* the answering thread may begin */
  const struct plan *plan;
  struct guard_shared *shared;
  struct stopped_calls calls;
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

/* ---- the answering thread: nothing but the stopped calls, one after the other ---- */

static void *answer(void *context) {
  struct guard *guard = context;
  while (sem_wait(&guard->armed)) {}
  int listener = guard->calls.listener;
  for (;;) {
    struct seccomp_notif *call = listener_receive(listener, &guard->shared->in_hand);
    if (!call) {
      if (listener_is_over(listener)) return NULL; /* the other thread sees it as well */
      continue;
    }
    if (!guard->passing) stopped_call_save(&guard->calls, call);
    listener_continue(listener, call->id);
  }
}

/* ---- the main thread: the launcher's messages, copies, the end ---- */

/* The kernel lets go of a process's filter a moment after its parent knows of its end. */
static bool all_ended(struct guard *guard) {
  const struct timespec moment = {.tv_nsec = 1000000};
  int listener = guard->calls.listener;
  for (int i = 0; i < RELEASE_MS && listener >= 0 && preimages_copying_large(&guard->pre); i++) {
    if (listener_is_over(listener)) return true;
    nanosleep(&moment, NULL);
  }
  return false;
}

static void finish(struct guard *guard) {
  guard->passing = true;
  if (guard->told) return;
  guard->told = true;
  setpriority(PRIO_PROCESS, 0, 0); /* somebody waits; fails where that right is missing */
  preimages_finish(&guard->pre, all_ended(guard));
  struct guard_summary summary = {guard->pre.records, guard->pre.blobs, guard->pre.bytes, guard->pre.lost};
  say(guard, 'D', &summary, sizeof summary);
}

/* With the rights of the first scan. */
static void look_again(struct guard *guard) {
  struct base_result end;
  int failed = guard->told ? base_scan_again(guard->plan, guard->dirfd, &end) : -EAGAIN;
  struct guard_walk walk = {.outcome = DK_WALK_FAILED};
  if (!failed) walk = (struct guard_walk){end.entries, end.truncated ? DK_WALK_CUT : DK_WALK_WHOLE};
  say(guard, 'N', &walk, sizeof walk);
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
  guard->calls.listener = listener;
  listener_share_processor(listener);
  draw_the_line(guard);
  stopped_call_save_inherited(&guard->calls, pid);
  sem_post(&guard->armed);
  say(guard, 'A', NULL, 0);
}

static void on_hub(struct guard *guard) {
  char message[GUARD_MESSAGE_LIMIT];
  int fd = -1;
  ssize_t n = socket_receive(guard->hub, message, sizeof message, &fd);
  if (n < 0) return;
  if (n == 0) {
    if (guard->calls.listener < 0) _exit(0); /* the command was never started */
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

/* Waits for something to do; false when the last filtered process is gone. */
static bool wait_for_work(struct guard *guard, int patience_ms) {
  struct pollfd wait[] = {
      {guard->alone ? -1 : guard->hub, POLLIN, 0},
      {guard->calls.listener, 0, 0}, /* the stopped calls are the other thread's */
      {guard->pre.wake_fd, POLLIN, 0},
  };
  uint64_t times;
  if (poll(wait, 3, patience_ms) <= 0) return true;
  if (wait[0].revents) on_hub(guard);
  if (wait[2].revents && read(guard->pre.wake_fd, &times, sizeof times) < 0) {} /* only to empty it */
  return wait[1].revents == 0;
}

static void serve(struct guard *guard) {
  int thaws_left = THAW_TIMES;
  bool idle = false;
  for (;;) {
    bool work = !guard->told && preimages_have_work(&guard->pre, idle);
    int patience = work ? 0 : guard->alone && thaws_left > 0 ? THAW_MS : idle || guard->told ? -1 : LINGER_MS;
    if (!wait_for_work(guard, patience)) break;
    if (guard->alone && thaws_left-- > 0) plan_thaw(guard->plan);
    if (work && !guard->told) preimages_work(&guard->pre);
    idle = !work;
  }
  finish(guard);
  /* Nothing is stopped any more, but the recorder may want another look at the roots. */
  for (struct pollfd hub = {guard->hub, POLLIN, 0}; !guard->alone;)
    if (poll(&hub, 1, -1) > 0) on_hub(guard);
}

/* Out of reach of the terminal, of the user's pipes and of the limits that were meant for the command. */
static void detach(int keep) {
  sigset_t all;
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, NULL);
  setsid();
  umask(077);
  prctl(PR_SET_NAME, "dk-guard");
  int null = open("/dev/null", O_RDWR);
  for (int fd = 0; fd < 3; fd++)
    if (fd != keep && null >= 0) dup2(null, fd);
  close_others(keep);
  limits_lift();
  int score = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
  if (score >= 0) {
    if (write(score, "-900", 4) < 0) {} /* needs CAP_SYS_RESOURCE; without it we are as killable as any */
    close(score);
  }
}


static const char *prepare(struct guard *guard, struct base_result *base) {
  static char why[128];
  pthread_t thread;
  pthread_attr_t attributes;
  const struct plan *plan = guard->plan;
  int failed = identity_become(&plan->user, GUARD_CAPABILITIES | CAPABILITY(CAP_DAC_READ_SEARCH), false);
  if (plan->user.other) capabilities_use(GUARD_CAPABILITIES);
  int dir = open(plan->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  guard->dirfd = dir;
  if (!failed) failed = dir < 0 ? -errno : preimages_open(&guard->pre, plan, dir);
  if (!failed) failed = base_scan(plan, dir, &guard->pre.inodes, base);
  if (!failed && chdir("/proc/self/fd")) failed = -errno; /* handle_name() counts on it */
  /* What a thread inherits is what it has from now on: no signals, the rights of the user, the priority. */
  if (!failed) setpriority(PRIO_PROCESS, 0, HIGH_PRIORITY); /* root's; another user's guard keeps the normal one */
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, STACK_BYTES); /* instead of the command's limit */
  if (!failed) failed = -pthread_create(&thread, &attributes, answer, guard);
  setpriority(PRIO_PROCESS, 0, LOW_PRIORITY); /* of this thread alone, on Linux */
  return failed ? strerror_r(-failed, why, sizeof why) : NULL;
}

void guard_run(const struct plan *plan, int hub, struct guard_shared *shared) {
  static struct guard guard; /* one a process */
  char text[256];
  detach(hub);
  guard.hub = hub;
  guard.plan = plan;
  guard.shared = shared;
  guard.pre.warn = warn;
  guard.pre.warn_context = &guard;
  guard.calls = (struct stopped_calls){.listener = -1, .plan = plan, .pre = &guard.pre};
  sem_init(&guard.armed, 0, 0);
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

void guard_run_passing(int listener, struct guard_shared *shared) {
  detach(listener);
  if (chdir("/")) {} /* only so that no directory of the user's stays busy */
  if (shared->in_hand.call.id) listener_continue(listener, shared->in_hand.call.id);
  struct pollfd wait = {listener, POLLIN, 0};
  while (poll(&wait, 1, -1) < 0 || wait.revents & POLLIN) {
    struct seccomp_notif *call = listener_receive(listener, &shared->in_hand);
    if (call) listener_continue(listener, call->id);
  }
  _exit(0);
}
