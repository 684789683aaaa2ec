#define _GNU_SOURCE
#include "pins.h"

#include <errno.h>
#include <stdlib.h>

int pins_open(struct pins *pins, size_t limit) {
  *pins = (struct pins){.limit = limit};
  pins->ring = calloc(limit ? limit : 1, sizeof *pins->ring);
  return pins->ring ? 0 : -ENOMEM;
}

static struct pin *at(struct pins *pins, size_t i) { return &pins->ring[(pins->first + i) % pins->limit]; }

bool pins_full(const struct pins *pins) { return pins->count == pins->limit; }

void pins_add(struct pins *pins, const struct pin *pin) { *at(pins, pins->count++) = *pin; }

struct pin *pins_find(struct pins *pins, uint64_t dev, uint64_t ino) {
  for (size_t i = 0; i < pins->count; i++) {
    struct pin *pin = at(pins, i);
    if (pin->state != PIN_DONE && pin->dev == dev && pin->node.ino == ino) return pin;
  }
  return NULL;
}

size_t pins_take(struct pins *pins, struct pin *taken, size_t most, size_t *places) {
  size_t count = 0, i = 0;
  for (; i < pins->count && count < most; i++) {
    struct pin *pin = at(pins, i);
    if (pin->state == PIN_DONE) continue;
    pin->state = PIN_TAKEN;
    taken[count++] = *pin;
  }
  *places = i;
  return count;
}

void pins_release(struct pins *pins, size_t places) {
  pins->first = (pins->first + places) % (pins->limit ? pins->limit : 1);
  pins->count -= places;
}
