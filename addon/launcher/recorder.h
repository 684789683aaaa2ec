/* The recorder's process: Node with the control socket as descriptor DK_CTL_FD. */
#pragma once
#include <sys/types.h>

#include "target.h"

/* Programs that root starts are looked for here, whatever the user's PATH says. */
#define SAFE_PATH "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

struct recorder_rights {
  const struct identity *user;
  bool limited; /* the user's rights also where it reads the disk that the command wrote to */
};

/*
 * Forks and executes argv (NODE MAIN.js …) in that process group. Of the inherited descriptors it keeps the standard ones only, and
 * of `environment`, the command's, the few variables that say where the store is and how to show things. It is killed when
 * the launcher ends. For another user it works with that user's rights (identity_borrow).
 * Returns its pid, or -1 with errno.
 */
pid_t recorder_start(char **argv, char **environment, int control, const struct inherited_signals *signals,
                     const struct recorder_rights *rights, pid_t group);
