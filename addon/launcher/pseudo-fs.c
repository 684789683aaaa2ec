#include "pseudo-fs.h"

#include <linux/magic.h>
#include <stddef.h>
#include <stdint.h>

/* Types that <linux/magic.h> of Debian 12 does not name. */
#define MQUEUE_MAGIC 0x19800202
#define CONFIGFS_MAGIC 0x62656570
#define RPC_PIPEFS_MAGIC 0x67596969
#define FUSECTL_MAGIC 0x65735543

bool fs_type_is_pseudo(unsigned long type) {
  static const uint32_t pseudo[] = {
      PROC_SUPER_MAGIC, SYSFS_MAGIC,      CGROUP_SUPER_MAGIC, CGROUP2_SUPER_MAGIC, DEVPTS_SUPER_MAGIC,
      PIPEFS_MAGIC,     SOCKFS_MAGIC,     DEBUGFS_MAGIC,      TRACEFS_MAGIC,       BPF_FS_MAGIC,
      SECURITYFS_MAGIC, SELINUX_MAGIC,    SMACK_MAGIC,        PSTOREFS_MAGIC,      EFIVARFS_MAGIC,
      NSFS_MAGIC,       ANON_INODE_FS_MAGIC, BINFMTFS_MAGIC,  AUTOFS_SUPER_MAGIC,  MQUEUE_MAGIC,
      CONFIGFS_MAGIC,   RPC_PIPEFS_MAGIC, FUSECTL_MAGIC,
  };
  for (size_t i = 0; i < sizeof pseudo / sizeof *pseudo; i++)
    if ((uint32_t)type == pseudo[i]) return true;
  return false;
}
