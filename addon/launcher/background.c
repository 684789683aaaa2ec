#define _GNU_SOURCE
#include "background.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "limits.h"
#include "sockets.h"

enum { FIRST = 3, ASIDE = 16 /* above all that are kept */ };

static void keep_only(int *const *keep, size_t count) {
  int next = FIRST;
  for (size_t i = 0; i < count; i++)
    if (*keep[i] >= 0) *keep[i] = fcntl(*keep[i], F_DUPFD_CLOEXEC, ASIDE);
  for (size_t i = 0; i < count; i++) {
    if (*keep[i] < 0) continue;
    dup3(*keep[i], next, O_CLOEXEC);
    *keep[i] = next++;
  }
  close_from(next);
}

void go_to_background(const char *name, int *const *keep, size_t count) {
  sigset_t all;
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, NULL);
  setsid();
  umask(077);
  prctl(PR_SET_NAME, name);
  keep_only(keep, count);
  int null = open("/dev/null", O_RDWR | O_CLOEXEC);
  for (int fd = 0; fd < FIRST && null >= 0; fd++) dup2(null, fd);
  if (null >= FIRST) close(null);
  limits_lift();
  int score = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
  if (score < 0) return;
  if (write(score, "-900", 4) < 0) {} /* needs CAP_SYS_RESOURCE; without it we are as killable as any */
  close(score);
}
