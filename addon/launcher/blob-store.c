#define _GNU_SOURCE
#include "blob-store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "content-copy.h"

enum { BUFFER_BYTES = 1 << 20, WAITING_LIMIT = 4096 };

int blob_store_open(struct blob_store *store, int dirfd, const char *name, uint16_t small_flags) {
  *store = (struct blob_store){.dirfd = dirfd, .small_flags = small_flags};
  pthread_mutex_init(&store->lock, NULL);
  store->small_fd = openat(dirfd, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (store->small_fd < 0) return -errno;
  store->small = malloc(BUFFER_BYTES);
  store->waiting = calloc(WAITING_LIMIT, sizeof *store->waiting);
  return store->small && store->waiting ? 0 : -ENOMEM;
}

bool blob_store_has_room(const struct blob_store *store, int64_t size) {
  return store->small_used + (size_t)size <= BUFFER_BYTES && store->waiting_count < WAITING_LIMIT;
}

void blob_store_small(struct blob_store *store, uint32_t blob, const char *bytes, size_t length) {
  store->waiting[store->waiting_count++] = (struct dk_blob){
      .record_size = sizeof(struct dk_blob),
      .kind = DK_RECORD_BLOB,
      .flags = store->small_flags,
      .blob = blob,
      .offset = store->small_written + (int64_t)store->small_used,
      .length = (int64_t)length,
  };
  memcpy(store->small + store->small_used, bytes, length);
  store->small_used += length;
}

int blob_store_write(struct blob_store *store) {
  size_t written = 0;
  int failed = 0;
  while (written < store->small_used && !failed) {
    ssize_t n = pwrite64(store->small_fd, store->small + written, store->small_used - written,
                         store->small_written + (int64_t)written);
    if (n <= 0) failed = n < 0 ? -errno : -EIO;
    else written += (size_t)n;
  }
  if (!failed) store->small_written += (int64_t)store->small_used;
  store->small_used = 0;
  return failed;
}

int blob_store_create(struct blob_store *store, uint32_t blob) {
  char name[16];
  snprintf(name, sizeof name, "%u", blob);
  int to = openat(store->dirfd, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  return to < 0 ? -errno : to;
}

static int fill(struct blob_store *store, int from, uint32_t blob, int64_t size, int (*with)(int, int, int64_t)) {
  char name[16];
  int to = blob_store_create(store, blob);
  if (to < 0) return to;
  int failed = with(from, to, size);
  if (close(to) && !failed) failed = -errno;
  if (!failed) return 0;
  snprintf(name, sizeof name, "%u", blob);
  unlinkat(store->dirfd, name, 0);
  return failed;
}

int blob_store_clone(struct blob_store *store, int from, uint32_t blob, int64_t size) {
  return fill(store, from, blob, size, content_clone);
}

int blob_store_copy(struct blob_store *store, int from, uint32_t blob, int64_t size) {
  return fill(store, from, blob, size, content_copy);
}
