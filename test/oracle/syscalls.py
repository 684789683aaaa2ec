"""System calls by number (x86-64), so that each variant is the one that is meant, not what a library makes of it."""
import ctypes
import os

_libc = ctypes.CDLL(None, use_errno=True)
_libc.syscall.restype = ctypes.c_long

NUMBERS = {
    "open": 2, "creat": 85, "openat": 257, "openat2": 437, "write": 1, "pwrite64": 18, "writev": 20, "pwritev": 296,
    "pwritev2": 328, "truncate": 76, "ftruncate": 77, "mkdir": 83, "mkdirat": 258, "rmdir": 84, "unlink": 87,
    "unlinkat": 263, "rename": 82, "renameat": 264, "renameat2": 316, "link": 86, "linkat": 265, "symlink": 88,
    "symlinkat": 266, "mknod": 133, "mknodat": 259, "chmod": 90, "fchmod": 91, "fchmodat": 268, "fchmodat2": 452,
    "chown": 92, "fchown": 93, "lchown": 94, "fchownat": 260, "utime": 132, "utimes": 235, "futimesat": 261,
    "utimensat": 280, "fallocate": 285, "sendfile": 40, "splice": 275, "copy_file_range": 326, "ioctl": 16,
    "setxattr": 188, "lsetxattr": 189, "fsetxattr": 190, "removexattr": 197, "lremovexattr": 198, "fremovexattr": 199,
    "setxattrat": 463, "removexattrat": 466, "file_setattr": 469, "name_to_handle_at": 303, "open_by_handle_at": 304,
    "madvise": 28, "fsync": 74, "fdatasync": 75, "sync_file_range": 277, "syncfs": 306,
}

AT_FDCWD = -100
AT_SYMLINK_NOFOLLOW = 0x100
AT_REMOVEDIR = 0x200
AT_SYMLINK_FOLLOW = 0x400
AT_EMPTY_PATH = 0x1000
UTIME_NOW = (1 << 30) - 1
UTIME_OMIT = (1 << 30) - 2


def call(name, *args):
    """The result; OSError when it fails. bytes are passed as pointers, ints as 64-bit words."""
    converted = [ctypes.c_char_p(a) if isinstance(a, bytes) else ctypes.c_long(a) if isinstance(a, int) else a for a in args]
    result = _libc.syscall(ctypes.c_long(NUMBERS[name]), *converted)
    if result == -1:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code), name)
    return result


def words(*values):
    """64-bit words: timespecs, struct open_how, loff_t."""
    return (ctypes.c_int64 * len(values))(*values)


def vector(parts):
    """An iovec over the parts, and its length. Keep the result until the call is over."""
    room = [ctypes.create_string_buffer(part, max(1, len(part))) for part in parts]
    flat = [word for buffer, part in zip(room, parts) for word in (ctypes.addressof(buffer), len(part))]
    made = (ctypes.c_uint64 * len(flat))(*flat)
    made.keep = room
    return made, len(parts)
