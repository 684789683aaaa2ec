/*
 * Where saved bytes go: small contents one after the other into one file, through a buffer, others into a file each.
 * The buffer belongs to one thread at a time, which holds `lock` while it uses it, and reads no file meanwhile: a thread that
 * the kernel does not let get on must not stop the others.
 */
#pragma once
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "node-record.h"

enum { BLOB_SMALL_LIMIT = 128 << 10 }; /* up to here a content goes into the common file */

struct blob_store {
  pthread_mutex_t lock;
  int dirfd;
  int small_fd;
  uint16_t small_flags; /* enum dk_blob_flags: which file it is */
  char *small;          /* bytes not yet in it */
  size_t small_used;
  int64_t small_written;
  struct dk_blob *waiting; /* blobs whose bytes are in `small` */
  size_t waiting_count;
};

/* Creates `name` below the directory, which must stay open. 0 or -errno. */
int blob_store_open(struct blob_store *store, int dirfd, const char *name, uint16_t small_flags);
/* False: blob_store_write must come first. */
bool blob_store_has_room(const struct blob_store *store, int64_t size);
/* Takes a content into the buffer; its blob counts only once written. */
void blob_store_small(struct blob_store *store, uint32_t blob, const char *bytes, size_t length);
/* Writes the buffer to the disk, whether that works or not; `waiting` is then as it was, and the caller empties it. */
int blob_store_write(struct blob_store *store);
/* A content in a file of its own: as a reflink, or -errno where the filesystem cannot; as a copy. */
int blob_store_clone(struct blob_store *store, int from, uint32_t blob, int64_t size);
int blob_store_copy(struct blob_store *store, int from, uint32_t blob, int64_t size);
/* The empty file of a blob, for who fills it. A descriptor or -errno. */
int blob_store_create(struct blob_store *store, uint32_t blob);
