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

enum { FRONT_PATIENCE_MS = 50 };

struct front_link {
  int channel; /* -1: it is gone */
  pid_t pid, group;
  bool asleep; /* was told to go on, and has not answered */
};

struct launcher {
  char **argv; /* as we got it */
  char **environment; /* the command's; where root took it over it is data and not our own */
  struct inherited_signals inherited;
  int signals;            /* signalfd of SIGCHLD */
  struct front_link fronts[2]; /* who waits for us; of an ordinary user sudo's, and then their own */
  size_t front_count;
  int user_fds[USER_FDS]; /* descriptors from 3 on that were open at the start: the command's */
  size_t user_fd_count;
  struct control control;
  pid_t node;
  int node_status;
  char *plan_bytes; /* what `plan` points into */
  struct plan plan;
  struct target target;
  bool prepared, go;
  uint64_t early; /* signals that came before the command's process was there */
  pid_t stand_in; /* who gets what is sent to the front in place of a command; 0: nobody */
  bool exec_failed, ended;
  int target_status;
  bool limited;  /* the user may have dk from root and nothing more */
  struct identity user;
  bool released; /* Node said that it leaves on purpose */
  int dies_of;   /* the signal that Node wants to have ended by; 0: its exit code says it */
  pid_t guard;
  int guard_hub; /* -1: none */
  bool finished; /* 'D' was sent */
  struct calls_in_hand *in_hand;
  struct watchdog watchdog; /* what each one is started with */
  pid_t watchdog_pid; /* 0: none */
  bool walk_asked; /* 'N' is to be answered */
};

extern struct launcher self;

/* fronts.c: what they are told, and what they pass on */
void fronts_add(int channel, pid_t pid);
void fronts_tell(char type, uint32_t value);
/* What we wait for, that process, was stopped by that signal, or goes on, or has ended. */
void fronts_stop(int number, pid_t who);
void fronts_go_on(void);
/* True while one of them may not have seen that it goes on: to be called again in FRONT_PATIENCE_MS. */
bool fronts_wake(void);
void on_front(struct front_link *front);
/* Sends to the command what came before it was there. */
void signals_catch_up(void);

/* beginning.c: what the launcher was started with, and what of it the command alone shall hold */
/* A standard descriptor that the user closed stays closed for the command, and nothing of the launcher's takes its place. */
void hold_standard_fds(void);
void note_user_fds(int own);
/* From here on the command alone holds them: their readers must see the end when the command ends. */
void release_user_fds(void);
void take_signals(void);

/* requests.c: what the recorder asks for */
void on_control(void);
/* Says once that the pre-images are complete; `lost`: nodes that a guard which is gone did not save. */
void send_finished(uint32_t lost);
/* Answers 'N', when it was asked for: the guard is gone. */
void send_not_walked(void);
void refuse(const char *text);

/* children.c: what the guard and the command say, and their ends */
void on_guard(void);
void on_target(void);
void on_child_ended(void);
void close_fd(int *fd);
