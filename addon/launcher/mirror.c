#define _GNU_SOURCE
#include "mirror.h"

#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "all-signals.h"
#include "caller.h"

bool is_stopped(pid_t pid) {
  char path[32], line[64];
  snprintf(path, sizeof path, "/proc/%d/status", pid);
  return proc_line(path, "State:\tT", line, sizeof line);
}

void stop_by(int number) {
  struct sigaction plain = {.sa_handler = SIG_DFL}, before;
  if (number == SIGSTOP) {
    kill(getpid(), number);
    return;
  }
  sigaction(number, &plain, &before);
  kill(getpid(), number);
  signal_unblock(number); /* stops here */
  signals_block(NULL);
  sigaction(number, &before, NULL);
}

void end_by(int status) {
  if (!WIFSIGNALED(status)) _exit(WEXITSTATUS(status));
  int number = WTERMSIG(status);
  struct rlimit none = {0, 0};
  struct sigaction plain = {.sa_handler = SIG_DFL};
  setrlimit(RLIMIT_CORE, &none);
  prctl(PR_SET_DUMPABLE, 0); /* a core_pattern that is a pipe does not ask for the limit */
  sigaction(number, &plain, NULL);
  kill(getpid(), number);
  signal_unblock(number);
  _exit(128 + number); /* the first process of a container does not die of what it sends itself */
}
