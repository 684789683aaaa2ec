/*
 * Nodes that lost a name: their handles keep the inodes until somebody saves them. A ring, oldest first; whoever uses it
 * holds the lock of the pre-images.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "node-record.h"

enum pin_state {
  PIN_WAITING,
  PIN_TAKEN, /* being saved */
  PIN_DONE,  /* saved out of turn; the handle is closed */
};

struct pin {
  int fd; /* O_PATH */
  bool noted;          /* its note is written */
  enum pin_state state;
  uint64_t dev;
  struct dk_node node; /* as it was before the call; blob 0: no content */
};

struct pins {
  struct pin *ring;
  size_t first, count, limit;
};

/* Room for `limit` pins. 0 or -errno. */
int pins_open(struct pins *pins, size_t limit);
bool pins_full(const struct pins *pins);
void pins_add(struct pins *pins, const struct pin *pin);
/* The pin of an inode, NULL when it has none (any more). */
struct pin *pins_find(struct pins *pins, uint64_t dev, uint64_t ino);
/*
 * Takes up to `most` pins from the front, those that are done left out; returns how many. `places`: what they occupy, to
 * be given back with pins_release when they are saved.
 */
size_t pins_take(struct pins *pins, struct pin *taken, size_t most, size_t *places);
void pins_release(struct pins *pins, size_t places);
