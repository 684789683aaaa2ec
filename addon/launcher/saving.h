/*
 * Inodes whose contents are on their way into the stores, by several threads. A call that would change one of them waits
 * until it is there. Whoever uses this holds the lock of the pre-images.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "progress.h"

enum { SAVING_LIMIT = 128 }; /* one for each answering thread, and a batch of pins */

struct saving {
  struct {
    uint64_t dev, ino;
    struct progress *by; /* NULL: a thread that nobody gives up */
    uint64_t task;
  } entries[SAVING_LIMIT];
  size_t count;
};

/* By the calling thread. */
void saving_begin(struct saving *saving, uint64_t dev, uint64_t ino);
void saving_end(struct saving *saving, uint64_t dev, uint64_t ino);
bool saving_has(const struct saving *saving, uint64_t dev, uint64_t ino);
/*
 * True while a thread saves that inode and gets on with it. One that does not for `patience_ns` is given up, and so is
 * all that it had begun.
 */
bool saving_is_awaited(struct saving *saving, uint64_t dev, uint64_t ino, int64_t patience_ns);
