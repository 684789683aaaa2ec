/* What is known about each inode the guard has met: a hash table of (device, inode) to a few bits. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum inode_bits {
  INODE_META = 1,     /* its node record is written */
  INODE_CONTENT = 2,  /* its content is saved, or was given up */
  INODE_PENDING = 4,  /* its content is pinned and will be copied */
  INODE_IGNORED = 8,  /* on a pseudo filesystem or in a skipped directory */
  INODE_SCANNED = 16, /* the base scan met it */
  INODE_LINKED = 32,  /* it had several names when its record was written: each that is met is noted */
};

struct inode_entry {
  uint64_t dev, ino; /* ino 0: a free slot */
  uint32_t bits;
  uint32_t base; /* 1 + its entry in the base manifest; 0: none, or several */
};

struct inode_set {
  struct inode_entry *slots;
  size_t mask, used;
};

/* The entry of an inode, added with no bits when it is new. Valid until the next call. NULL: out of memory. */
struct inode_entry *inode_set_entry(struct inode_set *set, uint64_t dev, uint64_t ino);
/* Adds a name of an inode to a set that holds nothing but such; false when it was there, or out of memory. */
bool inode_set_add_name(struct inode_set *names, uint64_t ino, const char *name, size_t length);
