#include "journal.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "abi.h"
#include "crc32c.h"

namespace {
constexpr size_t kFrameBytes = 1 << 20;
constexpr uint32_t kVersion = 1;
constexpr uint32_t kArchX86_64 = 1;

struct SegmentHeader {
  char magic[8];
  uint32_t version;
  uint32_t abi;
  uint64_t mono_ns;
  uint64_t real_ns;
  uint32_t segment;
  uint32_t arch;
  char zero[20];
  uint32_t crc;
};
static_assert(sizeof(SegmentHeader) == 64);

struct FrameHeader {
  char magic[4];
  uint32_t bytes;
  uint32_t crc;
  uint32_t records;
  uint64_t frame;
};
static_assert(sizeof(FrameHeader) == 24);
}  // namespace

Journal::Journal(std::string directory, uint64_t segment_bytes, uint64_t start_mono_ns, uint64_t start_real_ns)
    : directory_(std::move(directory)),
      segment_bytes_(segment_bytes),
      start_mono_ns_(start_mono_ns),
      start_real_ns_(start_real_ns) {
  frame_.reserve(2 * kFrameBytes);
  frame_.resize(sizeof(FrameHeader));
}

Journal::~Journal() { Close(); }

bool Journal::Append(const void* record, uint32_t bytes) {
  if (error_ != 0) return false;
  const size_t at = frame_.size();
  frame_.resize(at + ((bytes + 7u) & ~7u));
  std::memcpy(frame_.data() + at, record, bytes);
  records_++;
  return frame_.size() < kFrameBytes || Commit();
}

bool Journal::Commit() {
  if (error_ != 0) return false;
  if (records_ == 0) return true;
  if ((fd_ < 0 || in_segment_ > segment_bytes_) && !OpenSegment()) return false;
  FrameHeader header{{'D', 'K', 'F', 'R'}, static_cast<uint32_t>(frame_.size() - sizeof(FrameHeader)), 0, records_, ++frames_};
  header.crc = Crc32c(frame_.data() + sizeof(header), header.bytes);
  std::memcpy(frame_.data(), &header, sizeof(header));
  if (!WriteAll(frame_.data(), frame_.size())) {
    // Leave whole frames only; the reader would drop a torn one anyway.
    if (ftruncate(fd_, static_cast<off_t>(in_segment_)) != 0) { /* the checksum still ends the journal there */
    }
    return false;
  }
  in_segment_ += frame_.size();
  frame_.resize(sizeof(FrameHeader));
  records_ = 0;
  return true;
}

bool Journal::OpenSegment() {
  if (fd_ >= 0) close(fd_);
  char name[32];
  std::snprintf(name, sizeof(name), "/%06u.journal", ++segment_);
  fd_ = open((directory_ + name).c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd_ < 0) {
    error_ = errno;
    return false;
  }
  SegmentHeader header{{'D', 'K', 'J', 'R', 'N', 'L', '1', 0}, kVersion, DK_ABI_VERSION, start_mono_ns_, start_real_ns_,
                       segment_, kArchX86_64, {}, 0};
  header.crc = Crc32c(&header, offsetof(SegmentHeader, crc));
  in_segment_ = 0;
  if (!WriteAll(&header, sizeof(header))) return false;
  in_segment_ = sizeof(header);
  return true;
}

bool Journal::WriteAll(const void* data, size_t bytes) {
  auto* at = static_cast<const char*>(data);
  while (bytes > 0) {
    const ssize_t n = write(fd_, at, bytes);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) {
      error_ = n < 0 ? errno : EIO;
      return false;
    }
    at += n;
    bytes -= static_cast<size_t>(n);
    bytes_ += static_cast<uint64_t>(n);
  }
  return true;
}

void Journal::Close() {
  Commit();
  if (fd_ >= 0) close(fd_);
  fd_ = -1;
}
