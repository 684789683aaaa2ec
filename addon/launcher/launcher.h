/* The state of the launcher's process, and the parts of its event loop that work on it. */
#pragma once
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "control.h"
#include "guard.h"
#include "identity.h"
#include "plan.h"
#include "target.h"
#include "watchdog.h"

enum { EXIT_CANNOT_RECORD = 125, USER_FDS = 4096 };

struct launcher {
  char **argv; /* as we got it */
  char **environment; /* the command's; where root took it over it is data and not our own */
  struct inherited_signals inherited;
  int signals;            /* signalfd of everything that is blocked */
  int user_fds[USER_FDS]; /* descriptors from 3 on that were open at the start: the command's */
  size_t user_fd_count;
  struct control control;
  pid_t node;
  int node_status;
  char *plan_bytes; /* what `plan` points into */
  struct plan plan;
  struct target target;
  bool prepared, go;
  sigset_t early; /* signals that came before the command's process was there */
  bool exec_failed, ended;
  int target_status;
  int giver;     /* pidfd of the user's launcher when this is root's for it; -1 otherwise */
  bool limited;  /* the user may have dk from root and nothing more */
  struct identity user;
  bool released; /* Node said that it leaves on purpose */
  pid_t guard;
  int guard_hub; /* -1: none */
  bool finished; /* 'D' was sent */
  struct calls_in_hand *in_hand;
  struct watchdog watchdog; /* what each one is started with */
  pid_t watchdog_pid; /* 0: none */
};

extern struct launcher self;

/* beginning.c: what the launcher was started with, and what of it the command alone shall hold */
/* A standard descriptor that the user closed stays closed for the command, and nothing of the launcher's takes its place. */
void hold_standard_fds(void);
void note_user_fds(void);
/* From here on the command alone holds them: their readers must see the end when the command ends. */
void release_user_fds(void);
void take_signals(void);

/* requests.c: what the recorder asks for */
void on_control(void);
void signal_target(int number);
/* Says once that the pre-images are complete; `lost`: nodes that a guard which is gone did not save. */
void send_finished(uint32_t lost);
void refuse(const char *text);

/* children.c: what the guard and the command say, and their ends */
void on_guard(void);
void on_target(void);
void on_child_ended(void);
void close_fd(int *fd);
