#pragma once
#include <napi.h>

#include <cstdint>

// A recorder that works on a user's store has root's real user id and the user's effective one: files are touched with the
// user's rights, and no signal or debugger of the user's reaches it. Root's capabilities are permitted, none is effective:
// a thread has them made effective for as long as it does what needs them.

constexpr uint64_t Capability(int number) { return uint64_t{1} << number; }
// For loading and asking the kernel programs, and for threads that serve them. Nothing about files.
constexpr uint64_t kProgramCapabilities = Capability(39 /* BPF */) | Capability(38 /* PERFMON */) |
                                          Capability(21 /* SYS_ADMIN */) | Capability(23 /* SYS_NICE */) |
                                          Capability(24 /* SYS_RESOURCE */);
// For /proc and the cgroup; never while a path is taken that a user may have put there.
constexpr uint64_t kKernelFileCapabilities = Capability(1 /* DAC_OVERRIDE */) | Capability(2 /* DAC_READ_SEARCH */) |
                                             Capability(19 /* SYS_PTRACE */);

// Makes exactly `wanted` effective for the calling thread, of what is permitted. Returns what was effective before.
uint64_t UseCapabilities(uint64_t wanted);

// Adds capabilities to the calling thread's while it lives. Root's own recorder has them already.
class Raised {
 public:
  explicit Raised(uint64_t more);
  ~Raised();
  Raised(const Raised&) = delete;
  Raised& operator=(const Raised&) = delete;

 private:
  uint64_t before_;
};

// setCapabilities(wanted: bigint): bigint, of the calling thread.
Napi::Value SetCapabilities(const Napi::CallbackInfo& info);
// giveUpRoot(): void. The process, with all of its threads, is from here on the user whose rights it works with.
void GiveUpRoot(const Napi::CallbackInfo& info);
// dieWithParent(): void. The kernel forgets that this was asked for when a process changes whose rights it has.
void DieWithParent(const Napi::CallbackInfo& info);
