#include "drain.h"

#include <bpf/bpf.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <ctime>
#include <vector>

namespace {
// With data flowing look often enough that a fast writer (1 GB/s) uses a small part of the ring between two looks.
constexpr int kBusyWaitMs = 2;
constexpr int kIdleWaitMs = 15;
constexpr int kIdlePasses = 50;

struct Identity {
  uint64_t ino;
  uint32_t dev;
  uint32_t gen;
};

uint64_t NowNs() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<uint64_t>(now.tv_sec) * 1000000000u + static_cast<uint64_t>(now.tv_nsec);
}
}  // namespace

Drain::Drain(Options options, std::unique_ptr<Journal> journal) : options_(options), journal_(std::move(journal)) {}

Drain::~Drain() {
  Stop();
  if (epoll_ >= 0) close(epoll_);
  if (options_.freeze_fd >= 0) close(options_.freeze_fd);
}

int Drain::Start() {
  if (const int error = ring_.Map(options_.ring_map, options_.ring_bytes); error != 0) return error;
  epoll_ = epoll_create1(EPOLL_CLOEXEC);
  epoll_event event{EPOLLIN | EPOLLET, {}};
  if (epoll_ < 0 || epoll_ctl(epoll_, EPOLL_CTL_ADD, options_.ring_map, &event) != 0) return errno;
  thread_ = std::thread([this] { Run(); });
  return 0;
}

void Drain::Stop() {
  if (!thread_.joinable()) return;
  stopping_.store(true);
  thread_.join();
}

Drain::Stats Drain::stats() const {
  return {records_.load(), bytes_.load(), lost_.load(), frozen_ns_.load(), freezes_.load(), fill_max_.load(), error_.load()};
}

void Drain::Run() {
  prctl(PR_SET_NAME, "dk-drain");
  int quiet = 0;
  while (!stopping_.load()) {
    epoll_event event;
    epoll_wait(epoll_, &event, 1, quiet > kIdlePasses ? kIdleWaitMs : kBusyWaitMs);
    quiet = Pass() ? 0 : quiet + 1;
  }
  while (Pass()) {
  }
  Thaw();
  journal_->Close();
  if (journal_->error() != 0) error_.store(journal_->error());
}

// Takes what is there. False when there was nothing.
bool Drain::Pass() {
  Backpressure();
  NoteLosses();
  uint64_t refused = 0;
  int countdown = 0;
  const size_t n = ring_.Consume([&](const void* sample, uint32_t) {
    uint32_t bytes;
    std::memcpy(&bytes, sample, sizeof(bytes));
    if (!journal_->Append(sample, bytes)) refused++;
    if (--countdown <= 0) {
      countdown = 256;
      Backpressure();
    }
  });
  Backpressure();
  journal_->Commit();
  records_.fetch_add(n);
  bytes_.store(journal_->bytes());
  if (refused > 0) lost_.fetch_add(refused);
  if (journal_->error() != 0) error_.store(journal_->error());
  return n > 0;
}

void Drain::Backpressure() {
  const uint64_t fill = ring_.Fill();
  if (fill > fill_max_.load()) fill_max_.store(fill);
  if (options_.freeze_fd < 0) return;
  if (frozen_since_ == 0 && fill > ring_.size() / 4 * 3) {
    if (pwrite(options_.freeze_fd, "1", 1, 0) == 1) {
      frozen_since_ = NowNs();
      freezes_.fetch_add(1);
    }
  } else if (frozen_since_ != 0 && fill < ring_.size() / 8) {
    Thaw();
  }
}

void Drain::Thaw() {
  if (frozen_since_ == 0) return;
  if (pwrite(options_.freeze_fd, "0", 1, 0) != 1) error_.store(errno);
  frozen_ns_.fetch_add(NowNs() - frozen_since_);
  frozen_since_ = 0;
}

// Puts a loss record before the records of this pass: what was lost came after some of them at the earliest, so a
// reader never believes a state that may already be wrong.
void Drain::NoteLosses() {
  for (uint32_t cause = 0; cause < DK_LOSS_CAUSES; cause++) {
    const unsigned long long total = options_.lost.by_cause[cause];
    if (total == noted_[cause]) continue;
    const unsigned long long unnamed = *options_.lost.unnamed;
    std::vector<unsigned char> record(sizeof(dk_loss));
    dk_loss head{};
    if (unnamed == noted_unnamed_) {
      Identity id, next;
      bool more = bpf_map_get_next_key(options_.dirty_map, nullptr, &next) == 0;
      while (more) {
        id = next;
        more = bpf_map_get_next_key(options_.dirty_map, &id, &next) == 0;
        bpf_map_delete_elem(options_.dirty_map, &id);
        auto* raw = reinterpret_cast<unsigned char*>(&id);
        record.insert(record.end(), raw, raw + sizeof(id));
        head.dirty++;
      }
    }
    head.size = static_cast<uint32_t>(record.size());
    head.type = DK_REC_LOSS;
    head.enter_ns = head.exit_ns = NowNs();
    head.records = total - noted_[cause];
    head.cause = cause;
    std::memcpy(record.data(), &head, sizeof(head));
    journal_->Append(record.data(), head.size);
    lost_.fetch_add(total - noted_[cause]);
    noted_[cause] = total;
    noted_unnamed_ = unnamed;
  }
}
