#pragma once
#include <napi.h>

#include <memory>
#include <span>

#include "drain.h"

struct dk;
struct bpf_map;

struct CallProgram;

// One recording session: loads and attaches the kernel programs, owns the drain thread.
// Thread: every method is called on the JavaScript thread; stop() waits on a worker thread.
class Recorder : public Napi::ObjectWrap<Recorder> {
 public:
  static Napi::Function Init(Napi::Env env);
  explicit Recorder(const Napi::CallbackInfo& info);
  ~Recorder() override;

 private:
  // load(ringBytes): Promise. Loads the programs, on a thread of the pool: it takes 100 ms.
  Napi::Value Load(const Napi::CallbackInfo& info);
  // start(options): attaches them. Call it once, when they are loaded.
  void Start(const Napi::CallbackInfo& info);
  // seed(pid): tracks the process; call before it runs anything of interest.
  void Seed(const Napi::CallbackInfo& info);
  Napi::Value Stats(const Napi::CallbackInfo& info);
  // stop(): Promise<Stats>. Detaches, drains what is left, closes the journal. Idempotent.
  Napi::Value Hold(const Napi::CallbackInfo& info);
  Napi::Value Stop(const Napi::CallbackInfo& info);

  struct Failure {
    const char* what = nullptr;  // nullptr: none
    int error = 0;
  };
  class LoadWorker;
  Failure OpenAndLoad(bool plain);
  Failure LoadPrograms();
  Failure Attach(const Napi::Object& options);
  Failure Dispatch(const bpf_map* map, std::span<const CallProgram> rows);
  Failure Learn();
  void Detach();
  Napi::Object StatsObject(Napi::Env env) const;

  dk* skeleton_ = nullptr;
  uint64_t ring_bytes_ = 0;
  std::shared_ptr<Drain> drain_;
  uint64_t start_mono_ns_ = 0;
  uint64_t start_real_ns_ = 0;
};
