/*
 * dk-launcher NODE MAIN.js ARG…
 *
 *   shell ── dk-launcher ─┬─ node MAIN.js …   the recorder; dies with the launcher
 *                         ├─ dk-guard         saves pre-images; outlives both
 *                         └─ the command      started with exactly what the launcher was given
 *
 * The launcher is what the shell waits for. It starts before Node so that environment, descriptors, limits, signal
 * dispositions and terminal reach the command untouched, and it stays when Node dies so that the command's exit
 * status still arrives. It decides nothing: control.h says what the recorder can ask of it.
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
#include "installation.h"
#include "launcher.h"
#include "recorder.h"
#include "sockets.h"

struct launcher self = {.guard_hub = -1, .watchdog = {.listener = -1}, .giver = -1, .target = {.hub = -1}};

static int give_up(const char *what, int failure) {
  fprintf(stderr, "dk: %s (%s). Free some processes, descriptors or memory and try again.\n", what,
          strerror(failure));
  return EXIT_CANNOT_RECORD;
}

/* ---- signals ---- */

static void on_signals(void) {
  struct signalfd_siginfo info;
  while (read(self.signals, &info, sizeof info) == sizeof info) {
    int number = (int)info.ssi_signo;
    if (number == SIGCHLD) {
      on_child_ended();
    } else if (!self.prepared) {
      sigaddset(&self.early, number);
    } else if (info.ssi_code == SI_KERNEL) {
      /* From the terminal: the command got it too. The recorder looks after itself. */
    } else {
      signal_target(number);
    }
  }
}

/* The user's launcher was killed; that is the launcher as far as the user knows. */
static void on_giver_gone(void) {
  close_fd(&self.giver);
  if (self.node > 0) kill(self.node, SIGKILL);
}

/* ---- the end ---- */

static int code_of(int status) {
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

static bool target_runs(void) { return self.go && !self.ended && self.target.pid > 0; }

static int never_started(void) {
  if (!WIFSIGNALED(self.node_status)) return WEXITSTATUS(self.node_status);
  /* Sent to the whole group, before the recorder could know that it is for the command. */
  if (sigismember(&self.early, WTERMSIG(self.node_status)) == 1) return code_of(self.node_status);
  fprintf(stderr, "dk: the recorder was ended by signal %d before the command was started.\nRun it again.\n",
          WTERMSIG(self.node_status));
  return EXIT_CANNOT_RECORD;
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
        {self.signals, POLLIN, 0},    {self.control.fd, POLLIN, 0}, {self.guard_hub, POLLIN, 0},
        {self.target.hub, POLLIN, 0}, {self.giver, POLLIN, 0},
    };
    if (poll(wait, 5, -1) < 0 && errno != EINTR) return give_up("the launcher failed", errno);
    if (wait[3].revents && self.target.hub >= 0) on_target();
    if (wait[2].revents && self.guard_hub >= 0) on_guard();
    if (wait[1].revents && self.control.fd >= 0) on_control();
    if (wait[4].revents) on_giver_gone();
    if (wait[0].revents) on_signals();
    if (self.node > 0) continue;
    bool by_itself = WIFEXITED(self.node_status);
    if (!self.go) return never_started();
    if (by_itself && (self.ended || self.released)) return WEXITSTATUS(self.node_status);
    if (!mourned) mourn_node();
    mourned = true;
    if (!target_runs()) return code_of(self.target_status);
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

int main(int argc, char **argv) {
  int ends[2];
  const char *why;
  if (argc > 3 && strcmp(argv[1], "--adopt") == 0) {
    if (!look_at_installation(argv + 3, &why)) {
      fprintf(stderr, "dk: Root does not run this dk for you (%s). See docs/security.md, \"Recording through sudo\".\n", why);
      return EXIT_CANNOT_RECORD;
    }
    self.giver = adopt(argv[2], &self.user, &self.environment, &why);
    if (self.giver < 0) {
      fprintf(stderr, "dk: The command could not be handed to root (%s). Try again.\n", why);
      return EXIT_CANNOT_RECORD;
    }
    argv += 2;
    argc -= 2;
  }
  if (argc < 3) {
    fprintf(stderr, "dk-launcher: NODE and MAIN.js are missing. It is started by dk, not by hand.\n");
    return EXIT_CANNOT_RECORD;
  }
  self.argv = argv;
  if (!self.environment) self.environment = environ;
  hold_standard_fds();
  note_user_fds();
  take_signals();
  int failed = socket_pair(SOCK_STREAM, ends);
  if (failed || self.signals < 0) return give_up("the recorder could not be connected", failed ? -failed : errno);
  self.control.fd = ends[0];
  self.node = recorder_start(argv + 1, self.environment, ends[1], &self.inherited, &self.user, self.limited);
  if (self.node < 0) return give_up("the recorder could not be started", errno);
  close(ends[1]);
  return run();
}
