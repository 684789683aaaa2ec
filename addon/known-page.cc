#include "known-page.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <unistd.h>

#include <cstring>

namespace {
// Documentation/admin-guide/mm/pagemap.rst: one word a page; bits 0-54 its number, 0 without the right to know it.
constexpr uint64_t kNumberBits = (1ull << 55) - 1;

uint64_t NumberOf(const void* address, size_t page_bytes) {
  const int pagemap = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
  if (pagemap < 0) return 0;
  uint64_t entry = 0;
  const auto at = static_cast<off_t>(reinterpret_cast<uintptr_t>(address) / page_bytes * sizeof(entry));
  if (pread(pagemap, &entry, sizeof(entry), at) != sizeof(entry)) entry = 0;
  close(pagemap);
  return entry & kNumberBits;
}
}  // namespace

KnownPage::KnownPage() {
  const auto page_bytes = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  fd_ = memfd_create("dk-known-page", MFD_CLOEXEC);
  if (fd_ < 0 || ftruncate(fd_, static_cast<off_t>(page_bytes)) != 0) return;
  void* page = mmap(nullptr, page_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd_, 0);
  if (page == MAP_FAILED) return;
  page_ = page;
  if (getrandom(bytes_, sizeof(bytes_), 0) != sizeof(bytes_)) return;
  std::memcpy(page_, bytes_, sizeof(bytes_));
  number_ = NumberOf(page_, page_bytes);
}

KnownPage::~KnownPage() {
  if (page_ != nullptr) munmap(page_, static_cast<size_t>(sysconf(_SC_PAGESIZE)));
  if (fd_ >= 0) close(fd_);
}
