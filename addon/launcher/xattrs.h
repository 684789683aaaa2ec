#pragma once
#include <stddef.h>
#include <sys/types.h>

/*
 * Encodes all extended attributes of the node with that name, as a node record has them; returns the encoded length, or
 * -errno when one does not fit. `opened`: a descriptor of it, which spares the kernel the name, or -1.
 */
ssize_t xattrs_read(const char *name, int opened, char *to, size_t capacity);
