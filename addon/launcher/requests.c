#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "launcher.h"
#include "sockets.h"

void send_finished(uint32_t lost) {
  struct guard_summary none = {.lost = lost};
  if (self.finished) return;
  self.finished = true;
  control_send(&self.control, 'D', &none, sizeof none);
}

void send_not_walked(void) {
  struct guard_walk none = {.outcome = DK_WALK_FAILED};
  if (!self.walk_asked) return;
  self.walk_asked = false;
  control_send(&self.control, 'N', &none, sizeof none);
}

void refuse(const char *text) { control_send(&self.control, 'F', text, strlen(text)); }

static int pidfd_of(pid_t pid) { return (int)syscall(SYS_pidfd_open, pid, 0); }

static int start_guard(void) {
  int ends[2], alive[2];
  int failed = socket_pair(SOCK_SEQPACKET, ends);
  if (failed) return failed;
  if (pipe2(alive, O_CLOEXEC)) return -errno;
  self.in_hand = mmap(NULL, sizeof *self.in_hand, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (self.in_hand == MAP_FAILED) return -errno;
  int recorder = pidfd_of(self.node);
  self.guard = fork();
  if (self.guard < 0) return -errno;
  if (self.guard == 0) guard_run(&self.plan, ends[1], alive[0], recorder, self.in_hand);
  close(ends[1]);
  close(alive[0]);
  self.guard_hub = ends[0];
  self.watchdog = (struct watchdog){.plan = &self.plan,
                                    .in_hand = self.in_hand,
                                    .listener = -1,
                                    .guard = pidfd_of(self.guard),
                                    .recorder = recorder,
                                    .alive = alive[1]};
  return 0;
}

static const char limited[] = "Set-user-id programs of the command, such as sudo, ran without their rights: "
                              "root helps you with dk and with nothing else.";

static void prepare(const char *body, size_t length) {
  char text[256];
  if (self.prepared) {
    refuse("A second command cannot be prepared. Start dk again for it.");
    return;
  }
  self.prepared = true;
  self.plan_bytes = malloc(length + 1);
  if (!self.plan_bytes) {
    refuse("There is no memory for the command's arguments. Free some and try again.");
    return;
  }
  memcpy(self.plan_bytes, body, length);
  const char *wrong = plan_parse(&self.plan, self.plan_bytes, length, self.argv);
  int failed = 0;
  if (self.user.other) self.plan.user = self.plan.store = self.user;
  self.plan.environment = self.environment;
  self.plan.no_new_rights = self.limited;
  if (!wrong) {
    failed = start_guard();
    int own[] = {self.control.fd, self.signals, self.guard_hub, self.fronts[0].channel, self.fronts[1].channel, -1};
    if (self.fronts[1].channel < 0) own[4] = -1;
    if (!failed) failed = target_fork(&self.target, &self.plan, &self.inherited, self.fronts[0].group, own);
    if (failed) wrong = strerror(-failed);
  }
  if (wrong) {
    snprintf(text, sizeof text, "The command could not be prepared (%s). Free some processes or memory and try again.",
             wrong);
    refuse(text);
    return;
  }
  signals_catch_up();
  release_user_fds();
  fronts_tell('P', 0);
  if (self.limited) control_send(&self.control, 'W', limited, strlen(limited));
  control_send_u32(&self.control, 'T', (uint32_t)self.target.pid);
}

static void elevate_or_refuse(void) {
  if (self.prepared || self.front_count > 1 || geteuid() == 0) {
    refuse("Root lacks the capabilities for recording here (CAP_BPF, CAP_PERFMON, CAP_SYS_ADMIN). "
           "Give them to this container, or run dk outside of it.");
    return;
  }
  kill(self.node, SIGKILL);
  waitpid(self.node, &self.node_status, 0);
  fronts_tell('U', 0);
  _exit(0);
}

static void on_frame(char type, const char *body, size_t length) {
  uint32_t value = 0;
  if (length >= sizeof value) memcpy(&value, body, sizeof value);
  switch (type) {
    case 'P': prepare(body, length); break;
    case 'G':
      if (self.target.hub < 0 || self.go) break;
      self.go = true;
      socket_send(self.target.hub, "G", 1, -1);
      break;
    case 'K':
      if (self.target.pid > 0) kill(self.target.pid, (int)value);
      break;
    case 'O': self.stand_in = (pid_t)value; break;
    case 'Q': self.dies_of = (int)value; break;
    case 'Z':
      if (self.guard_hub >= 0) socket_send(self.guard_hub, "Z", 1, -1);
      else send_finished(0);
      break;
    case 'N':
      self.walk_asked = true;
      if (self.guard_hub >= 0) socket_send(self.guard_hub, "N", 1, -1);
      else send_not_walked();
      break;
    case 'U': elevate_or_refuse(); break;
    case 'X': self.released = true; break;
    default: break; /* from a newer recorder: nothing we could do about it */
  }
}

void on_control(void) {
  char type, *body;
  size_t length;
  int filled = control_fill(&self.control);
  if (filled == 0) close_fd(&self.control.fd); /* its exit status comes with SIGCHLD */
  while (self.control.fd >= 0 && control_next(&self.control, &type, &body, &length) > 0) {
    on_frame(type, body, length);
    control_drop(&self.control, length);
  }
}
