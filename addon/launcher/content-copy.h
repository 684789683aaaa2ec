#pragma once
#include <stddef.h>
#include <stdint.h>

enum { HANDLE_NAME_BYTES = 12 };

/*
 * The name by which the guard's own descriptor can be opened, read as a link, and so on. Relative to /proc/self/fd,
 * the guard's working directory: walking there each time would cost a microsecond.
 */
const char *handle_name(int fd, char name[HANDLE_NAME_BYTES]);

/* Opens the regular file behind an O_PATH handle for reading, leaving its access time alone. -errno on failure. */
int content_open(int path_fd);
/* Makes the empty file `to` a reflink of `from`, cut to `size`. 0, or -errno where the filesystem cannot. */
int content_clone(int from, int to, int64_t size);
/* Copies `size` bytes of `from` to the empty file `to`, holes kept. 0 or -errno. */
int content_copy(int from, int to, int64_t size);
/* Copies [start, end) to the same place in `to`; returns how many bytes there were, or -errno. */
int64_t content_copy_range(int from, int to, int64_t start, int64_t end);
