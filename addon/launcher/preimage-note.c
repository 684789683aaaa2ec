#define _GNU_SOURCE
#include "preimage-note.h"

#include <string.h>
#include <unistd.h>

#include "content-copy.h"
#include "nanoseconds.h"
#include "xattrs.h"

enum { XATTR_BYTES = 128 << 10 };

size_t preimage_note_path(int fd, char name[PATH_MAX]) {
  char handle[HANDLE_NAME_BYTES];
  ssize_t n = readlink(handle_name(fd, handle), name, PATH_MAX - 1);
  name[n > 0 ? n : 0] = '\0';
  return n > 0 ? (size_t)n : 0;
}

void preimage_note_describe(int fd, const struct statx *stx, uint32_t base_entry, struct preimage_note *note) {
  static const char deleted[] = " (deleted)";
  struct stat now;
  dk_node_from_statx(&note->node, stx);
  note->node.kind = DK_RECORD_PREIMAGE;
  note->node.parent = DK_NO_PARENT;
  note->node.noted_ns = now_ns(CLOCK_MONOTONIC);
  note->name_len = 0;
  if (base_entry && stx->stx_mask & STATX_BTIME && (stx->stx_nlink == 1 || S_ISDIR(stx->stx_mode))) {
    /* The birth time says that the inode was not given to another file since the scan. A name costs 3 µs. */
    note->node.parent = base_entry - 1;
    note->node.flags |= DK_NODE_IN_BASE;
    return;
  }
  note->name_len = preimage_note_path(fd, note->name);
  size_t n = sizeof deleted - 1;
  if (note->name_len <= n || strcmp(note->name + note->name_len - n, deleted) != 0) return;
  if (lstat(note->name, &now) == 0 && now.st_ino == stx->stx_ino) return; /* it is really called that */
  note->node.flags |= DK_NODE_DELETED;
  note->name[note->name_len -= n] = '\0';
}

void preimage_note_complete(struct preimage_note *note, int fd, int opened) {
  static _Thread_local char xattrs[XATTR_BYTES], target[PATH_MAX];
  char handle[HANDLE_NAME_BYTES];
  note->extra = (struct dk_node_extra){.name = note->name, .name_len = note->name_len, .target = target, .xattrs = xattrs};
  note->xattrs_lost = 0;
  if (S_ISLNK(note->node.mode)) {
    ssize_t n = readlinkat(fd, "", target, sizeof target);
    note->extra.target_len = n > 0 ? (size_t)n : 0;
  }
  if (note->node.flags & DK_NODE_CONTENT_ONLY) return;
  ssize_t n = xattrs_read(handle_name(fd, handle), opened, xattrs, sizeof xattrs);
  if (n < 0) note->xattrs_lost = (int)n;
  note->extra.xattr_len = n > 0 ? (size_t)n : 0;
}

int preimage_note_add(struct preimage_note *note, struct dk_record_file *log) {
  return dk_records_add_node(log, &note->node, &note->extra);
}
