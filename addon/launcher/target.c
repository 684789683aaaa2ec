#define _GNU_SOURCE
#include "target.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "all-signals.h"
#include "filter.h"
#include "sockets.h"

static void tell(int hub, char type, uint32_t value, int fd) {
  char message[1 + sizeof value];
  message[0] = type;
  memcpy(message + 1, &value, sizeof value);
  socket_send(hub, message, sizeof message, fd);
}

/* Waits for one message of the launcher; without a launcher there is nothing to become. */
static void await(int hub, char type) {
  char message[8];
  ssize_t n;
  do n = socket_receive(hub, message, sizeof message, NULL);
  while (n < 0);
  if (n == 0 || message[0] != type) _exit(125);
}

void inherited_signals_restore(const struct inherited_signals *signals) {
  sigaction(SIGCHLD, &signals->child, NULL);
  signals_mask(signals->mask);
}

static _Noreturn void run(int hub, const struct plan *plan, const struct inherited_signals *signals) {
  await(hub, 'G');
  struct filter_options options = {
      .notify = plan->guard, .aside_bytes = plan->aside_bytes, .allow_io_uring = plan->allow_io_uring};
  int listener = filter_install(&options);
  if (listener < 0 && options.notify) {
    /* Under another listener, say: the part without notifications may still be had. */
    options.notify = false;
    tell(hub, 'N', (uint32_t)-listener, -1);
    filter_install(&options);
  } else if (listener > 0) {
    tell(hub, 'L', 0, listener);
    await(hub, 'A');
  }
  int failed = identity_become(&plan->user, 0);
  if (plan->no_new_rights) prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  inherited_signals_restore(signals);
  if (!failed) {
    environ = plan->environment;
    execvp(plan->argv[0], plan->argv);
    failed = -errno;
  }
  tell(hub, 'E', (uint32_t)-failed, -1);
  _exit(127);
}

int target_fork(struct target *target, const struct plan *plan, const struct inherited_signals *signals, pid_t group,
                const int *close_fds) {
  int ends[2];
  int failed = socket_pair(SOCK_SEQPACKET, ends);
  if (failed) return failed;
  pid_t pid = fork();
  if (pid < 0) return -errno;
  if (pid == 0) {
    setpgid(0, group);
    close(ends[0]);
    for (; *close_fds >= 0; close_fds++) close(*close_fds);
    run(ends[1], plan, signals);
  }
  setpgid(pid, group); /* here too: from now on what is sent to the group reaches it */
  close(ends[1]);
  *target = (struct target){.pid = pid, .hub = ends[0]};
  return 0;
}
