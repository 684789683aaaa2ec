#include "pseudo-fs.h"

#include "gen/pseudo-filesystems.h"

bool fs_type_is_pseudo(unsigned long type) {
  switch ((unsigned)type) {
    PSEUDO_FILESYSTEMS
      return true;
  }
  return false;
}
