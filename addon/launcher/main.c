/*
 * dk-launcher NODE MAIN.js ARG…
 *
 *   shell ── front ─┬─ dk-witness
 *                   └─ launcher ─┬─ node MAIN.js …   the recorder; dies with the launcher
 *                                ├─ dk-guard         saves pre-images; outlives both
 *                                └─ the command      started with exactly what the front was given
 *
 * The front is what the shell waits for (front.h). It and the launcher start before Node so that environment, descriptors,
 * limits, signal dispositions and terminal reach the command untouched, and they stay when Node dies so that the command's
 * exit status still arrives. The launcher decides nothing: control.h says what the recorder can ask of it.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "adopt.h"
#include "all-signals.h"
#include "front.h"
#include "installation.h"
#include "launcher.h"
#include "recorder.h"
#include "sockets.h"

struct launcher self = {
    .guard_hub = -1, .watchdog = {.listener = -1}, .fronts = {{-1}, {-1}}, .target = {.hub = -1}};

static int give_up(const char *what, int failure) {
  fprintf(stderr, "dk: %s (%s). Free some processes, descriptors or memory and try again.\n", what,
          strerror(failure));
  return EXIT_CANNOT_RECORD << 8;
}

static void on_signals(void) {
  struct signalfd_siginfo info;
  while (read(self.signals, &info, sizeof info) == sizeof info) on_child_ended();
}

/* ---- the end ---- */

static bool target_runs(void) { return self.go && !self.ended && self.target.pid > 0; }

/* Each gives the wait status to end with. */

static int never_started(void) {
  if (!WIFSIGNALED(self.node_status)) return self.node_status;
  /* Sent to the whole group, before the recorder could know that it is for the command. */
  if (self.early & SIGNAL_BIT(WTERMSIG(self.node_status))) return self.node_status;
  fprintf(stderr, "dk: the recorder was ended by signal %d before the command was started.\nRun it again.\n",
          WTERMSIG(self.node_status));
  return EXIT_CANNOT_RECORD << 8;
}

static void mourn_node(void) {
  const char *rest = target_runs() ? "the command runs on" : "the command had ended";
  if (WIFSIGNALED(self.node_status))
    fprintf(stderr, "dk: the recorder was ended by signal %d; %s. Its recording is marked interrupted.\n",
            WTERMSIG(self.node_status), rest);
}

static int run(void) {
  bool mourned = false;
  for (;;) {
    struct pollfd wait[] = {
        {self.signals, POLLIN, 0},    {self.control.fd, POLLIN, 0},        {self.guard_hub, POLLIN, 0},
        {self.target.hub, POLLIN, 0}, {self.fronts[0].channel, POLLIN, 0}, {self.fronts[1].channel, POLLIN, 0},
    };
    if (poll(wait, 6, fronts_wake() ? FRONT_PATIENCE_MS : -1) < 0 && errno != EINTR)
      return give_up("the launcher failed", errno);
    if (wait[3].revents && self.target.hub >= 0) on_target();
    if (wait[2].revents && self.guard_hub >= 0) on_guard();
    if (wait[1].revents && self.control.fd >= 0) on_control();
    for (size_t i = 0; i < self.front_count; i++)
      if (wait[4 + i].revents && self.fronts[i].channel >= 0) on_front(&self.fronts[i]);
    if (wait[0].revents) on_signals();
    if (self.node > 0) continue;
    bool by_itself = WIFEXITED(self.node_status);
    if (!self.go && !self.dies_of) return never_started();
    if (by_itself && self.dies_of) return self.dies_of;
    if (by_itself && (self.ended || self.released)) return self.node_status;
    if (!mourned && self.fronts[0].channel >= 0) mourn_node(); /* killed with the front, nobody asks why */
    mourned = true;
    if (!target_runs()) return self.target_status;
  }
}

/* Of an installation that root owns a user may have leave to use it and no other from root. */
static bool look_at_installation(char **argv, const char **why) {
  uid_t uid;
  gid_t gid;
  *why = "sudo names no user";
  if (geteuid() != 0 || !sudo_user(&uid, &gid)) return false;
  enum installation whose = installation_check(argv, uid, gid, why);
  self.limited = whose == INSTALLATION_OF_ROOT && !sudo_allows_everything();
  return whose != INSTALLATION_REFUSED;
}

static int launch(void) {
  int ends[2];
  setpgid(0, 0); /* the command alone is in the group that the shell made */
  self.signals = signals_open(SIGNAL_BIT(SIGCHLD));
  int failed = socket_pair(SOCK_STREAM, ends);
  if (failed || self.signals < 0) return give_up("the recorder could not be connected", failed ? -failed : errno);
  self.control.fd = ends[0];
  struct recorder_rights rights = {&self.user, self.limited};
  self.node = recorder_start(self.argv + 1, self.environment, ends[1], &self.inherited, &rights, self.fronts[0].group);
  if (self.node < 0) return give_up("the recorder could not be started", errno);
  close(ends[1]);
  return run();
}

int main(int argc, char **argv) {
  int ends[2], giver_channel = -1;
  pid_t giver = 0;
  const char *why;
  struct front front = {.inherited = &self.inherited};
  if (argc > 3 && strcmp(argv[1], "--adopt") == 0) {
    if (!look_at_installation(argv + 3, &why)) {
      fprintf(stderr, "dk: Root does not run this dk for you (%s). See docs/security.md, \"Recording through sudo\".\n", why);
      return EXIT_CANNOT_RECORD;
    }
    giver_channel = adopt(argv[2], &self.user, &self.environment, &giver, &why);
    if (giver_channel < 0) {
      fprintf(stderr, "dk: The command could not be handed to root (%s). Try again.\n", why);
      return EXIT_CANNOT_RECORD;
    }
    argv += 2;
    argc -= 2;
  } else if (argc > 2 && strcmp(argv[1], "--with-parent") == 0) {
    front.waiter = getppid();
    argv += 1;
    argc -= 1;
  }
  if (argc < 3) {
    fprintf(stderr, "dk-launcher: NODE and MAIN.js are missing. It is started by dk, not by hand.\n");
    return EXIT_CANNOT_RECORD;
  }
  self.argv = argv;
  front.argv = argv + 1;
  if (!self.environment) self.environment = environ;
  hold_standard_fds();
  note_user_fds(giver_channel);
  take_signals();
  int failed = socket_pair(SOCK_SEQPACKET, ends);
  if (failed) return give_up("the launcher could not be connected", -failed) >> 8;
  pid_t shells = getpid();
  front.child = fork();
  if (front.child < 0) return give_up("the launcher could not be started", errno) >> 8;
  if (front.child > 0) {
    close(ends[1]);
    close_fd(&giver_channel);
    front.channel = ends[0];
    front_run(&front);
  }
  close(ends[0]);
  fronts_add(ends[1], shells);
  if (giver_channel >= 0) fronts_add(giver_channel, giver);
  fronts_tell('A', (uint32_t)getpid());
  fronts_tell('E', (uint32_t)launch());
  return 0;
}
