#define _GNU_SOURCE
#include "control.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

enum { PREFIX = 4 };

void control_send(struct control *control, char type, const void *body, size_t length) {
  if (control->fd < 0) return;
  uint32_t size = (uint32_t)length + 1;
  struct iovec parts[] = {{&size, PREFIX}, {&type, 1}, {(void *)body, length}};
  struct msghdr message = {.msg_iov = parts, .msg_iovlen = 3};
  while (message.msg_iovlen) {
    ssize_t n = sendmsg(control->fd, &message, MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return; /* the end of the recorder is noticed where it is read from */
    while (message.msg_iovlen && (size_t)n >= message.msg_iov->iov_len) {
      n -= (ssize_t)message.msg_iov->iov_len;
      message.msg_iov++;
      message.msg_iovlen--;
    }
    if (message.msg_iovlen) {
      message.msg_iov->iov_base = (char *)message.msg_iov->iov_base + n;
      message.msg_iov->iov_len -= (size_t)n;
    }
  }
}

void control_send_u32(struct control *control, char type, uint32_t value) {
  control_send(control, type, &value, sizeof value);
}

int control_fill(struct control *control) {
  if (control->capacity - control->used < 4096) {
    size_t wanted = control->capacity ? control->capacity * 2 : 16384;
    char *grown = realloc(control->buffer, wanted);
    if (!grown) return 0;
    control->buffer = grown;
    control->capacity = wanted;
  }
  ssize_t n = recv(control->fd, control->buffer + control->used, control->capacity - control->used, MSG_DONTWAIT);
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) return -1;
  if (n <= 0) return 0;
  control->used += (size_t)n;
  return 1;
}

int control_next(struct control *control, char *type, char **body, size_t *length) {
  uint32_t size;
  if (control->used < PREFIX) return 0;
  memcpy(&size, control->buffer, PREFIX);
  if (size == 0 || size > DK_FRAME_LIMIT) return -1;
  if (control->used < PREFIX + (size_t)size) return 0;
  *type = control->buffer[PREFIX];
  *body = control->buffer + PREFIX + 1;
  *length = size - 1;
  return 1;
}

void control_drop(struct control *control, size_t length) {
  size_t whole = PREFIX + 1 + length;
  control->used -= whole;
  memmove(control->buffer, control->buffer + whole, control->used);
}
