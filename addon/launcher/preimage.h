/*
 * The saved past: node records and content of what is about to be changed, each inode once.
 *
 * Small contents go into one file (preimage/small) through a buffer, larger ones into a file each, as a reflink where
 * the filesystem can. A file that loses its last name only needs its inode kept: the handle is the pin, and the copy is
 * made when the guard has nothing else to do.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "inode-set.h"
#include "node-record.h"
#include "plan.h"

enum preimage_need {
  NEED_METADATA,
  NEED_CONTENT_NOW,   /* the call lets the caller overwrite the bytes */
  NEED_CONTENT_LATER, /* the call removes a name: keeping the handle keeps the bytes */
};

struct pin {
  int fd; /* O_PATH */
  uint32_t blob;
  uint64_t dev, ino;
  int64_t size;
};

struct preimages {
  const struct plan *plan;
  void (*warn)(void *context, const char *text);
  void *warn_context;
  int dirfd;        /* DIR/preimage */
  int small_fd;
  char *small;      /* bytes not yet in preimage/small */
  size_t small_used;
  int64_t small_written;
  struct dk_blob *done; /* blobs whose bytes are in `small` */
  size_t done_count;
  struct dk_record_file log;
  struct inode_set inodes;
  uint64_t last_dev;    /* the device asked about last, and the answer */
  bool last_dev_pseudo;
  bool has_birth_times;
  struct pin *pins; /* a ring */
  size_t pin_first, pin_count, pin_limit;
  int64_t start_ns; /* what was born later needs no pre-image */
  uint32_t next_blob;
  bool content_off; /* the disk is full: save no more content */
  bool pin_nothing; /* copy at once what could otherwise wait: the right to read it is borrowed */
  uint64_t records, blobs, bytes;
  uint32_t lost;
};

/* Creates DIR/preimage and its files. Returns 0 or -errno. */
int preimages_open(struct preimages *pre, const struct plan *plan, int recording_dirfd);
/* Saves the node behind the O_PATH handle `fd`, which it takes over. */
void preimages_save(struct preimages *pre, int fd, enum preimage_need need);
/* The same for a file that the command inherits as descriptor `inherited_fd`. */
void preimages_save_inherited(struct preimages *pre, int fd, int inherited_fd);
/* True while something waits for an idle moment; preimages_idle then does one piece of it. */
bool preimages_dirty(const struct preimages *pre);
void preimages_idle(struct preimages *pre);
/* Does everything that waits. */
void preimages_finish(struct preimages *pre);
