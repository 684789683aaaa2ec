#pragma once
#include <napi.h>

#include <cstring>
#include <string>

// A JavaScript Error with `syscall`, `errno` and `detail`, the way Node's own system errors carry them.
inline Napi::Error SystemError(Napi::Env env, const char* syscall, int error, const std::string& detail) {
  Napi::Error thrown = Napi::Error::New(env, std::string(syscall) + ": " + std::strerror(error));
  thrown.Set("syscall", Napi::String::New(env, syscall));
  thrown.Set("errno", Napi::Number::New(env, error));
  thrown.Set("detail", Napi::String::New(env, detail));
  return thrown;
}

inline void ThrowSystemError(Napi::Env env, const char* syscall, int error, const std::string& detail) {
  SystemError(env, syscall, error, detail).ThrowAsJavaScriptException();
}
