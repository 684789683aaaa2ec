#pragma once
#include <cstdint>

// A file of this process with one page in memory, of which its number and its first bytes are known: the kernel programs
// learn from it where the kernel keeps its pages (bpf/events/learn.bpf.c).
class KnownPage {
 public:
  // Without CAP_SYS_ADMIN the number stays 0.
  KnownPage();
  ~KnownPage();
  KnownPage(const KnownPage&) = delete;
  KnownPage& operator=(const KnownPage&) = delete;

  int fd() const { return fd_; }
  uint64_t number() const { return number_; }
  // Two random words.
  const uint64_t* bytes() const { return bytes_; }

 private:
  int fd_ = -1;
  void* page_ = nullptr;
  uint64_t number_ = 0;
  uint64_t bytes_[2] = {};
};
