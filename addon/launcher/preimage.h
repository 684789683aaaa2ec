/*
 * The saved past: node records and content of what is about to be changed, each inode once.
 *
 *   the threads that answer calls       decide, write the node record, copy what is about to be overwritten
 *   the thread that has time            copies pinned files and, range by range, very large ones
 *
 * A file that loses its last name only needs its inode kept: the handle is the pin. A content above the limit is a
 * reflink where the filesystem can; otherwise it is copied while the command goes on, which may overtake the copy.
 */
#pragma once
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "background-copy.h"
#include "blob-store.h"
#include "inode-set.h"
#include "node-record.h"
#include "pins.h"
#include "plan.h"
#include "saving.h"

enum { BACKGROUND_LIMIT = 64 };

enum preimage_need {
  NEED_METADATA,
  NEED_LINKS,         /* a further name: how many there were, which the base tells of its own entries */
  NEED_TREE,          /* a directory moves: what is in it gets other paths */
  NEED_CONTENT_NOW,   /* the call lets the caller overwrite the bytes */
  NEED_CONTENT_LATER, /* the call removes a name: keeping the handle keeps the bytes */
};

struct preimages {
  const struct plan *plan;
  void (*warn)(void *context, const char *text);
  void *warn_context;
  int64_t start_ns; /* what was born later needs no pre-image */
  int dirfd;        /* DIR/preimage */
  int wake_fd;      /* an eventfd: work came while the other thread slept */
  struct blob_store now, later; /* of the answering threads and of the other one */
  _Atomic int64_t patience_ns; /* how long a thread may not get on before nobody waits for it any longer */

  pthread_mutex_t lock; /* for everything below; taken after a store's when both are */
  pthread_cond_t saved; /* something is in the stores that others may wait for */
  struct saving saving;
  struct dk_record_file log;
  struct inode_set inodes;
  struct inode_set names; /* that were noted, of inodes which had several */
  uint64_t last_dev; /* the device asked about last, and the answer */
  bool last_dev_pseudo;
  bool counts_blocks; /* st_blocks tells what is no hole */
  bool has_birth_times;
  bool shows_layers; /* a file there has the device and number of its layer */
  struct pins pins;
  struct background_copy background[BACKGROUND_LIMIT]; /* oldest first; the other thread works on the first without the lock */
  size_t background_count;
  struct progress background_progress; /* of the thread that has time */
  uint64_t batches;
  uint32_t next_blob;
  bool sleeping;    /* the other thread wants to be woken */
  bool closed;      /* save nothing more */
  uint64_t records, blobs, bytes;
  /* All threads', without the lock. */
  _Atomic bool content_off; /* the disk is full: save no more content */
  _Atomic uint32_t lost;
};

/* Creates DIR/preimage and its files. Returns 0 or -errno. */
int preimages_open(struct preimages *pre, const struct plan *plan, int recording_dirfd);
/*
 * Saves the node behind the O_PATH handle `fd`, which it takes over. Without `may_pin` what could wait is copied at once: the
 * right to read it is borrowed.
 */
void preimages_save(struct preimages *pre, int fd, enum preimage_need need, bool may_pin);
/*
 * The same where that needs no file to be opened, read or written, and no other thread to be waited for; it takes some
 * microseconds then. False: it does, nothing was done, and the handle is closed.
 */
bool preimages_save_quickly(struct preimages *pre, int fd, enum preimage_need need);
/* The same for a file that the command inherits as descriptor `inherited_fd`. */
void preimages_save_inherited(struct preimages *pre, int fd, int inherited_fd);
