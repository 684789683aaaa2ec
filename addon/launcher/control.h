/*
 * The control socket between the launcher and the recorder (Node): a stream of frames.
 *
 *   ┌──────────────────────┬──────┬──────┐
 *   │ u32 LE 1 + body size │ type │ body │
 *   └──────────────────────┴──────┴──────┘
 *
 *   Node → launcher
 *   'P' prepare    NUL-ended strings key=value, an empty one, then argv (plan.h)
 *   'G' go         let the prepared command start; may be sent before 'B'
 *   'K' u32        send this signal to the command
 *   'O' u32        there will be no command; what is sent to us is for that process, 0: for nobody
 *   'Q' u32        when Node exits, end by this signal
 *   'Z' finish     finish the pre-images and guard nothing more; answered by 'D'
 *   'N' again      look at the roots once more, into end.bin; after 'Z', answered by 'N'
 *   'U' elevate    the recorder lacks privileges: run everything again through sudo. Node is killed, or gets 'F'
 *   'X' release    Node is about to exit on purpose: exit with its code even if the command still runs
 *
 *   launcher → Node
 *   'T' u32        the command's process is there (waiting for 'G'); its pid
 *   'B' u64 u8     base.bin is complete: entries, 1 when it was cut at the limit
 *   'R'            the command runs (exec succeeded)
 *   'E' u32        exec failed: errno
 *   'S' u32        the command ended: wait status
 *   'D' u64×3 u32  pre-images are complete: records, blobs, bytes; nodes that could not be saved
 *   'N' u64 u8     end.bin is complete: entries, and one of enum dk_walk
 *   'W' text       a warning worth showing
 *   'F' text       could not prepare: one sentence what, one what to do
 */
#pragma once
#include <stddef.h>
#include <stdint.h>

/* A prepare frame holds argv: the kernel's own limit for that is 2 MiB by default, a quarter of the stack at most. */
#define DK_FRAME_LIMIT (64u << 20)

enum dk_walk {
  DK_WALK_WHOLE = 0,
  DK_WALK_CUT = 1,    /* at the limit */
  DK_WALK_FAILED = 2, /* there is no end.bin */
};

struct control {
  int fd; /* -1 when the recorder is gone */
  char *buffer;
  size_t used, capacity;
};

/* Sends one frame; a recorder that is gone is not an error. */
void control_send(struct control *control, char type, const void *body, size_t length);
void control_send_u32(struct control *control, char type, uint32_t value);
/*
 * Reads what is there. Returns 1 when bytes came, 0 when the recorder is gone, -1 when nothing is there now.
 */
int control_fill(struct control *control);
/* The next whole frame: 1 and type, body, length; 0 when there is none; -1 when the stream is not frames. */
int control_next(struct control *control, char *type, char **body, size_t *length);
/* Drops the frame that control_next returned; its body is invalid from here on. */
void control_drop(struct control *control, size_t length);
