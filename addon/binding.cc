#include <napi.h>

#include "crc32c.h"
#include "recorder.h"
#include "attributes.h"

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
  exports.Set("makeNode", Napi::Function::New<MakeNode>(env, "makeNode"));
  exports.Set("nextData", Napi::Function::New<NextData>(env, "nextData"));
  return exports;
}
}  // namespace

NODE_API_MODULE(dk, Init)
