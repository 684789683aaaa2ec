/* Descriptors: passing them between the launcher's processes, and closing what must not be held. */
#pragma once
#include <stddef.h>
#include <sys/types.h>

/* A connected pair of the given type, close-on-exec. Returns 0 or -errno. */
int socket_pair(int type, int ends[2]);
/* Sends one datagram, with a descriptor when fd >= 0. Never raises SIGPIPE. */
void socket_send(int socket, const void *message, size_t length, int fd);
/* Receives one datagram and at most one descriptor. 0: the other end is closed; -1: try again. */
ssize_t socket_receive(int socket, void *message, size_t capacity, int *fd);
/* Closes every descriptor from `first` on; from 3 on except `keep`. */
void close_from(int first);
void close_others(int keep);
