#define _GNU_SOURCE
#include "limits.h"

#include <stddef.h>
#include <sys/resource.h>

static void lift(__rlimit_resource_t resource, rlim_t wanted) {
  struct rlimit limit, lifted;
  if (getrlimit(resource, &limit) || limit.rlim_cur >= wanted) return;
  lifted = (struct rlimit){wanted, limit.rlim_max >= wanted ? limit.rlim_max : wanted};
  if (setrlimit(resource, &lifted) == 0) return;
  limit.rlim_cur = limit.rlim_max; /* more takes CAP_SYS_RESOURCE */
  setrlimit(resource, &limit);
}

void limits_lift(void) {
  static const __rlimit_resource_t unlimited[] = {RLIMIT_FSIZE, RLIMIT_AS, RLIMIT_DATA, RLIMIT_CPU, RLIMIT_NPROC};
  struct rlimit files;
  for (size_t i = 0; i < sizeof unlimited / sizeof *unlimited; i++) lift(unlimited[i], RLIM_INFINITY);
  lift(RLIMIT_STACK, STACK_BYTES); /* not to unlimited, which changes where everything else is mapped */
  if (getrlimit(RLIMIT_NOFILE, &files) == 0) lift(RLIMIT_NOFILE, files.rlim_max);
}
