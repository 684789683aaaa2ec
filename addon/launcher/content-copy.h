#pragma once
#include <stdint.h>

/* Opens the regular file behind an O_PATH handle for reading, leaving its access time alone. -errno on failure. */
int content_open(int path_fd);
/* Makes the empty file `to` a reflink of `from`, cut to `size`. 0, or -errno where the filesystem cannot. */
int content_clone(int from, int to, int64_t size);
/* Copies `size` bytes of `from` to the empty file `to`, holes kept. 0 or -errno. */
int content_copy(int from, int to, int64_t size);
