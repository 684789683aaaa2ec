#include "calls.h"

#include <stdlib.h>

static const struct guarded_call table[] = {GUARDED_CALLS};

enum { COUNT = sizeof table / sizeof *table };

static int by_number(const void *a, const void *b) {
  return ((const struct guarded_call *)a)->nr - ((const struct guarded_call *)b)->nr;
}

const struct guarded_call *guarded_calls(size_t *count) {
  *count = COUNT;
  return table;
}

const struct guarded_call *guarded_call_find(int nr) {
  size_t count;
  const struct guarded_call *calls = guarded_calls(&count);
  struct guarded_call key = {.nr = nr};
  return bsearch(&key, calls, count, sizeof *calls, by_number);
}
