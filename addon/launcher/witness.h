/*
 * A process that does nothing but be in the front's process group. A signal that only the front got was sent to the front,
 * and is to be passed on; one that the witness got as well was sent to the whole group, and so to the command directly.
 * Nothing else tells the two apart: siginfo names the sender, not whom it meant.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include <sys/signalfd.h>
#include <sys/types.h>

struct witness {
  pid_t pid;     /* 0: there is none */
  int socket;    /* -1: there is none */
  uint64_t seen; /* what the witness got, and the front has not read yet */
};

/* Everything must be blocked already. Without a witness what the kernel sends counts as sent to the group. */
void witness_start(struct witness *witness);
/* To be asked once for each signal, after it was read. */
bool witness_got(struct witness *witness, const struct signalfd_siginfo *info);
void witness_end(struct witness *witness);
