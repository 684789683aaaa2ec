/* A note of the pre-images' log on its way there. */
#pragma once
#include <limits.h>
#include <stddef.h>
#include <stdint.h>

#include "node-record.h"

struct preimage_note {
  struct dk_node node;
  char name[PATH_MAX];
  size_t name_len;
  struct dk_node_extra extra; /* points into the thread's own buffers: one note at a time */
  int xattrs_lost;            /* -errno when they do not fit */
};

/* The path of the handle `fd`, and its length; empty when the kernel cannot tell it. */
size_t preimage_note_path(int fd, char path[PATH_MAX]);
/* The node and its path; of entry `base_entry` - 1 of the base, if it is still that one, its number instead of the path. */
void preimage_note_describe(int fd, const struct statx *stx, uint32_t base_entry, struct preimage_note *note);
/* What only the handle can tell: link target and attributes. `opened`: the same node opened for reading, -1 when it is not. */
void preimage_note_complete(struct preimage_note *note, int fd, int opened);
int preimage_note_add(struct preimage_note *note, struct dk_record_file *log);
