#define _GNU_SOURCE
#include "xattrs.h"

#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <string.h>
#include <sys/xattr.h>

ssize_t xattrs_read(const char *handle, int opened, char *to, size_t capacity) {
  static _Thread_local char list[XATTR_LIST_MAX];
  ssize_t listed = opened < 0 ? listxattr(handle, list, sizeof list) : flistxattr(opened, list, sizeof list);
  if (listed <= 0) return 0; /* none, or the filesystem has none */
  size_t used = 0;
  for (char *name = list; name < list + listed; name += strlen(name) + 1) {
    uint16_t name_len = (uint16_t)strlen(name);
    size_t value_at = used + sizeof name_len + sizeof(uint32_t) + name_len;
    if (value_at >= capacity) return -E2BIG;
    void *value = to + value_at;
    size_t room = capacity - value_at;
    ssize_t n = opened < 0 ? getxattr(handle, name, value, room) : fgetxattr(opened, name, value, room);
    if (n < 0 && errno == ERANGE) return -E2BIG;
    if (n < 0) continue; /* not ours to read */
    uint32_t value_len = (uint32_t)n;
    memcpy(to + used, &name_len, sizeof name_len);
    memcpy(to + used + sizeof name_len, &value_len, sizeof value_len);
    memcpy(to + used + sizeof name_len + sizeof value_len, name, name_len);
    used = value_at + value_len;
  }
  return (ssize_t)used;
}
