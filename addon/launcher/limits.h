/* Resource limits. */
#pragma once

/* What a thread of dk's has, Node's or the guard's. */
enum { STACK_BYTES = 8 << 20 };

/* Lifts, as far as that is allowed, the limits that were meant for the command from a process of dk's. */
void limits_lift(void);
