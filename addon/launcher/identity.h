/*
 * Whose rights a process has. When an ordinary user started dk, the launcher runs as root and everything else as that
 * user: the command with nothing more, the recorder and the guard with the few capabilities they need, so that what
 * they write belongs to the user and what the user may not read stays unread.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct identity {
  bool other; /* false: stay who we are */
  uid_t uid;
  gid_t gid;
  gid_t *groups;
  size_t group_count;
};

/* Bits of a capability set. */
#define CAPABILITY(number) (UINT64_C(1) << (number))

/* Parses UID:GID:G1,G2… ; the list of supplementary groups may be empty. */
bool identity_parse(struct identity *identity, const char *text);
/*
 * Becomes the identity, unless it is our own. Of the capabilities the process has, those in `keep` stay effective.
 * Returns 0 or -errno.
 */
int identity_become(const struct identity *identity, uint64_t keep);
/*
 * Works with the identity's rights from here on and stays root's process, which no signal or debugger of the user's
 * reaches. The program that it executes next has no capability effective, and may take those it needs when it does.
 */
int identity_borrow(const struct identity *identity);
/* Makes exactly `capabilities` effective, of those permitted. */
void capabilities_use(uint64_t capabilities);
/* This process and all that it starts are without them for good. */
void capabilities_forgo(uint64_t capabilities);
