#include <napi.h>

#include "crc32c.h"
#include "recorder.h"
#include "attributes.h"
#include "job.h"
#include "rights.h"

namespace {
Napi::Value Crc32cOf(const Napi::CallbackInfo& info) {
  auto bytes = info[0].As<Napi::Uint8Array>();
  return Napi::Number::New(info.Env(), Crc32c(bytes.Data(), bytes.ByteLength()));
}

Napi::Object Init(Napi::Env env, Napi::Object exports) {
  exports.Set("Recorder", Recorder::Init(env));
  exports.Set("crc32c", Napi::Function::New<Crc32cOf>(env, "crc32c"));
  exports.Set("lgetxattrs", Napi::Function::New<LGetXattrs>(env, "lgetxattrs"));
  exports.Set("lsetxattr", Napi::Function::New<LSetXattr>(env, "lsetxattr"));
  exports.Set("getFlags", Napi::Function::New<GetFlags>(env, "getFlags"));
  exports.Set("setFlags", Napi::Function::New<SetFlags>(env, "setFlags"));
  exports.Set("lutimes", Napi::Function::New<LUtimes>(env, "lutimes"));
  exports.Set("leaveJob", Napi::Function::New<LeaveJob>(env, "leaveJob"));
  exports.Set("joinJob", Napi::Function::New<JoinJob>(env, "joinJob"));
  exports.Set("execute", Napi::Function::New<Execute>(env, "execute"));
  exports.Set("makeNode", Napi::Function::New<MakeNode>(env, "makeNode"));
  exports.Set("nextData", Napi::Function::New<NextData>(env, "nextData"));
  exports.Set("setCapabilities", Napi::Function::New<SetCapabilities>(env, "setCapabilities"));
  exports.Set("giveUpRoot", Napi::Function::New<GiveUpRoot>(env, "giveUpRoot"));
  exports.Set("dieWithParent", Napi::Function::New<DieWithParent>(env, "dieWithParent"));
  return exports;
}
}  // namespace

NODE_API_MODULE(dk, Init)
