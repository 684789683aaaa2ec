#pragma once
#include <cstddef>
#include <cstdint>

// CRC-32C (Castagnoli, RFC 3720 appendix B.4).
uint32_t Crc32c(const void* data, size_t bytes);
