/*
 * Node records: what the launcher writes into a recording, and the code that writes it.
 *
 *   DIR/base.bin           the manifest of the roots            magic "DKBASE\0\1"
 *   DIR/preimage/log       what stood there before it changed   magic "DKPREI\0\1"
 *   DIR/preimage/small     the bytes of small pre-images, one after the other, no header
 *   DIR/preimage/later     the same, of files that were pinned when they lost a name
 *   DIR/preimage/N         the bytes of pre-image blob N when it has a file of its own (holes kept)
 *
 *   file    ┌────────────────┬─────────────┬───────────────────────┬───────┬───────┬───
 *           │ magic, 8 bytes │ u32 version │ u32 crc32 of these 12 │ frame │ frame │ …
 *           └────────────────┴─────────────┴───────────────────────┴───────┴───────┴───
 *   frame   ┌───────────┬───────────────────┬────────────────────┬───────────────────────┬────────┬────────┬───
 *           │ "DKNF", 4 │ u32 payload bytes │ u32 crc32 of those │ u32 crc32 of these 12 │ record │ record │ …
 *           └───────────┴───────────────────┴────────────────────┴───────────────────────┴────────┴────────┴───
 *   record  ┌────────────────────────────┬──────┬─────────────┬────────┬─────────┐
 *           │ struct dk_node, 104 bytes  │ name │ link target │ xattrs │ 0…7 pad │   kinds 1, 2, 3
 *           └────────────────────────────┴──────┴─────────────┴────────┴─────────┘
 *           ┌────────────────────────────┐
 *           │ struct dk_blob, 32 bytes   │                                            kind 4
 *           ├────────────────────────────┤
 *           │ struct dk_range, 40 bytes  │                                            kind 5
 *           ├────────────────────────────┤
 *           │ struct dk_aside, 48 bytes  │                                            kind 6
 *           └────────────────────────────┘
 *   xattrs  (u16 name length, u32 value length, name, value)*, unaligned
 *
 * Little-endian; every record starts at a multiple of 8 and its first field is its whole size, padding included. The checksums
 * are zlib's. What one write appends is a frame. A frame that the file ends within is the torn end of an interrupted recording,
 * any other that does not fit its checksums is damage: readers stop at both. Times are nanoseconds since 1970. Names are
 * bytes, not text.
 *
 * base.bin: ends with a frame without records. Parents stand before their children; the children of one directory are contiguous and sorted by name
 * bytes. The name is the last component, for a root its absolute real path. Entry i is file id 16 + i.
 *
 * preimage/log: a kind 2 or 3 record is written before the call that may change the node continues, once per inode. Of an
 * inode that had several names then, each further one that a call is given is recorded, too, as CONTENT_ONLY. The record
 * of an IN_BASE entry that loses its name may come later, with its content.
 * Its name is the absolute path at that moment: empty when longer than the kernel can tell, and left out for an entry of
 * the base with one name only, which `parent` tells then. `blob` names the content;
 * it may be read only when the kind 4 record of that number is there, which follows after the bytes. A regular file
 * of size 0 needs no blob. A record says that a call was about to change the node, not that it succeeded.
 *
 * A directory from outside the base that a rename is about to move, perhaps into the roots, has a blob as well: the manifest
 * of the tree below it, its own entry first, under its absolute path.
 *
 * A file above the limit that could not become a reflink is copied while the command goes on. Its blob has no kind 4
 * record but ranges, each written after its bytes: they are the old ones unless a change of them had begun before
 * `done_ns`. What no range covers was not copied.
 *
 * A kind 6 record is written before a write of very many bytes continues: preimage/N holds what its buffer held. It says
 * that a thread was about to write, not that it did, or all of it.
 */
#pragma once
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#define DK_BASE_MAGIC "DKBASE\0\1"
#define DK_PREIMAGE_MAGIC "DKPREI\0\1"
#define DK_FRAME_MAGIC "DKNF"
#define DK_NODE_FORMAT_VERSION 2u
#define DK_NO_PARENT 0xffffffffu

enum dk_record_kind {
  DK_RECORD_BASE = 1,      /* an entry of the base manifest */
  DK_RECORD_PREIMAGE = 2,  /* a node about to be changed */
  DK_RECORD_INHERITED = 3, /* a file the command was given open for writing; `parent` is the descriptor */
  DK_RECORD_BLOB = 4,      /* a pre-image's bytes are complete (struct dk_blob) */
  DK_RECORD_RANGE = 5,     /* a range of a very large one was copied (struct dk_range) */
  DK_RECORD_ASIDE = 6,     /* the bytes of a write that is about to happen (struct dk_aside) */
};

enum dk_node_flags {
  DK_NODE_TOO_LARGE = 1,    /* above the limit: `blob` becomes complete where the filesystem could reflink, else ranges */
  DK_NODE_INHERITED = 2,    /* kind 3 */
  DK_NODE_CONTENT_ONLY = 4, /* metadata was recorded earlier and may have changed since; take only `name` and `blob` */
  DK_NODE_UNREADABLE = 8,   /* a directory of the base whose entries could not be listed */
  DK_NODE_NOT_ENTERED = 16, /* a directory of the base left alone: a pseudo filesystem is mounted on it */
  DK_NODE_DELETED = 32,     /* the name is the one the node had; it was removed before the recording */
  DK_NODE_TREE = 128,       /* a directory from outside the base that is about to move; `blob` has the form of base.bin */
  DK_NODE_IN_BASE = 64,     /* kind 2 without a name: `parent` is the entry of the base that the node is */
};

enum dk_blob_flags {
  DK_BLOB_SMALL = 1, /* in preimage/small at `offset` */
  DK_BLOB_LATER = 2, /* in preimage/later at `offset`; without either the file preimage/N */
};

enum dk_range_flags {
  DK_RANGE_HOLE = 1, /* zeros, of which there are no bytes */
};

struct dk_file_header {
  char magic[8];
  uint32_t version;
  uint32_t crc; /* of the fields before */
};

struct dk_frame_header {
  char magic[4];
  uint32_t payload_bytes;
  uint32_t payload_crc;
  uint32_t crc; /* of the fields before */
};

struct dk_node {
  uint32_t record_size;
  uint16_t kind;
  uint16_t flags;
  uint32_t mode; /* st_mode, type bits included */
  uint32_t nlink;
  uint32_t uid;
  uint32_t gid;
  uint64_t ino;
  uint32_t dev_major;
  uint32_t dev_minor;
  uint32_t rdev_major;
  uint32_t rdev_minor;
  int64_t size;
  int64_t mtime_ns;
  int64_t ctime_ns;
  int64_t btime_ns; /* 0: the filesystem keeps none */
  int64_t noted_ns; /* kinds 2 and 3: when the guard met it, CLOCK_MONOTONIC */
  uint32_t parent; /* base: index of the parent entry, DK_NO_PARENT for a root; kind 3: the descriptor; IN_BASE: see there */
  uint32_t blob;   /* 0: no content was saved */
  uint16_t name_len;
  uint16_t target_len;
  uint32_t xattr_len;
};

struct dk_blob {
  uint32_t record_size;
  uint16_t kind;
  uint16_t flags;
  uint32_t blob;
  uint32_t reserved;
  int64_t offset; /* in preimage/small or preimage/later; 0 for a file of its own */
  int64_t length;
};

struct dk_range {
  uint32_t record_size;
  uint16_t kind;
  uint16_t flags;
  uint32_t blob;
  uint32_t reserved;
  int64_t offset; /* in the file and in preimage/N */
  int64_t length;
  int64_t done_ns; /* CLOCK_MONOTONIC, as calls are recorded */
};

struct dk_aside {
  uint32_t record_size;
  uint16_t kind;
  uint16_t flags;
  uint32_t blob;
  uint32_t tid; /* as the thread's own pid namespace names it */
  uint64_t address, count; /* the buffer that the program gave */
  int64_t length; /* bytes that could be read of it */
  int64_t read_ns; /* CLOCK_MONOTONIC, before the call begins */
};

_Static_assert(sizeof(struct dk_file_header) == 16, "file header layout");
_Static_assert(sizeof(struct dk_frame_header) == 16, "frame header layout");
_Static_assert(sizeof(struct dk_node) == 104, "node record layout");
_Static_assert(offsetof(struct dk_node, parent) == 88, "node record has no holes");
_Static_assert(sizeof(struct dk_blob) == 32, "blob record layout");
_Static_assert(sizeof(struct dk_range) == 40, "range record layout");
_Static_assert(sizeof(struct dk_aside) == 48, "aside record layout");
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "records are written as they lie in memory");

/* The variable parts of a node record. */
struct dk_node_extra {
  const char *name;
  size_t name_len;
  const char *target;
  size_t target_len;
  const char *xattrs; /* already encoded */
  size_t xattr_len;
};

/* An append-only file of records behind a buffer, which becomes a frame. A failed write cuts the file back to its last one. */
struct dk_record_file {
  int fd; /* -1: closed or failed */
  char *buffer;
  size_t used, capacity; /* room for the frame's header included */
  int64_t written; /* bytes in the file */
};

/* Creates `name` below directory `dirfd`; returns 0 or -errno. Takes no ownership of dirfd. */
int dk_records_open(struct dk_record_file *file, int dirfd, const char *name, const char magic[8], size_t capacity);
/* Fills everything that statx(2) knows; the caller sets kind, flags, parent and blob. */
void dk_node_from_statx(struct dk_node *node, const struct statx *stx);
int dk_records_add_node(struct dk_record_file *file, struct dk_node *node, const struct dk_node_extra *extra);
int dk_records_add_blob(struct dk_record_file *file, const struct dk_blob *blob);
int dk_records_add_range(struct dk_record_file *file, const struct dk_range *range);
int dk_records_add_aside(struct dk_record_file *file, const struct dk_aside *aside);
int dk_records_flush(struct dk_record_file *file);
int dk_records_close(struct dk_record_file *file);
