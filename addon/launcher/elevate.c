#define _GNU_SOURCE
#include "elevate.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "adopt.h"
#include "all-signals.h"
#include "sockets.h"

static uint64_t ignored_signals(const struct inherited_signals *signals) {
  uint64_t bits = 0;
  for (int number = 1; number <= 64; number++) {
    struct sigaction action;
    if (number == SIGCHLD) action = signals->child;
    else if (sigaction(number, NULL, &action)) continue;
    if (action.sa_handler == SIG_IGN) bits |= SIGNAL_BIT(number);
  }
  return bits;
}

static _Noreturn void become_sudo(char **argv, const struct inherited_signals *signals, const char *adopt) {
  char self[PATH_MAX];
  size_t count = 0;
  ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
  if (n <= 0) _exit(ENOENT);
  self[n] = '\0';
  while (argv[count]) count++;
  char **words = calloc(count + 8, sizeof *words);
  if (!words) _exit(125);
  char *head[] = {"sudo", "-p", "[sudo] password for %p, to record with dk: ", "--", self, "--adopt", (char *)adopt};
  memcpy(words, head, sizeof head);
  memcpy(words + sizeof head / sizeof *head, argv, count * sizeof *argv);
  inherited_signals_restore(signals);
  execvp("sudo", words);
  _exit(errno == ENOENT ? 127 : 126);
}

pid_t elevate_start(char **argv, const struct inherited_signals *signals, int *channel, int *answer) {
  int ends[2];
  char adopt[ADOPT_TEXT_BYTES];
  if (socket_pair(SOCK_SEQPACKET, ends)) return -1;
  adopt_describe(adopt, signals->mask, ignored_signals(signals), ends[1]);
  pid_t sudo = fork();
  if (sudo == 0) become_sudo(argv, signals, adopt);
  *channel = ends[0];
  *answer = ends[1];
  return sudo;
}

void elevate_explain(int status) {
  bool missing = WIFEXITED(status) && WEXITSTATUS(status) == 127;
  fprintf(stderr, "dk: Recording needs root's help (for eBPF and for the guard), and %s. %s\n",
          missing ? "sudo is not installed" : "sudo did not give it",
          missing ? "Install sudo, or run dk as root." : "Let root do the recording (sudo dk run), or ask root for the rule in docs/security.md.");
}
