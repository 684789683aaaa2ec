#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "launcher.h"
#include "sockets.h"

void close_fd(int *fd) {
  if (*fd >= 0) close(*fd);
  *fd = -1;
}

/* ---- messages of the guard and of the waiting child ---- */

void on_guard(void) {
  char message[GUARD_MESSAGE_LIMIT];
  ssize_t n = socket_receive(self.guard_hub, message, sizeof message, NULL);
  if (n < 0) return;
  if (n == 0) {
    close_fd(&self.guard_hub);
    send_not_walked();
  } else if (message[0] == 'A') {
    socket_send(self.target.hub, "A", 1, -1);
  } else {
    if (message[0] == 'D') self.finished = true;
    if (message[0] == 'N') self.walk_asked = false;
    control_send(&self.control, message[0], message + 1, (size_t)n - 1);
  }
}

static void without_guard(int failure) {
  char text[256];
  const char *why = failure == EBUSY ? "it already runs under another seccomp listener" : strerror(failure);
  snprintf(text, sizeof text,
           "The command runs unguarded (%s): what it overwrites is not saved beforehand. "
           "Run dk as root outside of other seccomp supervisors to have the old content.",
           why);
  control_send(&self.control, 'W', text, strlen(text)); /* the guard stays, for the walk at the end */
}

static void start_watchdog(void) {
  self.watchdog_pid = fork();
  if (self.watchdog_pid == 0) watchdog_run(&self.watchdog);
}

void on_target(void) {
  char message[16];
  uint32_t value;
  int fd = -1;
  ssize_t n = socket_receive(self.target.hub, message, sizeof message, &fd);
  if (n < 0) return;
  if (n == 0) {
    close_fd(&self.target.hub);
    /* Closed by exec. When the child died before, the wait status says so. */
    if (self.go && !self.exec_failed) control_send(&self.control, 'R', NULL, 0);
    return;
  }
  memcpy(&value, message + 1, sizeof value);
  if (message[0] == 'L' && fd >= 0) {
    uint32_t pid = (uint32_t)self.target.pid;
    char arm[1 + sizeof pid] = "L";
    memcpy(arm + 1, &pid, sizeof pid);
    self.watchdog.listener = fd;
    start_watchdog();
    socket_send(self.guard_hub, arm, sizeof arm, fd);
  } else if (message[0] == 'N') {
    without_guard((int)value);
  } else if (message[0] == 'E') {
    self.exec_failed = true;
    self.target_status = (value == ENOENT ? 127 : 126) << 8;
    control_send_u32(&self.control, 'E', value);
  }
}

/* ---- ends ---- */

enum { CHANGES = WUNTRACED | WCONTINUED };

/* The front does as what it stands for: true when that has not ended. */
static bool follow(int status, pid_t who) {
  if (WIFSTOPPED(status)) fronts_stop(WSTOPSIG(status), who);
  else if (WIFCONTINUED(status)) fronts_go_on();
  else return false;
  return true;
}

static void reap_target(void) {
  int status;
  while (self.target.pid > 0 && waitpid(self.target.pid, &status, WNOHANG | CHANGES) == self.target.pid) {
    if (follow(status, self.target.pid)) continue;
    fronts_go_on();
    while (self.target.hub >= 0) on_target(); /* what it said before it ended */
    self.target.pid = 0;
    self.ended = true;
    if (self.exec_failed) return;
    self.target_status = status;
    control_send_u32(&self.control, 'S', (uint32_t)status);
  }
}

static void reap_guard(void) {
  static const char text[] = "The guard for old content was killed: what the command overwrites from here on is not "
                             "saved beforehand. Record again if you need it.";
  int status;
  if (self.guard <= 0 || waitpid(self.guard, &status, WNOHANG) != self.guard) return;
  while (self.guard_hub >= 0) on_guard();
  self.guard = 0;
  bool regular = WIFEXITED(status) && WEXITSTATUS(status) == 0;
  if (regular) return;
  if (self.watchdog.listener >= 0) { /* the watchdog answers now */
    if (!self.finished) control_send(&self.control, 'W', text, sizeof text - 1);
    send_finished(1);
    /* When it died between the listener and its 'A', the command still waits. */
    if (self.target.hub >= 0) socket_send(self.target.hub, "A", 1, -1);
  } else if (WIFSIGNALED(status)) {
    refuse("The guard was killed before the command started. Try again.");
  }
}

static void reap_watchdog(void) {
  int status;
  if (self.watchdog_pid <= 0 || waitpid(self.watchdog_pid, &status, WNOHANG) != self.watchdog_pid) return;
  self.watchdog_pid = 0;
  if (WIFSIGNALED(status)) start_watchdog();
}

static void reap_node(void) {
  int status;
  /* While there is a command, nobody stops for the recorder. */
  int wanted = WNOHANG | (self.target.pid > 0 ? 0 : CHANGES);
  do {
    if (self.node <= 0 || waitpid(self.node, &status, wanted) != self.node) return;
  } while (follow(status, self.node));
  fronts_go_on();
  self.node_status = status;
  self.node = 0;
  close_fd(&self.control.fd);
  plan_thaw(&self.plan);
  if (!self.go) close_fd(&self.target.hub); /* ends the waiting child */
  if (!self.released) close_fd(&self.guard_hub);
}

void on_child_ended(void) {
  reap_guard();
  reap_watchdog();
  reap_target();
  reap_node();
}
