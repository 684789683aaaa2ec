#include "saving.h"

#include <assert.h>

static size_t find(const struct saving *saving, uint64_t dev, uint64_t ino) {
  size_t i = 0;
  while (i < saving->count && (saving->entries[i].ino != ino || saving->entries[i].dev != dev)) i++;
  return i;
}

void saving_begin(struct saving *saving, uint64_t dev, uint64_t ino) {
  struct progress *by = progress_own();
  assert(saving->count < SAVING_LIMIT);
  saving->entries[saving->count].dev = dev;
  saving->entries[saving->count].ino = ino;
  saving->entries[saving->count].by = by;
  saving->entries[saving->count++].task = by ? (uint64_t)by->task : 0;
}

void saving_end(struct saving *saving, uint64_t dev, uint64_t ino) {
  size_t i = find(saving, dev, ino);
  if (i < saving->count) saving->entries[i] = saving->entries[--saving->count];
}

bool saving_has(const struct saving *saving, uint64_t dev, uint64_t ino) {
  return saving->count && find(saving, dev, ino) < saving->count;
}

bool saving_is_awaited(struct saving *saving, uint64_t dev, uint64_t ino, int64_t patience_ns) {
  size_t i = find(saving, dev, ino);
  if (i == saving->count) return false;
  struct progress *by = saving->entries[i].by;
  uint64_t task = saving->entries[i].task;
  if (!by) return true;
  if (!by->answers && progress_stands_still(by, patience_ns)) progress_end(by, task);
  return by->task == task;
}
