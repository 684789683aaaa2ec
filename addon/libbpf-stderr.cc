// Debian's libbpf.a is compiled for position-independent executables. In a shared object the only thing that stands in
// the way is its direct reference to libc's `stderr`; the linker renames that one (--wrap=stderr) to this variable.
#include <cstdio>

extern "C" {
extern FILE* __wrap_stderr;
__attribute__((visibility("hidden"))) FILE* __wrap_stderr = nullptr;
}

namespace {
// fdopen instead of `stderr`, which the linker would rename here too. libbpf prints only through our callback.
__attribute__((constructor)) void OpenStderr() { __wrap_stderr = fdopen(2, "w"); }
}  // namespace
