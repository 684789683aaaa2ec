#include "inode-set.h"

#include <stdlib.h>

static size_t slot_of(const struct inode_set *set, uint64_t dev, uint64_t ino) {
  uint64_t h = (ino ^ (dev << 40)) * UINT64_C(0x9e3779b97f4a7c15);
  return (size_t)(h >> 20) & set->mask;
}

static struct inode_entry *probe(const struct inode_set *set, uint64_t dev, uint64_t ino) {
  size_t at = slot_of(set, dev, ino);
  while (set->slots[at].ino && (set->slots[at].ino != ino || set->slots[at].dev != dev)) at = (at + 1) & set->mask;
  return &set->slots[at];
}

static int grow(struct inode_set *set) {
  struct inode_set bigger = {.mask = set->slots ? set->mask * 2 + 1 : 4095, .used = set->used};
  bigger.slots = calloc(bigger.mask + 1, sizeof *bigger.slots);
  if (!bigger.slots) return -1;
  for (size_t i = 0; set->slots && i <= set->mask; i++)
    if (set->slots[i].ino) *probe(&bigger, set->slots[i].dev, set->slots[i].ino) = set->slots[i];
  free(set->slots);
  *set = bigger;
  return 0;
}

struct inode_entry *inode_set_entry(struct inode_set *set, uint64_t dev, uint64_t ino) {
  if (!set->slots || set->used * 3 > set->mask * 2) {
    if (grow(set) && (!set->slots || set->used == set->mask)) return NULL;
  }
  struct inode_entry *entry = probe(set, dev, ino);
  if (!entry->ino) {
    *entry = (struct inode_entry){.dev = dev, .ino = ino};
    set->used++;
  }
  return entry;
}

/* FNV-1a. */
static uint64_t hash_of(const char *text, size_t length) {
  uint64_t hash = UINT64_C(0xcbf29ce484222325);
  for (size_t i = 0; i < length; i++) hash = (hash ^ (unsigned char)text[i]) * UINT64_C(0x100000001b3);
  return hash;
}

bool inode_set_add_name(struct inode_set *names, uint64_t ino, const char *name, size_t length) {
  struct inode_entry *entry = inode_set_entry(names, hash_of(name, length), ino);
  if (!entry || entry->bits) return false;
  entry->bits = INODE_META;
  return true;
}
