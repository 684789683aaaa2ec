/*
 * The guard: a process of its own that scans the base, then answers the command's stopped system calls after saving
 * what they are about to destroy. It outlives the launcher and the recorder: a stopped call whose listener is gone
 * would fail with ENOSYS, so the guard stays until the last filtered process has ended.
 *
 * It talks to the launcher over a SOCK_SEQPACKET pair, one message one datagram, the first byte its type:
 *
 *   launcher → guard   'L' u32 pid + the listener   answer this listener; the command waits as process pid
 *                      'Z'                          finish: save everything that waits, then let all calls pass
 *                      'N'                          after 'Z': look at the roots once more
 *   guard → launcher   'B' 'W' 'F' 'D' 'N'          as in control.h, passed on to the recorder
 *                      'A'                          armed: the command may start
 *
 * When the other end closes, the recorder is gone: what waits is saved, then all calls pass.
 */
#pragma once
#include <stdint.h>
#include <sys/types.h>

#include "listener.h"
#include "plan.h"

enum { GUARD_MESSAGE_LIMIT = 512 };

/*
 * Shared with the launcher, so that a guard that dies can be replaced without leaving a call stopped. The kernel itself
 * writes the call here as it hands it over: there is no moment in which the guard has a call and nobody else knows.
 */
struct guard_shared {
  union stopped_call_buffer in_hand; /* id 0: none */
};

struct guard_summary {
  uint64_t records, blobs, bytes;
  uint32_t lost;
} __attribute__((packed));

/* What 'B' and 'N' say: how many entries, and how complete (enum dk_walk). */
struct guard_walk {
  uint64_t entries;
  uint8_t outcome;
} __attribute__((packed));

/* Becomes the guard; never returns. `hub` is its end of the pair. */
_Noreturn void guard_run(const struct plan *plan, int hub, struct guard_shared *shared);
/* Becomes what replaces a guard that died: lets every call pass. */
_Noreturn void guard_run_passing(int listener, struct guard_shared *shared);
