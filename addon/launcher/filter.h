/* The seccomp filter: stops the calls of calls.h for the guard and lets everything else pass. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

struct filter_options {
  bool notify;         /* stop guarded calls; otherwise only io_uring and aio are answered */
  uint32_t aside_bytes; /* stop writes of so many bytes or more; 0: none */
  bool allow_io_uring; /* do not answer io_uring_setup and io_setup with ENOSYS */
};

/*
 * Installs the filter for the calling process and its descendants, without no_new_privs (needs CAP_SYS_ADMIN in the
 * user namespace). Returns the listener's descriptor (close-on-exec), 0 when no listener was asked for, or -errno:
 * -EBUSY when the process already runs under another listener.
 */
int filter_install(const struct filter_options *options);
