#include "priority.h"

#include <sched.h>

Napi::Value YieldProcessor(const Napi::CallbackInfo& info) {
  const auto threads = info[0].As<Napi::Array>();
  const int policy = info[1].ToBoolean() ? SCHED_IDLE : SCHED_OTHER;
  const sched_param none{};
  for (uint32_t i = 0; i < threads.Length(); i++)
    sched_setscheduler(threads.Get(i).ToNumber().Int32Value(), policy, &none);  // a thread that has ended fails: fine
  return info.Env().Undefined();
}
