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
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "adopt.h"
#include "control.h"
#include "elevate.h"
#include "guard.h"
#include "plan.h"
#include "recorder.h"
#include "sockets.h"
#include "target.h"

enum { EXIT_CANNOT_RECORD = 125, USER_FDS = 4096 };

static struct launcher {
  char **argv; /* as we got it */
  struct inherited_signals inherited;
  int signals;            /* signalfd of everything that is blocked */
  int user_fds[USER_FDS]; /* descriptors from 3 on that were open at the start: the command's */
  size_t user_fd_count;
  struct control control;
  pid_t node;
  int node_status;
  char *plan_bytes; /* what `plan` points into */
  struct plan plan;
  struct target target;
  bool prepared, go, started; /* started: exec succeeded */
  bool exec_failed, ended;
  int target_status;
  int giver;     /* pidfd of the user's launcher when this is root's for it; -1 otherwise */
  struct identity user;
  bool released; /* Node said that it leaves on purpose */
  pid_t guard;
  int guard_hub; /* -1: none */
  int listener;  /* a copy, for the case that the guard dies */
  bool finished; /* 'D' was sent */
  struct guard_shared *shared;
} self = {.guard_hub = -1, .listener = -1, .giver = -1, .target = {.hub = -1}};

static void close_fd(int *fd) {
  if (*fd >= 0) close(*fd);
  *fd = -1;
}

/* ---- the beginning ---- */

static void note_user_fds(void) {
  DIR *fds = opendir("/proc/self/fd");
  if (!fds) return;
  for (struct dirent *entry; (entry = readdir(fds));) {
    int fd = atoi(entry->d_name);
    if (fd >= 3 && fd != dirfd(fds) && fd != self.giver && self.user_fd_count < USER_FDS) self.user_fds[self.user_fd_count++] = fd;
  }
  closedir(fds);
}

/* From here on the command alone holds them: their readers must see the end when the command ends. */
static void release_user_fds(void) {
  for (size_t i = 0; i < self.user_fd_count; i++) close(self.user_fds[i]);
  int null = open("/dev/null", O_RDWR | O_CLOEXEC);
  if (null < 0) return;
  dup2(null, 0);
  dup2(null, 1);
  if (null > 2) close(null);
}

static void take_signals(void) {
  sigset_t taken;
  struct sigaction plain = {.sa_handler = SIG_DFL};
  sigfillset(&taken);
  static const int faults[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT, SIGSYS};
  for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) sigdelset(&taken, faults[i]);
  sigprocmask(SIG_BLOCK, &taken, &self.inherited.mask);
  sigaction(SIGCHLD, &plain, &self.inherited.child); /* ignored, children could not be waited for */
  self.signals = signalfd(-1, &taken, SFD_CLOEXEC | SFD_NONBLOCK);
  if (self.signals >= 0 && self.signals < 3) {
    int moved = fcntl(self.signals, F_DUPFD_CLOEXEC, 3);
    close(self.signals);
    self.signals = moved;
  }
}

static int give_up(const char *what, int failure) {
  fprintf(stderr, "dk: %s (%s). Free some processes, descriptors or memory and try again.\n", what,
          strerror(failure));
  return EXIT_CANNOT_RECORD;
}

/* ---- messages of the recorder ---- */

static void send_finished(uint32_t lost) {
  struct guard_summary none = {.lost = lost};
  if (self.finished) return;
  self.finished = true;
  control_send(&self.control, 'D', &none, sizeof none);
}

static void refuse(const char *text) { control_send(&self.control, 'F', text, strlen(text)); }

static int start_guard(void) {
  int ends[2];
  int failed = socket_pair(SOCK_SEQPACKET, ends);
  if (failed) return failed;
  self.shared = mmap(NULL, sizeof *self.shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (self.shared == MAP_FAILED) return -errno;
  self.guard = fork();
  if (self.guard < 0) return -errno;
  if (self.guard == 0) guard_run(&self.plan, ends[1], self.shared);
  close(ends[1]);
  self.guard_hub = ends[0];
  return 0;
}

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
  if (self.user.other) self.plan.user = self.user;
  if (!wrong) {
    failed = start_guard();
    int own[] = {self.control.fd, self.signals, self.guard_hub, -1};
    if (!failed) failed = target_fork(&self.target, &self.plan, &self.inherited, own);
    if (failed) wrong = strerror(-failed);
  }
  if (wrong) {
    snprintf(text, sizeof text, "The command could not be prepared (%s). Free some processes or memory and try again.",
             wrong);
    refuse(text);
    return;
  }
  release_user_fds();
  control_send_u32(&self.control, 'T', (uint32_t)self.target.pid);
}

static void elevate_or_refuse(void) {
  char text[512];
  if (self.prepared || self.giver >= 0 || geteuid() == 0) {
    refuse("Root lacks the capabilities for recording here (CAP_BPF, CAP_PERFMON, CAP_SYS_ADMIN). "
           "Give them to this container, or run dk outside of it.");
    return;
  }
  kill(self.node, SIGKILL);
  waitpid(self.node, &self.node_status, 0);
  int code = elevate(self.argv + 1, &self.inherited, text, sizeof text);
  if (code < 0) fprintf(stderr, "dk: %s\n", text);
  _exit(code < 0 ? EXIT_CANNOT_RECORD : code);
}

static void signal_target(int number) {
  if (self.target.pid > 0) kill(self.target.pid, number);
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
    case 'K': signal_target((int)value); break;
    case 'Z':
      if (self.guard_hub >= 0) socket_send(self.guard_hub, "Z", 1, -1);
      else send_finished(0);
      break;
    case 'U': elevate_or_refuse(); break;
    case 'X': self.released = true; break;
    default: break; /* from a newer recorder: nothing we could do about it */
  }
}

static void on_control(void) {
  char type, *body;
  size_t length;
  int filled = control_fill(&self.control);
  if (filled == 0) close_fd(&self.control.fd); /* its exit status comes with SIGCHLD */
  while (self.control.fd >= 0 && control_next(&self.control, &type, &body, &length) > 0) {
    on_frame(type, body, length);
    control_drop(&self.control, length);
  }
}

/* ---- messages of the guard and of the waiting child ---- */

static void on_guard(void) {
  char message[GUARD_MESSAGE_LIMIT];
  ssize_t n = socket_receive(self.guard_hub, message, sizeof message, NULL);
  if (n < 0) return;
  if (n == 0) {
    close_fd(&self.guard_hub);
  } else if (message[0] == 'A') {
    socket_send(self.target.hub, "A", 1, -1);
  } else {
    if (message[0] == 'D') self.finished = true;
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
  control_send(&self.control, 'W', text, strlen(text));
  close_fd(&self.guard_hub);
}

static void on_target(void) {
  char message[16];
  uint32_t value;
  int fd = -1;
  ssize_t n = socket_receive(self.target.hub, message, sizeof message, &fd);
  if (n < 0) return;
  if (n == 0) {
    close_fd(&self.target.hub);
    /* Closed by exec. When the child died before, the wait status says so. */
    if (self.go && !self.exec_failed) {
      self.started = true;
      control_send(&self.control, 'R', NULL, 0);
    }
    return;
  }
  memcpy(&value, message + 1, sizeof value);
  if (message[0] == 'L' && fd >= 0) {
    uint32_t pid = (uint32_t)self.target.pid;
    char arm[1 + sizeof pid] = "L";
    memcpy(arm + 1, &pid, sizeof pid);
    self.listener = fd;
    socket_send(self.guard_hub, arm, sizeof arm, fd);
  } else if (message[0] == 'N') {
    without_guard((int)value);
  } else if (message[0] == 'E') {
    self.exec_failed = true;
    self.target_status = (value == ENOENT ? 127 : 126) << 8;
    control_send_u32(&self.control, 'E', value);
  }
}

/* ---- children ---- */

/* The command was stopped from the terminal: stop as well, so that the shell gets the terminal back. */
static void stop_with_target(int number) {
  if (stop_like_child(number)) signal_target(SIGCONT);
}

static void reap_target(void) {
  int status;
  while (self.target.pid > 0 && waitpid(self.target.pid, &status, WNOHANG | WUNTRACED) == self.target.pid) {
    if (WIFSTOPPED(status)) {
      stop_with_target(WSTOPSIG(status));
      continue;
    }
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
  if (self.listener >= 0) {
    self.guard = fork();
    if (self.guard == 0) guard_run_passing(self.listener, self.shared);
    if (!self.finished) control_send(&self.control, 'W', text, sizeof text - 1);
    send_finished(1);
    /* When it died between the listener and its 'A', the command still waits. */
    if (self.target.hub >= 0) socket_send(self.target.hub, "A", 1, -1);
  } else if (WIFSIGNALED(status)) {
    refuse("The guard was killed before the command started. Try again.");
  }
}

static void reap_node(void) {
  if (self.node <= 0 || waitpid(self.node, &self.node_status, WNOHANG) != self.node) return;
  self.node = 0;
  close_fd(&self.control.fd);
  plan_thaw(&self.plan);
  if (!self.go) close_fd(&self.target.hub); /* ends the waiting child */
  if (!self.released) close_fd(&self.guard_hub);
}

/* ---- signals ---- */

static void on_signals(void) {
  struct signalfd_siginfo info;
  while (read(self.signals, &info, sizeof info) == sizeof info) {
    int number = (int)info.ssi_signo;
    if (number == SIGCHLD) {
      reap_guard();
      reap_target();
      reap_node();
    } else if (info.ssi_code == SI_KERNEL) {
      /* From the terminal: the command got it too. The recorder looks after itself. */
    } else if (self.started && !self.ended) {
      signal_target(number);
    } else if (self.node > 0) {
      kill(self.node, number);
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

int main(int argc, char **argv) {
  int ends[2];
  const char *why;
  if (argc > 3 && strcmp(argv[1], "--adopt") == 0) {
    self.giver = adopt(argv[2], &self.user, &why);
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
  note_user_fds();
  take_signals();
  int failed = socket_pair(SOCK_STREAM, ends);
  if (failed || self.signals < 0) return give_up("the recorder could not be connected", failed ? -failed : errno);
  self.control.fd = ends[0];
  self.node = recorder_start(argv + 1, ends[1], &self.inherited, &self.user);
  if (self.node < 0) return give_up("the recorder could not be started", errno);
  close(ends[1]);
  return run();
}
