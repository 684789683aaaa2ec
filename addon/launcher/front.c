#define _GNU_SOURCE
#include "front.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "all-signals.h"
#include "elevate.h"
#include "launcher.h"
#include "mirror.h"
#include "sockets.h"
#include "witness.h"

static struct front front;
static struct witness witness;
static int signals;
static pid_t launcher;   /* whose SIGCONT is not for the command */
static int answer = -1;  /* the other end of the channel, until root's launcher has taken it */
static bool by_sudo, elevating;
static bool told;        /* `status` came from the launcher */
static int status;

static _Noreturn void end(int how) {
  witness_end(&witness);
  end_by(how);
}

static void go_through_sudo(void) {
  elevating = false;
  by_sudo = true;
  close_fd(&front.channel);
  front.child = elevate_start(front.argv, front.inherited, &front.channel, &answer);
  launcher = 0;
  if (front.child > 0) return;
  fprintf(stderr, "dk: sudo could not be started (%s). Free some processes or memory and try again.\n", strerror(errno));
  end(EXIT_CANNOT_RECORD << 8);
}

/* ---- the launcher's messages ---- */

static void stop(int number) {
  if (front.waiter > 0) kill(front.waiter, SIGSTOP);
  stop_by(number);
  if (front.waiter > 0) kill(front.waiter, SIGCONT);
}

static void on_signals(void);

static bool readable(int fd) {
  struct pollfd wait = {fd, POLLIN, 0};
  return poll(&wait, 1, 0) > 0;
}

/*
 * The message may be older than what continued the command: while it waited we may have been stopped ourselves, by the
 * key. And a stop takes SIGCONT away that we have not read, such as the one that a hangup sends along: nobody sends another.
 */
static void stop_as(pid_t pid, int number) {
  do {
    on_signals();
    if (!is_stopped(pid)) return;
  } while (readable(signals));
  stop(number);
}

static void on_channel(void) {
  char message[16] = {0};
  uint32_t value, pid;
  ssize_t n = socket_receive(front.channel, message, sizeof message, NULL);
  if (n < 0) return;
  if (n == 0) {
    close_fd(&front.channel); /* SIGCHLD follows */
    return;
  }
  memcpy(&value, message + 1, sizeof value);
  memcpy(&pid, message + 1 + sizeof value, sizeof pid);
  switch (message[0]) {
    case 'A':
      launcher = (pid_t)value;
      close_fd(&answer);
      break;
    case 'P': release_user_fds(); break;
    case 'S': stop_as((pid_t)pid, (int)value); break;
    case 'C': socket_send(front.channel, "C", 1, -1); break;
    case 'U': elevating = true; break;
    case 'E':
      told = true;
      status = (int)value;
      break;
    default: break;
  }
}

/* ---- signals ---- */

static void on_child(void) {
  int how;
  while (waitpid(front.child, &how, WNOHANG | WUNTRACED) == front.child) {
    if (WIFSTOPPED(how)) {
      if (by_sudo) stop(WSTOPSIG(how));
      kill(front.child, SIGCONT);
      continue;
    }
    bool adopted = launcher > 0;
    close_fd(&answer);
    while (front.channel >= 0 && readable(front.channel)) on_channel(); /* before it ended */
    adopted = adopted || launcher > 0;
    if (told) end(status);
    if (elevating) {
      go_through_sudo();
      return;
    }
    if (by_sudo && !adopted) {
      elevate_explain(how);
      how = EXIT_CANNOT_RECORD << 8;
    } else if (WIFSIGNALED(how)) {
      fprintf(stderr, "dk: the launcher was ended by signal %d; the command runs on.\n", WTERMSIG(how));
    }
    end(how);
  }
}

static void pass_on(const struct signalfd_siginfo *info) {
  bool to_group = witness_got(&witness, info);
  if (info->ssi_signo == SIGCONT) {
    if (by_sudo) kill(front.child, SIGCONT);
    if (launcher > 0 && info->ssi_pid == (uint32_t)launcher) return;
  }
  uint32_t words[] = {info->ssi_signo, to_group};
  char message[1 + sizeof words] = "K";
  memcpy(message + 1, words, sizeof words);
  if (front.channel >= 0) socket_send(front.channel, message, sizeof message, -1);
}

static void on_signals(void) {
  struct signalfd_siginfo info;
  while (read(signals, &info, sizeof info) == sizeof info) {
    if (info.ssi_signo == SIGCHLD) on_child();
    else pass_on(&info);
  }
}

void front_run(const struct front *options) {
  front = *options;
  launcher = front.child;
  signals = signals_open(~UINT64_C(0));
  witness_start(&witness);
  if (signals < 0) end(EXIT_CANNOT_RECORD << 8);
  for (;;) {
    struct pollfd wait[] = {{signals, POLLIN, 0}, {front.channel, POLLIN, 0}};
    if (poll(wait, 2, -1) < 0 && errno != EINTR) end(EXIT_CANNOT_RECORD << 8);
    if (wait[1].revents && front.channel >= 0) on_channel();
    if (wait[0].revents) on_signals();
  }
}
