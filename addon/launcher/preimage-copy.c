#define _GNU_SOURCE
#include "preimage-copy.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base-scan.h"
#include "content-copy.h"
#include "preimage-note.h"
#include "progress.h"

enum { WARN_LIMIT = 5 /* warnings about single files; the count goes on */ };

void preimages_lose(struct preimages *pre, int failure, int fd) {
  char text[320], name[PATH_MAX] = "some files", handle[HANDLE_NAME_BYTES];
  if (fd >= 0) {
    ssize_t n = readlink(handle_name(fd, handle), name, sizeof name - 1);
    name[n > 0 ? n : 0] = '\0';
  }
  bool disk_full = failure == -ENOSPC || failure == -EDQUOT || failure == -EFBIG;
  pthread_mutex_lock(&pre->lock);
  pre->lost++;
  bool log_is_gone = failure == -EBADF; /* which was told when it went */
  bool told = disk_full ? pre->content_off : log_is_gone || pre->lost > WARN_LIMIT;
  if (disk_full) pre->content_off = true;
  pthread_mutex_unlock(&pre->lock);
  if (told) return;
  if (disk_full)
    snprintf(text, sizeof text,
             "The old content of changed files can no longer be saved (%s). Make room where DK_HOME lies; "
             "what was saved so far is kept.",
             strerror(-failure));
  else if (failure == -ETIME)
    snprintf(text, sizeof text,
             "The command ended before the old content of %.120s was copied, which is larger than the limit (%lld bytes). "
             "Raise --preimage-limit to keep it.",
             name, (long long)pre->plan->limit_bytes);
  else if (failure == -ETIMEDOUT)
    snprintf(text, sizeof text,
             "The old state of %.160s could not be saved: reading it was not answered in time, by a fanotify listener, "
             "a FUSE server or a disk.",
             name);
  else
    snprintf(text, sizeof text, "The old state of %.160s could not be saved (%s).", name, strerror(-failure));
  pre->warn(pre->warn_context, text);
}

static void count_blob(struct preimages *pre, int64_t length) {
  pre->blobs++;
  pre->bytes += (uint64_t)length;
}

void preimages_commit(struct preimages *pre, struct blob_store *store) {
  int failed = blob_store_write(store);
  for (size_t i = 0; failed && i < store->waiting_count; i++) preimages_lose(pre, failed, -1);
  if (!failed && store->waiting_count) {
    pthread_mutex_lock(&pre->lock);
    for (size_t i = 0; i < store->waiting_count; i++) {
      dk_records_add_blob(&pre->log, &store->waiting[i]);
      count_blob(pre, store->waiting[i].length);
    }
    failed = dk_records_flush(&pre->log);
    pthread_mutex_unlock(&pre->lock);
    if (failed) preimages_lose(pre, failed, -1);
  }
  store->waiting_count = 0;
}

/* Returns how many bytes there were, or -errno. */
static int64_t read_small(int from, char *to, int64_t size) {
  int64_t have = 0;
  while (have < size) {
    ssize_t n = pread64(from, to + have, (size_t)(size - have), have);
    if (n < 0) return -errno;
    if (n == 0) break; /* it shrank meanwhile; the blob's length tells */
    have += n;
  }
  return have;
}

static int copy_small(struct preimages *pre, struct blob_store *store, int from, uint32_t blob, int64_t size) {
  static _Thread_local char bytes[BLOB_SMALL_LIMIT];
  int64_t length = read_small(from, bytes, size);
  if (length < 0) return (int)length;
  if (!progress_is_awaited()) return -ETIMEDOUT;
  pthread_mutex_lock(&store->lock);
  if (!blob_store_has_room(store, length)) preimages_commit(pre, store);
  blob_store_small(store, blob, bytes, (size_t)length);
  pthread_mutex_unlock(&store->lock);
  return 0;
}

void preimages_wake(struct preimages *pre) {
  static const uint64_t one = 1;
  if (!pre->sleeping) return;
  pre->sleeping = false;
  if (write(pre->wake_fd, &one, sizeof one) < 0) {} /* it cannot be full */
}

/* Takes over `from` when it returns 0. There may be many: a command that opens all its disk images for writing. */
static int begin_background(struct preimages *pre, struct blob_store *store, int from, uint32_t blob, int64_t size) {
  int to = blob_store_create(store, blob);
  if (to < 0) return to;
  pthread_mutex_lock(&pre->lock);
  bool room = pre->background_count < BACKGROUND_LIMIT;
  if (room) {
    pre->background[pre->background_count++] =
        (struct background_copy){.from = from, .to = to, .blob = blob, .size = size};
    preimages_wake(pre);
  }
  pthread_mutex_unlock(&pre->lock);
  if (room) return 0;
  close(to);
  return -EMFILE;
}

static int finish_blob(struct preimages *pre, uint32_t blob, int64_t size) {
  if (!progress_is_awaited()) return -ETIMEDOUT;
  struct dk_blob done = {.record_size = sizeof done, .kind = DK_RECORD_BLOB, .blob = blob, .length = size};
  pthread_mutex_lock(&pre->lock);
  dk_records_add_blob(&pre->log, &done);
  count_blob(pre, size);
  int failed = dk_records_flush(&pre->log);
  pthread_mutex_unlock(&pre->lock);
  return failed;
}

/* Closes `from`, or leaves it to the background. */
static int copy_opened(struct preimages *pre, struct blob_store *store, int from, uint32_t blob, int64_t size,
                       bool large) {
  int failed;
  if (size <= BLOB_SMALL_LIMIT && !large) {
    failed = copy_small(pre, store, from, blob, size);
  } else {
    failed = blob_store_clone(store, from, blob, size);
    if (failed && large) {
      failed = begin_background(pre, store, from, blob, size);
      if (!failed) return 0;
    } else {
      if (failed) failed = blob_store_copy(store, from, blob, size);
      if (!failed) failed = finish_blob(pre, blob, size);
    }
  }
  close(from);
  return failed;
}

/* `from`: what opening the file behind `fd` gave. */
static void copy(struct preimages *pre, struct blob_store *store, int fd, int from, uint32_t blob, int64_t size,
                 bool large) {
  int failed = from;
  if (pre->content_off) {
    pre->lost++;
    if (from >= 0) close(from);
    return;
  }
  if (from >= 0 && !progress_is_awaited()) {
    close(from);
    failed = -ETIMEDOUT;
  } else if (from >= 0) {
    failed = copy_opened(pre, store, from, blob, size, large);
  }
  /* The user may not read it. Either the call fails too, or the content stays unknown: the blob is never completed. */
  if ((failed == -EACCES || failed == -EPERM) && pre->plan->user.other) return;
  if (failed < 0) preimages_lose(pre, failed, fd);
}

void preimages_copy(struct preimages *pre, struct blob_store *store, int fd, uint32_t blob, int64_t size, bool large) {
  copy(pre, store, fd, content_open(fd), blob, size, large);
}

void preimages_save_pin(struct preimages *pre, struct blob_store *store, const struct pin *pin) {
  struct preimage_note note;
  int from = pin->node.blob ? content_open(pin->fd) : -1, failed = 0;
  if (!pin->noted) {
    note.node = pin->node;
    note.name_len = 0;
    preimage_note_complete(&note, pin->fd, from);
    pthread_mutex_lock(&pre->lock);
    failed = preimage_note_add(&note, &pre->log);
    if (!failed) pre->records++;
    pthread_mutex_unlock(&pre->lock);
    if (note.xattrs_lost) preimages_lose(pre, note.xattrs_lost, pin->fd);
    if (failed) preimages_lose(pre, failed, pin->fd);
  }
  if (failed && from >= 0) close(from);
  if (pin->node.blob && !failed) copy(pre, store, pin->fd, from, pin->node.blob, pin->node.size, false); /* a large one has another queue */
  close(pin->fd);
}

void preimages_list(struct preimages *pre, struct blob_store *store, int fd, uint32_t blob) {
  char path[PATH_MAX], name[16], handle[HANDLE_NAME_BYTES];
  ssize_t n = readlink(handle_name(fd, handle), path, sizeof path - 1);
  path[n > 0 ? n : 0] = '\0';
  snprintf(name, sizeof name, "%u", blob);
  int failed = n > 0 ? base_scan_tree(pre->plan, store->dirfd, name, fd, path) : -errno;
  if (!failed) failed = finish_blob(pre, blob, 0);
  if (failed) preimages_lose(pre, failed, fd);
}
