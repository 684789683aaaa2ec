#pragma once
#include <cstdint>
#include <string>
#include <vector>

// The append-only record of a run: segments of checksummed frames. Written by the drain thread alone.
//
//   NNNNNN.journal
//   ┌─ segment header, 64 bytes ─────────────────────────────────────────────────┐
//   │ "DKJRNL1\0" │ u32 version │ u32 abi │ u64 monotonic ns │ u64 real ns │      │
//   │ u32 segment │ u32 arch │ 20 bytes zero │ u32 crc32c of the 60 bytes before  │
//   ├─ frame header, 24 bytes ───────────────────────────────────────────────────┤
//   │ "DKFR" │ u32 payload bytes │ u32 crc32c of payload │ u32 records │ u64 frame │
//   ├─ payload: records of abi.h, each padded to 8 bytes ────────────────────────┤
//   │ …                                                                           │
//   └─ more frames ──────────────────────────────────────────────────────────────┘
//
// The times are those of the recording's start and the same in every segment. Frames count from 1 over all segments.
// A torn last frame fails its checksum and ends the journal.
class Journal {
 public:
  Journal(std::string directory, uint64_t segment_bytes, uint64_t start_mono_ns, uint64_t start_real_ns);
  ~Journal();
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;

  // Copies a record into the pending frame; writes the frame when it is large. False once a write has failed.
  bool Append(const void* record, uint32_t bytes);
  // Writes the pending frame. False once a write has failed; what was written before stays valid.
  bool Commit();
  void Close();

  int error() const { return error_; }
  uint64_t bytes() const { return bytes_; }

 private:
  bool OpenSegment();
  bool WriteAll(const void* data, size_t bytes);

  std::string directory_;
  uint64_t segment_bytes_;
  uint64_t start_mono_ns_;
  uint64_t start_real_ns_;
  std::vector<unsigned char> frame_;
  uint32_t records_ = 0;
  uint32_t segment_ = 0;
  uint64_t frames_ = 0;
  uint64_t in_segment_ = 0;
  uint64_t bytes_ = 0;
  int fd_ = -1;
  int error_ = 0;
};
