#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "all-signals.h"
#include "launcher.h"

void note_user_fds(int own) {
  DIR *fds = opendir("/proc/self/fd");
  if (!fds) return;
  for (struct dirent *entry; (entry = readdir(fds));) {
    int fd = atoi(entry->d_name);
    if (fd >= 3 && fd != dirfd(fds) && fd != own && self.user_fd_count < USER_FDS) self.user_fds[self.user_fd_count++] = fd;
  }
  closedir(fds);
}

void hold_standard_fds(void) {
  int fd;
  do fd = open("/", O_PATH | O_CLOEXEC); /* reading and writing it fail like those of a closed one */
  while (fd >= 0 && fd < 3);
  if (fd >= 0) close(fd);
}

void release_user_fds(void) {
  for (size_t i = 0; i < self.user_fd_count; i++) close(self.user_fds[i]);
  int null = open("/dev/null", O_RDWR | O_CLOEXEC);
  if (null < 0) return;
  dup2(null, 0);
  dup2(null, 1);
  if (null > 2) close(null);
}

void take_signals(void) {
  struct sigaction plain = {.sa_handler = SIG_DFL};
  signals_block(&self.inherited.mask);
  sigaction(SIGCHLD, &plain, &self.inherited.child); /* ignored, children could not be waited for */
}
