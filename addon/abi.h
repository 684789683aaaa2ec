// The record layouts of bpf/gen/abi.h with user-space integer types.
#pragma once
#include <linux/types.h>

#define _Static_assert static_assert
#include "../bpf/gen/abi.h"
#undef _Static_assert
