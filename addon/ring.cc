#include "ring.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>

int Ring::Map(int map_fd, size_t bytes) {
  page_ = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  void* consumer = mmap(nullptr, page_, PROT_READ | PROT_WRITE, MAP_SHARED, map_fd, 0);
  if (consumer == MAP_FAILED) return errno;
  consumer_ = static_cast<std::atomic<uint64_t>*>(consumer);
  void* producer = mmap(nullptr, page_ + 2 * bytes, PROT_READ, MAP_SHARED, map_fd, static_cast<off_t>(page_));
  if (producer == MAP_FAILED) return errno;
  producer_ = static_cast<std::atomic<uint64_t>*>(producer);
  data_ = static_cast<unsigned char*>(producer) + page_;
  bytes_ = bytes;
  return 0;
}

Ring::~Ring() {
  if (consumer_ != nullptr) munmap(consumer_, page_);
  if (producer_ != nullptr) munmap(producer_, page_ + 2 * bytes_);
}

uint64_t Ring::Consumed() const { return consumer_->load(std::memory_order_acquire); }

uint64_t Ring::Fill() const {
  const uint64_t consumed = Consumed();  // first: it never passes what is read after it
  return producer_->load(std::memory_order_acquire) - consumed;
}
