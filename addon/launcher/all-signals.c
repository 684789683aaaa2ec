#define _GNU_SOURCE
#include "all-signals.h"

#include <signal.h>
#include <stddef.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <unistd.h>

static void change(int how, uint64_t mask, uint64_t *before) {
  syscall(SYS_rt_sigprocmask, how, &mask, before, sizeof mask);
}

void signals_block(uint64_t *before) { change(SIG_SETMASK, ~UINT64_C(0), before); }

void signals_mask(uint64_t blocked) { change(SIG_SETMASK, blocked, NULL); }

void signal_unblock(int number) { change(SIG_UNBLOCK, SIGNAL_BIT(number), NULL); }

int signals_open(uint64_t wanted) {
  return (int)syscall(SYS_signalfd4, -1, &wanted, sizeof wanted, SFD_CLOEXEC | SFD_NONBLOCK);
}
