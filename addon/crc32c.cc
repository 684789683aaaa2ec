#include "crc32c.h"

#include <cstring>

#ifdef __SSE4_2__
#include <nmmintrin.h>

uint32_t Crc32c(const void* data, size_t bytes) {
  auto* at = static_cast<const unsigned char*>(data);
  uint64_t crc = 0xffffffff;
  for (; bytes >= 8; bytes -= 8, at += 8) {
    uint64_t word;
    std::memcpy(&word, at, 8);
    crc = _mm_crc32_u64(crc, word);
  }
  auto low = static_cast<uint32_t>(crc);
  for (; bytes > 0; bytes--) low = _mm_crc32_u8(low, *at++);
  return ~low;
}
#else
uint32_t Crc32c(const void* data, size_t bytes) {
  auto* at = static_cast<const unsigned char*>(data);
  uint32_t crc = 0xffffffff;
  for (; bytes > 0; bytes--) {
    crc ^= *at++;
    for (int bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ (0x82f63b78 & (0 - (crc & 1)));
  }
  return ~crc;
}
#endif
