#pragma once
#include <napi.h>

// lgetxattrs(path: Buffer | string): Record<name, Buffer>, of the path itself (links are not followed).
// A name or value that vanishes meanwhile is left out. Throws a system error when the path cannot be read;
// a filesystem without attributes has none.
Napi::Value LGetXattrs(const Napi::CallbackInfo& info);
// lsetxattr(path, name, value: Buffer): void.
void LSetXattr(const Napi::CallbackInfo& info);
// getFlags(path): number | undefined, those of chattr(1); undefined where the node has none or may not be opened.
Napi::Value GetFlags(const Napi::CallbackInfo& info);
// setFlags(path, set, known): void. Of the flags in `known`, sets those in `set` and takes the others.
void SetFlags(const Napi::CallbackInfo& info);
// lutimes(path, atimeNs: bigint, mtimeNs: bigint): void, nanoseconds since 1970; of the path itself.
void LUtimes(const Napi::CallbackInfo& info);
// makeNode(path, mode, major, minor): void. A FIFO, socket or device, as the type bits of `mode` say; fails where something
// stands already, a link included. The permission bits are less the umask. Major and minor count for devices alone.
void MakeNode(const Napi::CallbackInfo& info);
// nextData(fd, from): [start, end] | undefined, the first range at or after `from` that is no hole; undefined when only a
// hole follows. Moves the file's position. A filesystem without holes says that all is data.
Napi::Value NextData(const Napi::CallbackInfo& info);
