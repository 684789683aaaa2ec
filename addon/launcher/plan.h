/* What the recorder asks for in its 'P' frame. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "identity.h"

struct plan {
  const char *dir;     /* dir=       the recording's directory, absolute */
  char **roots;        /* root=      repeatable, absolute, or ".": the working directory */
  size_t root_count;
  char **skips;        /* skip=      repeatable, absolute real paths: never scanned, never guarded */
  size_t skip_count;
  const char *freeze;  /* freeze=    the command's cgroup.freeze, thawed when the recorder is gone; NULL: none */
  int64_t limit_bytes; /* preimage-limit=  larger files are not saved */
  uint32_t aside_bytes; /* aside=     a write of so many bytes or more is set aside; 0: none is */
  bool guard;          /* guard=0|1 */
  bool allow_io_uring; /* io-uring=deny|allow */
  struct identity user; /* user=UID:GID:G1,G2…  whose command it is; whoever asked for it through sudo otherwise */
  struct identity store; /* store=UID:GID:GROUPS  whose rights the guard has on the recording's directory; else `user`'s */
  bool no_new_rights;    /* set-id programs do not get theirs; decided by the launcher */
  char **environment;    /* the command's, byte for byte */
  char **argv;         /* NULL-ended; or argv-tail=N: the last N of the launcher's own arguments, byte for byte */
};

/*
 * Parses `body`, which the plan keeps pointing into, as it does into `own_argv`, the launcher's arguments.
 * Returns NULL, or what is wrong with it.
 */
const char *plan_parse(struct plan *plan, char *body, size_t length, char **own_argv);
/* True when `path` is one of the skipped directories or lies below one. */
bool plan_skips(const struct plan *plan, const char *path, size_t length);
/* Lets the command run if the recorder died while it had it frozen. */
void plan_thaw(const struct plan *plan);
