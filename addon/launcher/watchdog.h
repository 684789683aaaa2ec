/*
 * The watchdog: a process that waits for the guard's death and then answers in its place, so that no call of the command
 * fails because of it: those that the guard had received, and all later ones, may continue. It also thaws the command when
 * the recorder is gone. It is there before the command is, and ends when the last filtered process has ended.
 *
 *   launcher   starts it, and another one when it dies
 *   guard      does so when both are gone
 *
 * So calls are answered as long as any of the three is left. When the last holder of the listener dies, the kernel
 * answers with ENOSYS.
 */
#pragma once
#include "answering.h"
#include "plan.h"

struct watchdog {
  const struct plan *plan;
  struct calls_in_hand *in_hand;
  int listener;
  int guard, recorder; /* pidfds */
  int alive;           /* the write end of a pipe that is open as long as a watchdog, or the launcher, is there */
};

/* Becomes the watchdog; never returns. For the child of a fork, also of a process with threads. */
_Noreturn void watchdog_run(const struct watchdog *watchdog);
