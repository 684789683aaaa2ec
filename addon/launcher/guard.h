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

#include "answering.h"
#include "plan.h"

enum { GUARD_MESSAGE_LIMIT = 512 };

struct guard_summary {
  uint64_t records, blobs, bytes;
  uint32_t lost;
} __attribute__((packed));

/* What 'B' and 'N' say: how many entries, and how complete (enum dk_walk). */
struct guard_walk {
  uint64_t entries;
  uint8_t outcome;
} __attribute__((packed));

/*
 * Becomes the guard; never returns. `hub` is its end of the pair. `watchdogs`: the read end of the pipe that watchdogs and the
 * launcher hold open; `recorder`: its pidfd.
 */
_Noreturn void guard_run(const struct plan *plan, int hub, int watchdogs, int recorder, struct calls_in_hand *in_hand);
