#include "drain.h"

#include <bpf/bpf.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <vector>

#include "clock.h"
#include "rights.h"

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
}  // namespace

Drain::Drain(Options options, std::unique_ptr<Journal> journal) : options_(options), journal_(std::move(journal)) {}

Drain::~Drain() {
  Stop();
  if (epoll_ >= 0) close(epoll_);
}

int Drain::Start() {
  if (const int error = ring_.Map(options_.ring_map, options_.ring_bytes); error != 0) return error;
  epoll_ = epoll_create1(EPOLL_CLOEXEC);
  epoll_event event{EPOLLIN | EPOLLET, {}};
  if (epoll_ < 0 || epoll_ctl(epoll_, EPOLL_CTL_ADD, options_.ring_map, &event) != 0) return errno;
  if (options_.freeze_fd >= 0) {
    freezer_ = std::make_unique<Freezer>(ring_, options_.alarm_map, options_.freeze_fd);
    if (const int error = freezer_->Start(); error != 0) return error;
    *options_.alarm_above = freezer_->freeze_above();
  }
  looked_at_ = MonotonicNs();
  thread_ = std::thread([this] { Run(); });
  return 0;
}

void Drain::Stop() {
  if (!thread_.joinable()) return;
  stopping_.store(true);
  thread_.join();
}

Drain::Stats Drain::stats() const {
  const Freezer::Stats freezer = freezer_ ? freezer_->stats() : Freezer::Stats{};
  return {records_.load(), bytes_.load(), lost_.load(), freezer.frozen_ns, freezer.freezes, fill_max_.load(), error_.load()};
}

void Drain::Run() {
  prctl(PR_SET_NAME, "dk-drain");
  UseCapabilities(kProgramCapabilities);  // of its files the journal is the user's
  int quiet = 0;
  while (!stopping_.load()) {
    epoll_event event;
    epoll_wait(epoll_, &event, 1, quiet > kIdlePasses ? kIdleWaitMs : kBusyWaitMs);
    quiet = Pass() ? 0 : quiet + 1;
  }
  while (Pass()) {
  }
  if (freezer_) freezer_->Stop();
  journal_->Close();
  if (journal_->error() != 0) error_.store(journal_->error());
}

// Takes what is there. False when there was nothing.
bool Drain::Pass() {
  NoteLosses();
  uint64_t refused = 0;
  const size_t n = ring_.Consume([&](const void* sample, uint32_t) {
    uint32_t bytes;
    std::memcpy(&bytes, sample, sizeof(bytes));
    if (!journal_->Append(sample, bytes)) refused++;
    NoteFill();
  });
  journal_->Commit();
  records_.fetch_add(n);
  bytes_.store(journal_->bytes());
  if (refused > 0) lost_.fetch_add(refused);
  if (journal_->error() != 0) error_.store(journal_->error());
  return n > 0;
}

void Drain::NoteFill() { fill_max_.store(std::max(fill_max_.load(), ring_.Fill())); }

// Moves the identities in doubt to their causes.
void Drain::TakeIdentities() {
  Identity id, next;
  bool more = bpf_map_get_next_key(options_.dirty_map, nullptr, &next) == 0;
  while (more) {
    id = next;
    more = bpf_map_get_next_key(options_.dirty_map, &id, &next) == 0;
    uint64_t causes = 0;
    if (bpf_map_lookup_and_delete_elem(options_.dirty_map, &id, &causes) != 0) continue;
    const auto* raw = reinterpret_cast<const unsigned char*>(&id);
    for (uint32_t cause = 0; cause < DK_LOSS_CAUSES; cause++) {
      if ((causes >> cause & 1) != 0) noted_[cause].identities.insert(noted_[cause].identities.end(), raw, raw + sizeof(id));
    }
  }
}

// Puts a loss record a cause before the records of this pass, with the time of the last look: what was lost came after that, so
// a reader, who sorts by time, never believes a state that may already be wrong. The counts are read before the identities,
// because the programs count last; a loss that names no identity, here or there, puts everything in doubt.
void Drain::NoteLosses() {
  const uint64_t last_look_ns = looked_at_;
  looked_at_ = MonotonicNs();
  unsigned long long totals[DK_LOSS_CAUSES];
  bool any = false;
  for (uint32_t cause = 0; cause < DK_LOSS_CAUSES; cause++) {
    totals[cause] = options_.lost.all[cause];
    any |= totals[cause] != noted_[cause].all;
  }
  if (!any) return;
  TakeIdentities();
  for (uint32_t cause = 0; cause < DK_LOSS_CAUSES; cause++) {
    Noted& noted = noted_[cause];
    if (totals[cause] == noted.all) continue;
    const unsigned long long unnamed = options_.lost.unnamed[cause];
    if (unnamed != noted.unnamed) noted.identities.clear();
    dk_loss head{};
    head.size = static_cast<uint32_t>(sizeof(head) + noted.identities.size());
    head.type = DK_REC_LOSS;
    head.enter_ns = head.exit_ns = last_look_ns;
    head.records = totals[cause] - noted.all;
    head.cause = cause;
    head.dirty = static_cast<uint32_t>(noted.identities.size() / sizeof(Identity));
    std::vector<unsigned char> record(head.size);
    std::memcpy(record.data(), &head, sizeof(head));
    std::memcpy(record.data() + sizeof(head), noted.identities.data(), noted.identities.size());
    journal_->Append(record.data(), head.size);
    lost_.fetch_add(head.records);
    noted.all = totals[cause];
    noted.unnamed = unnamed;
    noted.identities.clear();
  }
}
