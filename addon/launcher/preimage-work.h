/* What the thread that has time does with the pre-images. */
#pragma once
#include <stdbool.h>

#include "preimage.h"

/* True while something waits to be copied. With `sleep`, when nothing does, the next thing writes to wake_fd. */
bool preimages_have_work(struct preimages *pre, bool sleep);
/* Copies a few pinned files, or a range of a very large one. */
void preimages_work(struct preimages *pre);
/*
 * Does what waits, except for what would take too long, and saves nothing more. `all_ended`: the changes that could
 * overtake a copy are all recorded; otherwise very large files are given up where their copies are.
 */
void preimages_finish(struct preimages *pre, bool all_ended);
bool preimages_copying_large(struct preimages *pre);
