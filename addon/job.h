// The process group that the shell made for us, and leaving it to the command.
#pragma once
#include <napi.h>

// leaveJob(): goes into the launcher's process group, out of reach of the terminal and of what the command sends to its own
// group. From there writing to the terminal is always allowed.
Napi::Value LeaveJob(const Napi::CallbackInfo& info);
// joinJob(): back again, and in front of the terminal if the group that was there has ended.
Napi::Value JoinJob(const Napi::CallbackInfo& info);
// execute(...words): becomes that program, words being buffers. Returns only to throw.
Napi::Value Execute(const Napi::CallbackInfo& info);
