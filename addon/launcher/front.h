/*
 * The front is what the shell waits for. It keeps everything that the caller gave it, and does what the command does:
 * it stops when the command stops, ends as it ends, and passes on the signals that were meant for the command.
 *
 *   shell ── front ─┬─ dk-witness          tells signals to the group from those to the front
 *                   └─ the launcher ── …   in a process group of its own, out of reach of the terminal
 *
 * The command is in the front's process group, as if the shell had started it. The launcher is not: it has to see what
 * becomes of the command while the front is stopped.
 *
 * Over a SOCK_SEQPACKET pair, one message one datagram, the first byte its type:
 *
 *   launcher → front   'A' u32 pid      adopted by root's launcher, which is that process
 *                      'P'              the command's process is there: let go of the descriptors that it was given
 *                      'S' u32 signal, u32 pid   that process, the command, was stopped by it
 *                      'C'              it goes on without SIGCONT to the front; followed by one until it is answered
 *                      'U'              the launcher ends now: run everything again through sudo
 *                      'E' u32 status   the launcher ends now: end with this wait status
 *   front → launcher   'K' u32 signal, u32 1 when it was sent to the whole group
 *                      'C'              goes on
 */
#pragma once
#include <sys/types.h>

#include "target.h"

struct front {
  char **argv;   /* NODE MAIN.js … */
  const struct inherited_signals *inherited;
  int channel;   /* -1: closed */
  pid_t child;   /* the launcher, or the sudo that runs it */
  pid_t waiter;  /* stops and goes on with us, because it waits for us without looking; 0: none */
};

/* Serves until the launcher has ended; everything must be blocked already. */
_Noreturn void front_run(const struct front *options);
