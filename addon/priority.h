#pragma once
#include <napi.h>

// yieldProcessor(threads, yields): whether those threads run only where nobody else wants to (SCHED_IDLE).
Napi::Value YieldProcessor(const Napi::CallbackInfo& info);
