#define _GNU_SOURCE
#include "recorder.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "limits.h"
#include "sockets.h"

enum { CONTROL_FD = 3 };

/*
 * All that the recorder gets to know of the environment: where the store is, and how to show things. Nothing of it
 * decides what the recorder loads or runs, for it may have root's help and the environment is a user's.
 */
static const char *const passed[] = {
    "COLORFGBG", "COLORTERM", "DK_DEBUG", "DK_HOME",  "DK_KEEP_JOURNAL", "FORCE_COLOR", "HOME",
    "LANG",      "LC_ALL",    "LC_CTYPE", "NO_COLOR", "PAGER",           "SUDO_GID",    "SUDO_UID",
    "TERM",      "TZ",        "XDG_DATA_HOME",
};

static bool is_passed(const char *variable) {
  for (size_t i = 0; i < sizeof passed / sizeof *passed; i++) {
    size_t n = strlen(passed[i]);
    if (strncmp(variable, passed[i], n) == 0 && variable[n] == '=') return true;
  }
  return false;
}

static char **recorder_environment(char **whole) {
  static char *list[sizeof passed / sizeof *passed + 3] = {"DK_CTL_FD=3", SAFE_PATH};
  size_t kept = 2;
  for (; *whole && kept + 1 < sizeof list / sizeof *list; whole++)
    if (is_passed(*whole)) list[kept++] = *whole;
  return list;
}

pid_t recorder_start(char **argv, char **environment, int control, const struct inherited_signals *signals,
                     const struct recorder_rights *rights, pid_t group) {
  pid_t launcher = getpid();
  pid_t pid = fork();
  if (pid != 0) return pid;
  setpgid(0, group);
  limits_lift(); /* before root is given up */
  if (rights->limited) capabilities_forgo(CAPABILITY(CAP_DAC_READ_SEARCH));
  int failed = identity_borrow(rights->user);
  prctl(PR_SET_PDEATHSIG, SIGKILL); /* what borrowed rights starts with is asked for this again by itself */
  if (getppid() != launcher) _exit(125); /* it died before the line above */
  close_others(control);
  if (control != CONTROL_FD) dup2(control, CONTROL_FD);
  else fcntl(control, F_SETFD, 0);
  inherited_signals_restore(signals);
  if (!failed) execvpe(argv[0], argv, recorder_environment(environment));
  fprintf(stderr, "dk: Node could not be started as %s (%s). Install Node 20 or newer.\n", argv[0], strerror(errno));
  _exit(125);
}
