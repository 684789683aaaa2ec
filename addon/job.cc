#include "job.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <vector>

#include "errors.h"

namespace {
pid_t left = 0;  // of the process, as what it names: 0 while we are in it

void TakeTerminal() {
  int terminal = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
  if (terminal < 0) return;
  pid_t in_front = tcgetpgrp(terminal);
  if (in_front > 0 && kill(-in_front, 0) != 0 && errno == ESRCH) tcsetpgrp(terminal, getpgrp());
  close(terminal);
}
}  // namespace

Napi::Value LeaveJob(const Napi::CallbackInfo& info) {
  if (left == 0) {
    pid_t job = getpgrp();
    if (setpgid(0, getpgid(getppid())) == 0) left = job;
    signal(SIGTTOU, SIG_IGN);
  }
  return info.Env().Undefined();
}

Napi::Value JoinJob(const Napi::CallbackInfo& info) {
  if (left != 0) {
    if (setpgid(0, left) == 0) left = 0;
    TakeTerminal();
    signal(SIGTTOU, SIG_DFL);
  }
  return info.Env().Undefined();
}

Napi::Value Execute(const Napi::CallbackInfo& info) {
  std::vector<std::string> words;
  std::vector<char*> pointers;
  for (size_t i = 0; i < info.Length(); i++) {
    auto word = info[i].As<Napi::Buffer<char>>();
    words.emplace_back(word.Data(), word.Length());
  }
  for (auto& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  sigset_t none;
  sigemptyset(&none);
  for (int number = 1; number <= 64; number++) signal(number, SIG_DFL);  // Node ignores SIGPIPE
  pthread_sigmask(SIG_SETMASK, &none, nullptr);
  for (int fd = 0; fd < 3; fd++) fcntl(fd, F_SETFD, 0);  // which Node has marked to be closed
  execv(pointers[0], pointers.data());
  ThrowSystemError(info.Env(), "execve", errno, words[0]);
  return info.Env().Undefined();
}
