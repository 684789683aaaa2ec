/* What the guard does for one stopped call: finds what it is about to destroy, and has that saved. */
#pragma once
#include <linux/capability.h>
#include <linux/seccomp.h>
#include <stdbool.h>

#include "plan.h"
#include "preimage.h"

/* Of a root that works for another user: reading other processes' memory and descriptors, and answering fast. */
#define GUARD_CAPABILITIES (CAPABILITY(CAP_SYS_PTRACE) | CAPABILITY(CAP_SYS_NICE))

struct stopped_calls {
  int listener;
  const struct plan *plan;
  struct preimages *pre;
  _Atomic bool view_may_differ; /* some process has changed its root or its mounts */
  _Atomic bool warned_compat, warned_listener;
};

/* Several threads may be in these, each with a call of its own. Returns when the call may continue. */
void stopped_call_save(struct stopped_calls *calls, const struct seccomp_notif *call);
/*
 * The same, in some microseconds, where no file needs to be read or written for it and nobody waited for. False: that is not
 * so, and stopped_call_save must follow. Most calls are about what is new, or saved already, or is pinned.
 */
bool stopped_call_save_quickly(struct stopped_calls *calls, const struct seccomp_notif *call);
/* Files that the command is given open for writing: no later call tells of them. */
void stopped_call_save_inherited(struct stopped_calls *calls, pid_t pid);
