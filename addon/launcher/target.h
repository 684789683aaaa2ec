/*
 * The command's process. It is forked from the launcher before anything about the launcher changes, waits until it is
 * told to go, installs the filter, and becomes the command with exactly what the launcher inherited.
 *
 * Over its SOCK_SEQPACKET pair:
 *   launcher → child   'G' go · 'A' the guard is armed
 *   child → launcher   'L' + the listener · 'N' u32 errno: no listener could be had · 'E' u32 errno: exec failed
 * The child's end is close-on-exec, so its closing without 'E' means that the command runs.
 */
#pragma once
#include <signal.h>
#include <stdint.h>
#include <sys/types.h>

#include "plan.h"

/* What the launcher changed for itself and the command must find as it was. */
struct inherited_signals {
  uint64_t mask; /* all-signals.h */
  struct sigaction child; /* SIGCHLD: a caller may have it ignored */
};

struct target {
  pid_t pid;    /* 0: not forked, or reaped */
  int hub;      /* the launcher's end; -1 once the command runs or never will */
  bool stopped; /* the front was told */
};

void inherited_signals_restore(const struct inherited_signals *signals);
/*
 * Forks the waiting child, into that process group. `close_fds` (ended by -1) are the launcher's own descriptors.
 * Returns 0 or -errno.
 */
int target_fork(struct target *target, const struct plan *plan, const struct inherited_signals *signals, pid_t group,
                const int *close_fds);
