#include "attributes.h"

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <vector>

#include "errors.h"

namespace {
std::string PathOf(const Napi::Value& value) {
  if (value.IsBuffer()) {
    auto buffer = value.As<Napi::Buffer<char>>();
    return std::string(buffer.Data(), buffer.Length());
  }
  return value.ToString().Utf8Value();
}
timespec TimeOf(const Napi::Value& value) {
  constexpr int64_t kSecond = 1000000000;
  bool lossless;
  const int64_t ns = value.As<Napi::BigInt>().Int64Value(&lossless);
  int64_t rest = ns % kSecond;
  if (rest < 0) rest += kSecond;
  return {(ns - rest) / kSecond, rest};
}

// Of a regular file or directory; opening another node could wait, or do something.
int OpenNode(const std::string& path) {
  struct stat node;
  if (lstat(path.c_str(), &node) != 0 || (!S_ISREG(node.st_mode) && !S_ISDIR(node.st_mode))) return -1;
  return open(path.c_str(), O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
}
}  // namespace

Napi::Value LGetXattrs(const Napi::CallbackInfo& info) {
  Napi::Env env = info.Env();
  const std::string path = PathOf(info[0]);
  Napi::Object out = Napi::Object::New(env);
  std::vector<char> names(65536);
  const ssize_t n = llistxattr(path.c_str(), names.data(), names.size());
  if (n < 0) {
    if (errno != ENOTSUP) ThrowSystemError(env, "llistxattr", errno, path);
    return out;
  }
  std::vector<char> value(65536);
  for (const char* name = names.data(); name < names.data() + n; name += std::char_traits<char>::length(name) + 1) {
    const ssize_t length = lgetxattr(path.c_str(), name, value.data(), value.size());
    if (length >= 0) out.Set(name, Napi::Buffer<char>::Copy(env, value.data(), static_cast<size_t>(length)));
  }
  return out;
}

void LSetXattr(const Napi::CallbackInfo& info) {
  const std::string path = PathOf(info[0]);
  const std::string name = info[1].ToString().Utf8Value();
  auto value = info[2].As<Napi::Buffer<char>>();
  if (lsetxattr(path.c_str(), name.c_str(), value.Data(), value.Length(), 0) != 0) {
    ThrowSystemError(info.Env(), "lsetxattr", errno, path);
  }
}

Napi::Value GetFlags(const Napi::CallbackInfo& info) {
  int flags = 0;
  const int fd = OpenNode(PathOf(info[0]));
  if (fd < 0) return info.Env().Undefined();
  const int failed = ioctl(fd, FS_IOC_GETFLAGS, &flags);
  close(fd);
  if (failed != 0) return info.Env().Undefined();
  return Napi::Number::New(info.Env(), static_cast<uint32_t>(flags));
}

void SetFlags(const Napi::CallbackInfo& info) {
  const std::string path = PathOf(info[0]);
  const uint32_t set = info[1].ToNumber().Uint32Value(), known = info[2].ToNumber().Uint32Value();
  int flags = 0;
  const int fd = OpenNode(path);
  int failed = fd < 0 ? -1 : ioctl(fd, FS_IOC_GETFLAGS, &flags);
  flags = static_cast<int>((static_cast<uint32_t>(flags) & ~known) | (set & known));
  if (failed == 0) failed = ioctl(fd, FS_IOC_SETFLAGS, &flags);
  const int error = errno;
  if (fd >= 0) close(fd);
  if (failed != 0) ThrowSystemError(info.Env(), "ioctl(FS_IOC_SETFLAGS)", error, path);
}

void LUtimes(const Napi::CallbackInfo& info) {
  const std::string path = PathOf(info[0]);
  const timespec times[2] = {TimeOf(info[1]), TimeOf(info[2])};
  if (utimensat(AT_FDCWD, path.c_str(), times, AT_SYMLINK_NOFOLLOW) != 0) {
    ThrowSystemError(info.Env(), "utimensat", errno, path);
  }
}

void MakeNode(const Napi::CallbackInfo& info) {
  const std::string path = PathOf(info[0]);
  const mode_t mode = info[1].ToNumber().Uint32Value();
  const dev_t device = makedev(info[2].ToNumber().Uint32Value(), info[3].ToNumber().Uint32Value());
  if (mknod(path.c_str(), mode, device) != 0) ThrowSystemError(info.Env(), "mknod", errno, path);
}

Napi::Value NextData(const Napi::CallbackInfo& info) {
  Napi::Env env = info.Env();
  const int fd = info[0].ToNumber().Int32Value();
  const off_t from = info[1].ToNumber().Int64Value();
  const off_t start = lseek(fd, from, SEEK_DATA);
  const off_t end = start < 0 ? -1 : lseek(fd, start, SEEK_HOLE);
  if (end < 0) {
    if (errno != ENXIO) ThrowSystemError(env, "lseek", errno, "");
    return env.Undefined();
  }
  Napi::Array range = Napi::Array::New(env, 2);
  range.Set(0u, Napi::Number::New(env, static_cast<double>(start)));
  range.Set(1u, Napi::Number::New(env, static_cast<double>(end)));
  return range;
}
