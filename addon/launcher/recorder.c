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

#ifndef CAP_PERFMON /* Linux 5.8 */
#define CAP_PERFMON 38
#define CAP_BPF 39
#endif
#define RECORDER_CAPABILITIES                                                                       \
  (CAPABILITY(CAP_BPF) | CAPABILITY(CAP_PERFMON) | CAPABILITY(CAP_SYS_PTRACE) | CAPABILITY(CAP_DAC_OVERRIDE) | \
   CAPABILITY(CAP_SYS_NICE))

enum { CONTROL_FD = 3 };

extern char **environ;

static bool is_dropped(const char *variable) {
  static const char *const names[] = {
      "DK_CTL_FD", "NODE_OPTIONS", "NODE_CHANNEL_FD", "NODE_CHANNEL_SERIALIZATION_MODE", "NODE_UNIQUE_ID",
      "NODE_V8_COVERAGE",
  };
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    size_t n = strlen(names[i]);
    if (strncmp(variable, names[i], n) == 0 && variable[n] == '=') return true;
  }
  return false;
}

static char **recorder_environment(void) {
  static char control[] = "DK_CTL_FD=3";
  size_t count = 0, kept = 0;
  while (environ[count]) count++;
  char **list = calloc(count + 2, sizeof *list);
  if (!list) return NULL;
  for (size_t i = 0; i < count; i++)
    if (!is_dropped(environ[i])) list[kept++] = environ[i];
  list[kept] = control;
  return list;
}

pid_t recorder_start(char **argv, int control, const struct inherited_signals *signals, const struct identity *user,
                     pid_t group) {
  pid_t launcher = getpid();
  pid_t pid = fork();
  if (pid != 0) return pid;
  setpgid(0, group);
  limits_lift(); /* before root is given up */
  int failed = identity_become(user, RECORDER_CAPABILITIES, true);
  prctl(PR_SET_PDEATHSIG, SIGKILL); /* a change of identity would undo it */
  if (getppid() != launcher) _exit(125); /* it died before the line above */
  close_others(control);
  if (control != CONTROL_FD) dup2(control, CONTROL_FD);
  else fcntl(control, F_SETFD, 0);
  char **environment = recorder_environment();
  inherited_signals_restore(signals);
  if (environment && !failed) execvpe(argv[0], argv, environment);
  fprintf(stderr, "dk: Node could not be started as %s (%s). Install Node 20 or newer.\n", argv[0], strerror(errno));
  _exit(125);
}
