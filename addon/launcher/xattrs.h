#pragma once
#include <stddef.h>
#include <sys/types.h>

/*
 * Encodes all extended attributes of the node with that name, as a node record has them; returns the encoded length, or
 * -errno when one does not fit. One thread at a time.
 */
ssize_t xattrs_read(const char *name, char *to, size_t capacity);
