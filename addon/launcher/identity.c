#define _GNU_SOURCE
#include "identity.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

bool identity_parse(struct identity *identity, const char *text) {
  char *end;
  identity->uid = (uid_t)strtoul(text, &end, 10);
  if (end == text || *end != ':') return false;
  text = end + 1;
  identity->gid = (gid_t)strtoul(text, &end, 10);
  if (end == text) return false;
  identity->other = true;
  while (*end == ':' || *end == ',') {
    text = end + 1;
    gid_t group = (gid_t)strtoul(text, &end, 10);
    if (end == text) break;
    gid_t *grown = realloc(identity->groups, (identity->group_count + 1) * sizeof *grown);
    if (!grown) return false;
    grown[identity->group_count++] = group;
    identity->groups = grown;
  }
  return *end == '\0';
}

struct capabilities {
  uint64_t effective, permitted, inheritable;
};

static int capabilities_get(struct capabilities *caps) {
  struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
  struct __user_cap_data_struct data[2];
  if (syscall(SYS_capget, &header, data)) return -errno;
  caps->effective = data[0].effective | (uint64_t)data[1].effective << 32;
  caps->permitted = data[0].permitted | (uint64_t)data[1].permitted << 32;
  caps->inheritable = data[0].inheritable | (uint64_t)data[1].inheritable << 32;
  return 0;
}

static int capabilities_set(const struct capabilities *caps) {
  struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
  struct __user_cap_data_struct data[2];
  for (int i = 0; i < 2; i++) {
    data[i].effective = (uint32_t)(caps->effective >> 32 * i);
    data[i].permitted = (uint32_t)(caps->permitted >> 32 * i);
    data[i].inheritable = (uint32_t)(caps->inheritable >> 32 * i);
  }
  return syscall(SYS_capset, &header, data) ? -errno : 0;
}

void capabilities_forgo(uint64_t capabilities) {
  struct capabilities caps = {0};
  if (capabilities_get(&caps)) return;
  for (int i = 0; i < 64; i++)
    if (capabilities & CAPABILITY(i)) prctl(PR_CAPBSET_DROP, i, 0, 0, 0);
  caps = (struct capabilities){caps.effective & ~capabilities, caps.permitted & ~capabilities, caps.inheritable & ~capabilities};
  capabilities_set(&caps);
}

void capabilities_use(uint64_t capabilities) {
  struct capabilities caps = {0};
  if (capabilities_get(&caps)) return;
  caps.effective = capabilities & caps.permitted;
  capabilities_set(&caps);
}

int identity_borrow(const struct identity *identity) {
  if (!identity->other) return 0;
  if (setgroups(identity->group_count, identity->groups)) return -errno;
  if (setresgid(identity->gid, identity->gid, identity->gid)) return -errno;
  return setresuid(0, identity->uid, 0) ? -errno : 0;
}

int identity_become(const struct identity *identity, uint64_t keep) {
  struct capabilities caps = {0};
  if (!identity->other) return 0;
  int failed = capabilities_get(&caps);
  if (failed) return failed;
  keep &= caps.permitted;
  if (setgroups(identity->group_count, identity->groups)) return -errno;
  if (setresgid(identity->gid, identity->gid, identity->gid)) return -errno;
  if (keep) prctl(PR_SET_KEEPCAPS, 1);
  if (setresuid(identity->uid, identity->uid, identity->uid)) return -errno;
  caps = (struct capabilities){.effective = keep, .permitted = keep};
  return capabilities_set(&caps);
}
