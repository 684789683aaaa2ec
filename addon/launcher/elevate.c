#define _GNU_SOURCE
#include "elevate.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "adopt.h"

static uint64_t bits_of(const sigset_t *set) {
  uint64_t bits = 0;
  for (int number = 1; number < 64; number++)
    if (sigismember(set, number) == 1) bits |= UINT64_C(1) << (number - 1);
  return bits;
}

static uint64_t ignored_signals(const struct inherited_signals *signals) {
  uint64_t bits = 0;
  for (int number = 1; number < 64; number++) {
    struct sigaction action;
    if (number == SIGCHLD) action = signals->child;
    else if (sigaction(number, NULL, &action)) continue;
    if (action.sa_handler == SIG_IGN) bits |= UINT64_C(1) << (number - 1);
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

bool stop_like_child(int number) {
  if (number != SIGTSTP && number != SIGTTIN && number != SIGTTOU) return false;
  struct sigaction plain = {.sa_handler = SIG_DFL}, before;
  sigset_t only;
  sigemptyset(&only);
  sigaddset(&only, number);
  sigaction(number, &plain, &before);
  raise(number);
  sigprocmask(SIG_UNBLOCK, &only, NULL); /* stops here */
  sigprocmask(SIG_BLOCK, &only, NULL);
  sigaction(number, &before, NULL);
  return true;
}

/* Waits for sudo, passing on the signals that were meant for the command. */
static int wait_for(pid_t sudo) {
  sigset_t all;
  siginfo_t info;
  int status;
  sigfillset(&all);
  for (;;) {
    pid_t ended = waitpid(sudo, &status, WNOHANG | WUNTRACED);
    if (ended == sudo && WIFSTOPPED(status)) {
      if (stop_like_child(WSTOPSIG(status))) kill(sudo, SIGCONT);
      continue;
    }
    if (ended == sudo || ended < 0) return status;
    int number = sigwaitinfo(&all, &info);
    /* What the terminal sends reaches sudo and the command by itself. */
    if (number > 0 && number != SIGCHLD && info.si_code != SI_KERNEL) kill(sudo, number);
  }
}

int elevate(char **argv, const struct inherited_signals *signals, char *text, size_t capacity) {
  int answer[2];
  char adopt[ADOPT_TEXT_BYTES], adopted = 0;
  if (pipe2(answer, O_CLOEXEC | O_NONBLOCK)) return -1;
  adopt_describe(adopt, bits_of(&signals->mask), ignored_signals(signals), answer[1]);
  pid_t sudo = fork();
  if (sudo == 0) become_sudo(argv, signals, adopt);
  int status = sudo < 0 ? 126 << 8 : wait_for(sudo);
  if (read(answer[0], &adopted, 1) == 1) return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  bool missing = WIFEXITED(status) && WEXITSTATUS(status) == 127;
  snprintf(text, capacity,
           "Recording needs root's help (for eBPF and for the guard), and %s. %s",
           missing ? "sudo is not installed" : "sudo did not give it",
           missing ? "Install sudo, or run dk as root." : "Let root do the recording (sudo dk run), or ask root for the rule in docs/security.md.");
  return -1;
}
