#define _GNU_SOURCE
#include "witness.h"

#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "all-signals.h"
#include "mirror.h"
#include "sockets.h"

#define STOPS (SIGNAL_BIT(SIGTSTP) | SIGNAL_BIT(SIGTTIN) | SIGNAL_BIT(SIGTTOU))

enum { PATIENCE_MS = 50 };

/* Says, whenever it is asked, which signals came since it was asked before. */
static _Noreturn void bear_witness(int socket, pid_t front) {
  struct signalfd_siginfo info;
  char question;
  prctl(PR_SET_NAME, "dk-witness");
  close_others(socket);
  for (int fd = 0; fd < 3; fd++)
    if (fd != socket) close(fd);
  int signals = signals_open(~UINT64_C(0));
  while (recv(socket, &question, 1, 0) == 1) {
    uint64_t got = 0;
    while (read(signals, &info, sizeof info) == sizeof info)
      if (info.ssi_signo != SIGCONT || info.ssi_pid != (uint32_t)front) got |= SIGNAL_BIT(info.ssi_signo);
    send(socket, &got, sizeof got, MSG_NOSIGNAL);
  }
  _exit(0);
}

void witness_start(struct witness *witness) {
  int ends[2];
  pid_t front = getpid();
  *witness = (struct witness){.socket = -1};
  if (socket_pair(SOCK_SEQPACKET, ends)) return;
  witness->pid = fork();
  if (witness->pid == 0) bear_witness(ends[1], front);
  close(ends[1]);
  witness->socket = ends[0];
  if (witness->pid < 0) witness_end(witness);
}

/* The answer, or nothing when the witness was killed. */
static bool ask(struct witness *witness, uint64_t *got) {
  struct pollfd wait = {witness->socket, POLLIN, 0};
  if (send(witness->socket, "?", 1, MSG_NOSIGNAL) != 1) return false;
  /* Stopped with the group when the front alone was continued. A witness that is late is left alone: SIGCONT takes what waits. */
  while (poll(&wait, 1, PATIENCE_MS) == 0)
    if (is_stopped(witness->pid)) kill(witness->pid, SIGCONT);
  return recv(witness->socket, got, sizeof *got, 0) == sizeof *got;
}

bool witness_got(struct witness *witness, const struct signalfd_siginfo *info) {
  uint64_t got = 0, bit = SIGNAL_BIT(info->ssi_signo);
  /* kill() goes through a group one by one, with a lock that this call waits for. It changes nothing. */
  setpgid(0, getpgrp());
  if (witness->socket < 0 || !ask(witness, &got)) {
    witness_end(witness);
    return info->ssi_code == SI_KERNEL;
  }
  got |= witness->seen;
  witness->seen = got & ~bit;
  if (info->ssi_signo == SIGCONT) witness->seen &= ~STOPS; /* the front will not read them any more */
  return (got & bit) != 0;
}

void witness_end(struct witness *witness) {
  if (witness->socket >= 0) close(witness->socket);
  if (witness->pid > 0) {
    kill(witness->pid, SIGKILL);
    waitpid(witness->pid, NULL, 0);
  }
  *witness = (struct witness){.socket = -1};
}
