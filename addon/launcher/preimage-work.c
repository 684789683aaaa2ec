#define _GNU_SOURCE
#include "preimage-work.h"

#include <errno.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "preimage-copy.h"

enum {
  BATCH = 32,       /* pinned files between two looks at the lock, which the answering thread must get quickly */
  FINISH_S = 3,     /* how long the end of the command may be followed by copies of very large files */
};

bool preimages_have_work(struct preimages *pre, bool sleep) {
  pthread_mutex_lock(&pre->lock);
  bool work = pre->pins.count || pre->background_count;
  pre->sleeping = sleep && !work;
  pthread_mutex_unlock(&pre->lock);
  return work;
}

/* True when there were some. */
static bool save_pins(struct preimages *pre) {
  struct pin batch[BATCH];
  size_t places;
  pthread_mutex_lock(&pre->lock);
  progress_begin(&pre->background_progress, ++pre->batches);
  size_t count = pins_take(&pre->pins, batch, BATCH, &places);
  for (size_t i = 0; i < count; i++) saving_begin(&pre->saving, batch[i].dev, batch[i].node.ino);
  pthread_mutex_unlock(&pre->lock);
  for (size_t i = 0; i < count; i++) {
    preimages_save_pin(pre, &pre->later, &batch[i]);
    progress_made();
  }
  pthread_mutex_lock(&pre->lock);
  int failed = dk_records_flush(&pre->log);
  for (size_t i = 0; i < count; i++) {
    struct inode_entry *entry = inode_set_entry(&pre->inodes, batch[i].dev, batch[i].node.ino);
    if (entry) entry->bits &= ~(uint32_t)INODE_PENDING;
    saving_end(&pre->saving, batch[i].dev, batch[i].node.ino);
  }
  pins_release(&pre->pins, places);
  pthread_cond_broadcast(&pre->saved);
  pthread_mutex_unlock(&pre->lock);
  if (failed) preimages_lose(pre, failed, -1);
  return places > 0;
}

/* The first copy is over, with -errno when it failed. */
static void end_background(struct preimages *pre, struct background_copy *copy, int failed) {
  int lost_bytes = background_copy_close(copy);
  if (!failed) failed = lost_bytes;
  pthread_mutex_lock(&pre->lock);
  pre->background_count--;
  memmove(pre->background, pre->background + 1, pre->background_count * sizeof *pre->background);
  if (!failed) pre->blobs++;
  pthread_mutex_unlock(&pre->lock);
}

static void copy_range(struct preimages *pre) {
  struct background_copy *copy = &pre->background[0]; /* stays the first: only this thread takes away */
  struct dk_range range;
  int more = background_copy_step(copy, &range);
  progress_made();
  if (more > 0) {
    pthread_mutex_lock(&pre->lock);
    dk_records_add_range(&pre->log, &range);
    int failed = dk_records_flush(&pre->log);
    if (!failed) pre->bytes += (uint64_t)range.length;
    pthread_mutex_unlock(&pre->lock);
    if (failed) more = failed;
  }
  if (more > 0) return;
  if (more < 0) preimages_lose(pre, more, copy->from);
  end_background(pre, copy, more);
}

void preimages_work(struct preimages *pre) {
  if (!save_pins(pre) && pre->background_count) copy_range(pre);
}

static int64_t seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec;
}

static void commit(struct preimages *pre, struct blob_store *store) {
  pthread_mutex_lock(&store->lock);
  preimages_commit(pre, store);
  pthread_mutex_unlock(&store->lock);
}

bool preimages_copying_large(struct preimages *pre) {
  pthread_mutex_lock(&pre->lock);
  bool any = pre->background_count;
  pthread_mutex_unlock(&pre->lock);
  return any;
}

void preimages_finish(struct preimages *pre, bool all_ended) {
  pthread_mutex_lock(&pre->lock);
  pre->closed = true;
  pthread_mutex_unlock(&pre->lock);
  while (save_pins(pre)) {}
  commit(pre, &pre->now);
  commit(pre, &pre->later);
  for (int64_t end = seconds() + FINISH_S; all_ended && pre->background_count && seconds() < end;) copy_range(pre);
  while (pre->background_count) {
    preimages_lose(pre, -ETIME, pre->background[0].from);
    end_background(pre, &pre->background[0], -ETIME);
  }
}
