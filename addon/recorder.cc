#include "recorder.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdarg>
#include <cstring>
#include <ctime>
#include <string>

#include "dk.skel.h"
#include "dk_plain.skel.h"
#include "clock.h"
#include "errors.h"
#include "gen/dispatch.h"
#include "known-page.h"
#include "rights.h"

namespace {

// The kernel's and libbpf's reasons, for the error's cause. Loading happens on one thread at a time.
thread_local std::string* g_messages = nullptr;

int CollectMessage(libbpf_print_level level, const char* format, va_list args) {
  if (level == LIBBPF_DEBUG || g_messages == nullptr) return 0;
  char line[512];
  const int n = std::vsnprintf(line, sizeof(line), format, args);
  if (g_messages->size() > 8192) g_messages->erase(0, 4096);
  g_messages->append(line);
  return n;
}

// Runs a step, with what the kernel and libbpf say about it.
template <typename Step>
auto WithMessages(std::string& messages, Step step) {
  g_messages = &messages;
  libbpf_set_print(CollectMessage);
  const auto result = step();
  g_messages = nullptr;
  return result;
}

class StopWorker : public Napi::AsyncWorker {
 public:
  StopWorker(Napi::Env env, std::shared_ptr<Drain> drain)
      : Napi::AsyncWorker(env), drain_(std::move(drain)), deferred_(Napi::Promise::Deferred::New(env)) {}
  void Execute() override {
    if (drain_) drain_->Stop();
  }
  void OnOK() override { deferred_.Resolve(Env().Undefined()); }
  Napi::Promise promise() const { return deferred_.Promise(); }

 private:
  std::shared_ptr<Drain> drain_;
  Napi::Promise::Deferred deferred_;
};

}  // namespace

Napi::Function Recorder::Init(Napi::Env env) {
  return DefineClass(env, "Recorder",
                     {
                         InstanceMethod<&Recorder::Load>("load"),
                         InstanceMethod<&Recorder::Start>("start"),
                         InstanceMethod<&Recorder::Seed>("seed"),
                         InstanceMethod<&Recorder::Stats>("stats"),
                         InstanceMethod<&Recorder::Hold>("hold"),
                         InstanceMethod<&Recorder::Stop>("stop"),
                     });
}

Recorder::Recorder(const Napi::CallbackInfo& info) : Napi::ObjectWrap<Recorder>(info) {}

// A thread of the pool; the object outlives it.
class Recorder::LoadWorker : public Napi::AsyncWorker {
 public:
  LoadWorker(Recorder* recorder, Napi::Object self)
      : Napi::AsyncWorker(recorder->Env()),
        recorder_(recorder),
        self_(Napi::Persistent(self)),
        deferred_(Napi::Promise::Deferred::New(recorder->Env())) {}
  void Execute() override {
    const Raised raised(kProgramCapabilities);
    failure_ = WithMessages(messages_, [this] { return recorder_->LoadPrograms(); });
  }
  void OnOK() override {
    if (failure_.what == nullptr) return deferred_.Resolve(Env().Undefined());
    deferred_.Reject(SystemError(Env(), failure_.what, failure_.error, messages_).Value());
  }
  Napi::Promise promise() const { return deferred_.Promise(); }

 private:
  Recorder* recorder_;
  Napi::ObjectReference self_;
  Napi::Promise::Deferred deferred_;
  Failure failure_;
  std::string messages_;
};

Napi::Value Recorder::Load(const Napi::CallbackInfo& info) {
  ring_bytes_ = static_cast<uint64_t>(info[0].ToNumber().Int64Value());
  auto* worker = new LoadWorker(this, info.This().As<Napi::Object>());  // deletes itself
  Napi::Promise promise = worker->promise();
  worker->Queue();
  return promise;
}

// The programs and maps of both objects have the same names, so the skeleton of one serves the other.
Recorder::Failure Recorder::OpenAndLoad(bool plain) {
  auto* skeleton = static_cast<dk*>(calloc(1, sizeof(dk)));
  if (skeleton == nullptr || dk__create_skeleton(skeleton) != 0) {
    dk__destroy(skeleton);
    return {"bpf_object__open", ENOMEM};
  }
  if (plain) skeleton->skeleton->data = const_cast<void*>(dk_plain__elf_bytes(&skeleton->skeleton->data_sz));
  if (const int error = bpf_object__open_skeleton(skeleton->skeleton, nullptr); error != 0) {
    dk__destroy(skeleton);
    return {"bpf_object__open", -error};
  }
  bpf_map__set_max_entries(skeleton->maps.ring, static_cast<uint32_t>(ring_bytes_));
  bpf_map__set_max_entries(skeleton->maps.scratch, static_cast<uint32_t>(libbpf_num_possible_cpus()));
  if (const int error = dk__load(skeleton); error != 0) {
    dk__destroy(skeleton);
    return {"bpf", -error};
  }
  skeleton_ = skeleton;
  return {nullptr, 0};
}

Recorder::Failure Recorder::LoadPrograms() {
  // Before Linux 6.2 there is no cast, and nothing of the first object is loaded.
  Failure failure = OpenAndLoad(false);
  if (failure.what != nullptr && failure.error != EPERM) failure = OpenAndLoad(true);
  if (failure.what != nullptr) return failure;

  if (const Failure failure = Dispatch(skeleton_->maps.on_exit, kExitPrograms); failure.what != nullptr) return failure;
  return Dispatch(skeleton_->maps.on_enter, kEnterPrograms);
}

void Recorder::Start(const Napi::CallbackInfo& info) {
  const Napi::Object options = info[0].As<Napi::Object>();
  std::string messages;
  const Raised raised(kProgramCapabilities | kKernelFileCapabilities);
  const Failure failure = WithMessages(messages, [&] { return Attach(options); });
  if (failure.what == nullptr) return;
  Detach();
  ThrowSystemError(info.Env(), failure.what, failure.error, messages);
}

Recorder::Failure Recorder::Attach(const Napi::Object& options) {
  const auto segment_bytes = static_cast<uint64_t>(options.Get("segmentBytes").ToNumber().Int64Value());
  const std::string journal_dir = options.Get("journalDir").ToString().Utf8Value();
  const Napi::Value freeze_file = options.Get("freezeFile");

  start_mono_ns_ = MonotonicNs();
  start_real_ns_ = ClockNs(CLOCK_REALTIME);
  int freeze_fd = -1;
  if (freeze_file.IsString()) freeze_fd = open(freeze_file.ToString().Utf8Value().c_str(), O_WRONLY | O_CLOEXEC);
  drain_ = std::make_shared<Drain>(
      Drain::Options{bpf_map__fd(skeleton_->maps.ring),
                     ring_bytes_,
                     bpf_map__fd(skeleton_->maps.dirty),
                     {skeleton_->bss->lost, skeleton_->bss->lost_unnamed},
                     bpf_map__fd(skeleton_->maps.alarm),
                     &skeleton_->bss->alarm_above,
                     freeze_fd},
      std::make_unique<Journal>(journal_dir, segment_bytes, start_mono_ns_, start_real_ns_));
  if (const int error = drain_->Start(); error != 0) return {"ring buffer", error};

  // Process programs first: no child may be missed once calls are seen.
  const struct {
    const char* what;
    bpf_program* program;
    bpf_link** link;
  } attachments[] = {
      {"attach sched_process_fork", skeleton_->progs.dk_fork, &skeleton_->links.dk_fork},
      {"attach sched_process_exec", skeleton_->progs.dk_exec, &skeleton_->links.dk_exec},
      {"attach sched_process_exit", skeleton_->progs.dk_exit_process, &skeleton_->links.dk_exit_process},
      {"attach signal_deliver", skeleton_->progs.dk_killed, &skeleton_->links.dk_killed},
      {"attach sys_enter", skeleton_->progs.dk_enter, &skeleton_->links.dk_enter},
      {"attach sys_exit", skeleton_->progs.dk_exit, &skeleton_->links.dk_exit},
  };
  for (const auto& row : attachments) {
    *row.link = bpf_program__attach(row.program);
    if (*row.link == nullptr) return {row.what, errno};
  }
  return Learn();
}

// Fills a program array from a table.
Recorder::Failure Recorder::Dispatch(const bpf_map* map, std::span<const CallProgram> rows) {
  for (const CallProgram& row : rows) {
    const bpf_program* program = bpf_object__find_program_by_name(skeleton_->obj, row.program);
    const int fd = program != nullptr ? bpf_program__fd(program) : -1;
    if (fd < 0) return {row.program, ENOENT};
    if (bpf_map_update_elem(bpf_map__fd(map), &row.nr, &fd, BPF_ANY) != 0) return {"bpf(prog array)", errno};
  }
  return {};
}

// Lets the programs look at this thread in a system call: its root directory is where paths start from, and through a page
// that it knows they learn where all pages are. Without the latter they cannot read the page cache.
Recorder::Failure Recorder::Learn() {
  const int map = bpf_map__fd(skeleton_->maps.recorder);
  const int pidfd = static_cast<int>(syscall(SYS_pidfd_open, getpid(), 0));
  if (pidfd < 0) return {"pidfd_open", errno};
  const KnownPage page;
  auto* bss = skeleton_->bss;
  bss->learn_fd = static_cast<uint32_t>(page.fd());
  bss->learn_page = page.number();
  std::memcpy(bss->learn_bytes, page.bytes(), sizeof(bss->learn_bytes));
  const uint32_t value = 1;
  const int failed = bpf_map_update_elem(map, &pidfd, &value, BPF_ANY);
  const int error = errno;
  syscall(SYS_getppid);
  bpf_map_delete_elem(map, &pidfd);
  close(pidfd);
  if (failed != 0) return {"bpf(task storage)", error};
  return bss->root_mnt != nullptr ? Failure{} : Failure{"root directory", ENOENT};
}

Recorder::~Recorder() {
  Detach();
  if (drain_) drain_->Stop();
  if (skeleton_ != nullptr) dk__destroy(skeleton_);
}

void Recorder::Detach() {
  if (skeleton_ == nullptr) return;
  dk__detach(skeleton_);
}

void Recorder::Seed(const Napi::CallbackInfo& info) {
  const Raised raised(kProgramCapabilities);
  const pid_t pid = info[0].ToNumber().Int32Value();
  const int pidfd = static_cast<int>(syscall(SYS_pidfd_open, pid, 0));
  if (pidfd < 0) return ThrowSystemError(info.Env(), "pidfd_open", errno, "");
  const std::vector<unsigned char> zero(bpf_map__value_size(skeleton_->maps.tasks));
  const int failed = bpf_map_update_elem(bpf_map__fd(skeleton_->maps.tasks), &pidfd, zero.data(), BPF_NOEXIST);
  const int error = errno;
  close(pidfd);
  if (failed != 0) return ThrowSystemError(info.Env(), "bpf(task storage)", error, "");
  __atomic_fetch_add(&skeleton_->bss->living, 1, __ATOMIC_RELAXED);
}

Napi::Object Recorder::StatsObject(Napi::Env env) const {
  const Drain::Stats stats = drain_ ? drain_->stats() : Drain::Stats{};
  Napi::Object out = Napi::Object::New(env);
  const auto set = [&](const char* name, uint64_t value) { out.Set(name, Napi::Number::New(env, static_cast<double>(value))); };
  set("startMonoNs", start_mono_ns_);
  set("records", stats.records);
  set("journalBytes", stats.bytes);
  set("lost", stats.lost);
  set("frozenNs", stats.frozen_ns);
  set("freezes", stats.freezes);
  set("ringFillMax", stats.fill_max);
  set("living", skeleton_ != nullptr ? skeleton_->bss->living : 0);
  set("errno", static_cast<uint64_t>(stats.error));
  out.Set("startRealNs", Napi::BigInt::New(env, start_real_ns_));
  return out;
}

Napi::Value Recorder::Stats(const Napi::CallbackInfo& info) { return StatsObject(info.Env()); }

Napi::Value Recorder::Hold(const Napi::CallbackInfo& info) {
  return Napi::Boolean::New(info.Env(), drain_ && drain_->Hold());
}

Napi::Value Recorder::Stop(const Napi::CallbackInfo& info) {
  Detach();
  auto* worker = new StopWorker(info.Env(), drain_);  // deletes itself
  Napi::Promise promise = worker->promise();
  worker->Queue();
  return promise;
}
