#pragma once
#include <stdbool.h>

/* True for a filesystem whose files are windows into the kernel, not stored data (statfs f_type). */
bool fs_type_is_pseudo(unsigned long type);
