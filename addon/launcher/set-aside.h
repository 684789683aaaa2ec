/*
 * Bytes that are too many for the ring: what a write is about to take is copied out of its caller's memory before the call
 * continues. The kernel programs then send the write without them (bpf/events/write.bpf.c).
 */
#pragma once
#include <linux/seccomp.h>

#include "calls.h"
#include "preimage.h"

/* What cannot be copied has no record, and is unknown: a gap. */
void set_aside(struct preimages *pre, int listener, const struct seccomp_notif *call, const struct guarded_call *row);
