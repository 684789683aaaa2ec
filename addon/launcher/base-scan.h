/* The base manifest: every entry below the roots as stat sees it, written to DIR/base.bin; and the same at the end. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "inode-set.h"
#include "plan.h"

#define DK_BASE_ENTRY_LIMIT 1000000u

struct base_result {
  uint32_t entries;
  bool truncated; /* cut at DK_BASE_ENTRY_LIMIT */
};

/*
 * Writes the manifest under a temporary name in directory `dirfd` and renames it, and notes in `inodes` the entries whose
 * inode has no other name. Returns 0 or -errno.
 */
int base_scan(const struct plan *plan, int dirfd, struct inode_set *inodes, struct base_result *result);
/*
 * Looks at the same roots once more, into DIR/end.bin. A filesystem that is mounted in them since is not entered. One thread
 * at a time.
 */
int base_scan_again(const struct plan *plan, int dirfd, struct base_result *result);
/*
 * The same of one directory, behind the handle `tree` whose path is `path`, into the file `name`, which is complete when
 * this returns 0. -E2BIG: it was cut at DK_BASE_ENTRY_LIMIT.
 */
int base_scan_tree(const struct plan *plan, int dirfd, const char *name, int tree, const char *path);
