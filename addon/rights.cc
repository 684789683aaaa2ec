#include "rights.h"

#include <linux/capability.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

#include "errors.h"

namespace {
struct Sets {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct data[2]{};
};

uint64_t Effective(const Sets& sets) { return sets.data[0].effective | uint64_t{sets.data[1].effective} << 32; }
}  // namespace

uint64_t UseCapabilities(uint64_t wanted) {
  Sets sets;
  if (syscall(SYS_capget, &sets.header, sets.data) != 0) return 0;
  const uint64_t before = Effective(sets);
  if (before == wanted) return before;
  for (int i = 0; i < 2; i++) sets.data[i].effective = static_cast<uint32_t>(wanted >> 32 * i) & sets.data[i].permitted;
  syscall(SYS_capset, &sets.header, sets.data);
  return before;
}

Raised::Raised(uint64_t more) {
  Sets sets;
  before_ = syscall(SYS_capget, &sets.header, sets.data) == 0 ? Effective(sets) : 0;
  UseCapabilities(before_ | more);
}

Raised::~Raised() { UseCapabilities(before_); }

Napi::Value SetCapabilities(const Napi::CallbackInfo& info) {
  bool lossless;
  const uint64_t wanted = info[0].As<Napi::BigInt>().Uint64Value(&lossless);
  return Napi::BigInt::New(info.Env(), UseCapabilities(wanted));
}

void GiveUpRoot(const Napi::CallbackInfo& info) {
  const gid_t gid = getegid();
  const uid_t uid = geteuid();
  // The C library does it for every thread.
  if (setresgid(gid, gid, gid) != 0 || setresuid(uid, uid, uid) != 0) ThrowSystemError(info.Env(), "setresuid", errno, "");
}

void DieWithParent(const Napi::CallbackInfo&) { prctl(PR_SET_PDEATHSIG, SIGKILL); }
