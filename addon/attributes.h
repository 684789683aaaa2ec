#pragma once
#include <napi.h>

// lgetxattrs(path: Buffer | string): Record<name, Buffer>, of the path itself (links are not followed).
// A name or value that vanishes meanwhile is left out. Throws a system error when the path cannot be read;
// a filesystem without attributes has none.
Napi::Value LGetXattrs(const Napi::CallbackInfo& info);
// lsetxattr(path, name, value: Buffer): void.
void LSetXattr(const Napi::CallbackInfo& info);
// lutimes(path, atimeNs: bigint, mtimeNs: bigint): void, nanoseconds since 1970; of the path itself.
void LUtimes(const Napi::CallbackInfo& info);
