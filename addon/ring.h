#pragma once
#include <atomic>
#include <cstddef>
#include <cstdint>

// Consumer side of a BPF ring buffer (kernel/bpf/ringbuf.c): a consumer page, a producer page, then the data mapped
// twice so that no record wraps. One thread consumes; any may look how full it is.
class Ring {
 public:
  Ring() = default;
  ~Ring();
  Ring(const Ring&) = delete;
  Ring& operator=(const Ring&) = delete;

  // Returns 0 or an errno.
  int Map(int map_fd, size_t bytes);
  // Bytes taken since the start.
  uint64_t Consumed() const;
  // Bytes that wait.
  uint64_t Fill() const;
  uint64_t size() const { return bytes_; }

  // Calls f(const void* sample, uint32_t bytes) for each committed record, in order, until the ring is empty or a
  // record is still being written. Frees room as it goes. Returns the number of records.
  template <typename F>
  size_t Consume(F f) {
    size_t n = 0;
    uint64_t at = consumer_->load(std::memory_order_acquire);
    for (;;) {
      const uint64_t end = producer_->load(std::memory_order_acquire);
      if (at >= end) return n;
      const uint32_t length = HeaderAt(at)->load(std::memory_order_acquire);
      if (length & kBusy) return n;
      const uint32_t bytes = length & ~(kBusy | kDiscard);
      if (!(length & kDiscard)) {
        f(data_ + (at & (bytes_ - 1)) + kHeaderBytes, bytes);
        n++;
      }
      at += (bytes + kHeaderBytes + 7) & ~7ull;
      consumer_->store(at, std::memory_order_release);
    }
  }

 private:
  static constexpr uint32_t kBusy = 1u << 31;
  static constexpr uint32_t kDiscard = 1u << 30;
  static constexpr uint32_t kHeaderBytes = 8;
  std::atomic<uint32_t>* HeaderAt(uint64_t at) const {
    return reinterpret_cast<std::atomic<uint32_t>*>(data_ + (at & (bytes_ - 1)));
  }

  size_t bytes_ = 0;
  size_t page_ = 0;
  std::atomic<uint64_t>* consumer_ = nullptr;
  std::atomic<uint64_t>* producer_ = nullptr;
  unsigned char* data_ = nullptr;
};
