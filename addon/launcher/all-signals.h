/*
 * Signal masks as the kernel has them. The C library keeps signals 32 and 33 for itself: its functions neither block them
 * nor say whether they were.
 */
#pragma once
#include <stdint.h>

#define SIGNAL_BIT(number) (UINT64_C(1) << ((number) - 1))

/* Blocks every signal; `before`, unless NULL, gets the mask until now. What the processor raises still ends us. */
void signals_block(uint64_t *before);
void signals_mask(uint64_t blocked);
void signal_unblock(int number);
/* A signalfd of those signals, close-on-exec and without waiting; -1 with errno. */
int signals_open(uint64_t wanted);
