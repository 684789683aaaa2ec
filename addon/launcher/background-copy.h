/*
 * Copies of very large files, range by range, while the command runs on and may overtake them. Every range says when its
 * copy was done: bytes that nobody had begun to change by then are the old ones.
 */
#pragma once
#include <stdint.h>

#include "node-record.h"

struct background_copy {
  int from, to;
  uint32_t blob;
  int64_t at, size;
};

/* Copies the next range and describes it. 1: there may be more, 0: the end is reached and `range` is void, or -errno. */
int background_copy_step(struct background_copy *copy, struct dk_range *range);
/* Gives up the descriptors; 0, or -errno when the bytes may not have reached the disk. */
int background_copy_close(struct background_copy *copy);
