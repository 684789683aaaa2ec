#define _GNU_SOURCE
#include "watchdog.h"

#include <poll.h>
#include <unistd.h>

#include "background.h"

/* The recorder may have frozen the command in its last moment. */
enum { THAW_MS = 200, THAW_TIMES = 25 };
enum { GUARD, RECORDER, LISTENER, WATCHED };

static void pass(int listener, uint64_t id) {
  if (id) listener_continue(listener, id);
}

/* The guard is gone: what it had received. */
static void pass_received(const struct watchdog *own) {
  for (size_t i = 0; i < ANSWERERS_LIMIT; i++) pass(own->listener, own->in_hand->hands[i].call.id);
  for (size_t i = 0; i < WAITING_LIMIT; i++) pass(own->listener, own->in_hand->waiting[i].id);
}

void watchdog_run(const struct watchdog *watchdog) {
  struct watchdog own = *watchdog;
  int *keep[] = {&own.listener, &own.guard, &own.recorder, &own.alive};
  int thaws_left = 0;
  go_to_background("dk-watchdog", keep, sizeof keep / sizeof *keep);
  if (chdir("/")) {} /* only so that no directory of the user's stays busy */
  struct pollfd wait[WATCHED] = {
      [GUARD] = {own.guard, POLLIN, 0}, [RECORDER] = {own.recorder, POLLIN, 0}, [LISTENER] = {own.listener, 0, 0}};
  for (;;) {
    poll(wait, WATCHED, thaws_left > 0 ? THAW_MS : -1);
    if (wait[GUARD].revents) {
      wait[GUARD].fd = -1;
      wait[LISTENER].events = POLLIN; /* from now on calls are for this process */
      pass_received(&own);
    }
    if (wait[LISTENER].revents & POLLIN) {
      /* Into the shared place: should this process die, the next one knows of the call. */
      struct seccomp_notif *call = listener_receive(own.listener, &own.in_hand->hands[0]);
      if (call) pass(own.listener, call->id);
    } else if (wait[LISTENER].revents) {
      _exit(0);
    }
    if (wait[RECORDER].revents) thaws_left = THAW_TIMES;
    if (wait[RECORDER].revents) wait[RECORDER].fd = -1;
    if (thaws_left > 0 && thaws_left--) plan_thaw(own.plan);
  }
}
