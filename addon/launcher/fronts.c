#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "all-signals.h"
#include "launcher.h"
#include "sockets.h"

#define STOPS (SIGNAL_BIT(SIGTSTP) | SIGNAL_BIT(SIGTTIN) | SIGNAL_BIT(SIGTTOU))

void fronts_add(int channel, pid_t pid) {
  self.fronts[self.front_count++] = (struct front_link){.channel = channel, .pid = pid, .group = getpgid(pid)};
}

void fronts_tell(char type, uint32_t value) {
  char message[1 + sizeof value];
  message[0] = type;
  memcpy(message + 1, &value, sizeof value);
  for (size_t i = 0; i < self.front_count; i++)
    if (self.fronts[i].channel >= 0) socket_send(self.fronts[i].channel, message, sizeof message, -1);
}

/* ---- stopping and going on ---- */

void fronts_stop(int number, pid_t who) {
  uint32_t words[] = {(uint32_t)number, (uint32_t)who};
  char message[1 + sizeof words] = "S";
  memcpy(message + 1, words, sizeof words);
  self.target.stopped = true;
  for (size_t i = 0; i < self.front_count; i++) self.fronts[i].asleep = false; /* where it sleeps is right again */
  /* The user's own front sees that sudo stops. */
  if (self.fronts[0].channel >= 0) socket_send(self.fronts[0].channel, message, sizeof message, -1);
}

void fronts_go_on(void) {
  if (!self.target.stopped) return;
  self.target.stopped = false;
  fronts_tell('C', 0);
  for (size_t i = 0; i < self.front_count; i++) self.fronts[i].asleep = self.fronts[i].channel >= 0;
}

/* It may be about to stop when the signal comes, so once is not enough. */
bool fronts_wake(void) {
  bool asleep = false;
  for (size_t i = 0; i < self.front_count; i++) {
    if (!self.fronts[i].asleep) continue;
    kill(self.fronts[i].pid, SIGCONT);
    asleep = true;
  }
  return asleep;
}

/* ---- what is sent to the front is for the command ---- */

/* The terminal goes to the job that the shell put in front: to the group that the command made, as it would be the same one. */
static void give_terminal(pid_t from, pid_t to) {
  int terminal = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
  if (terminal < 0) return;
  if (tcgetpgrp(terminal) == from) tcsetpgrp(terminal, to); /* from the background: SIGTTOU is blocked */
  close(terminal);
}

/*
 * Sent to the front's whole group, where the command got it if it still is there. Where the shell made the group for
 * the front, the command would be its leader without dk, and could not have left it by making one of its own.
 */
static void pass_on_to_group(const struct front_link *front, int number) {
  pid_t command = self.target.pid, group = getpgid(command);
  if (group == front->group) return;
  bool would_lead = front->pid == front->group;
  if (group == command && would_lead) {
    if (number == SIGCONT) give_terminal(front->group, group);
    kill(-group, number);
  } else if (group == self.fronts[0].group && number != SIGCONT && number != SIGWINCH) {
    kill(-group, number); /* sudo made a terminal in between, and tells it those two by itself */
  }
}

/* The recorder is what the user sees, in the group of the shell's job: the debugger. */
static void pass_on_to_node(int number, bool to_group) {
  if (!to_group && self.node > 0 && getpgid(self.node) == self.fronts[0].group) kill(self.node, number);
}

static void pass_on(const struct front_link *front, int number, bool to_group) {
  if (self.stand_in > 0) {
    if (!to_group) kill(self.stand_in, number);
  } else if (!self.prepared) {
    if (number == SIGCONT) self.early &= ~STOPS;
    else self.early |= SIGNAL_BIT(number);
  } else if (self.target.pid <= 0) {
    pass_on_to_node(number, to_group);
  } else if (!to_group || self.target.hub >= 0) {
    kill(self.target.pid, number); /* while it waits, a second one changes nothing */
  } else {
    pass_on_to_group(front, number);
  }
}

void signals_catch_up(void) {
  for (int number = 1; number <= 64; number++)
    if (self.early & SIGNAL_BIT(number)) kill(self.target.pid, number);
}

/* Who kills what the shell waits for has killed dk as far as they know. */
static void on_front_gone(struct front_link *front) {
  close_fd(&front->channel);
  front->asleep = false;
  if (self.node > 0) kill(self.node, SIGKILL);
}

void on_front(struct front_link *front) {
  char message[16];
  uint32_t words[2];
  ssize_t n = socket_receive(front->channel, message, sizeof message, NULL);
  if (n == 0) on_front_gone(front);
  else if (n > (ssize_t)sizeof words && message[0] == 'K') {
    memcpy(words, message + 1, sizeof words);
    pass_on(front, (int)words[0], words[1] != 0);
  } else if (n > 0 && message[0] == 'C') {
    front->asleep = false;
  }
}
