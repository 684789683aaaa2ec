/* What the guard does for one stopped call: finds what it is about to destroy, and has that saved. */
#pragma once
#include <linux/capability.h>
#include <linux/seccomp.h>
#include <stdbool.h>

#include "plan.h"
#include "preimage.h"

/* Of a root that works for another user: reading other processes' memory and descriptors. */
#define GUARD_CAPABILITIES CAPABILITY(CAP_SYS_PTRACE)

struct stopped_calls {
  int listener;
  const struct plan *plan;
  struct preimages *pre;
  bool view_may_differ; /* some process has changed its root or its mounts */
  bool warned_compat, warned_listener;
};

/* Returns when the call may continue. */
void stopped_call_save(struct stopped_calls *calls, const struct seccomp_notif *call);
/* Files that the command is given open for writing: no later call tells of them. */
void stopped_call_save_inherited(struct stopped_calls *calls, pid_t pid);
