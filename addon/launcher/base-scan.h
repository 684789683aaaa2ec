/* The base manifest: every entry below the roots as stat sees it, written to DIR/base.bin. */
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
