"""What programs do seldom: names near the limits, links out of the recorded roots, copies by range, mappings left at exit."""
import ctypes
import fcntl
import mmap
import os
import struct

from operations import O_CREATE_FLAGS
from operations_full import FullWorker
from syscalls import AT_FDCWD, call, vector, words

FICLONERANGE = 0x4020940D
FIDEDUPERANGE = 0xC0189436
FS_IOC_GETFLAGS, FS_IOC_SETFLAGS = 0x80086601, 0x40086602
NODUMP, NOATIME = 0x40, 0x80  # the other way round for file_setattr
UNSHARE = 64
RWF_DSYNC, RWF_SYNC, RWF_APPEND, RWF_NOAPPEND = 2, 4, 16, 32
LONGEST_PATH = 4095
OUTSIDE = 4
RENAME_EXCHANGE = 2


class RareWorker(FullWorker):
    NOT_IN_THREADS = (*FullWorker.NOT_IN_THREADS, "mapped_at_exit")

    def write_flags(self):
        """pwritev2 with flags, at an offset or the position."""
        fd = self.a_fd()
        if fd is None:
            return
        data = self.bytes()
        parts, count = vector([data[:len(data) // 2], data[len(data) // 2:]])
        here = self.rng.random() < 0.5
        offset = -1 if here else self.rng.randrange(os.fstat(fd).st_size + 20)
        flags = self.rng.choice([RWF_DSYNC, RWF_SYNC, RWF_APPEND, RWF_NOAPPEND])
        call("pwritev2", fd, parts, count, offset, -1 if here else 0, flags)

    def splice_bytes(self):
        """Bytes that no file ever had go from a pipe to a file."""
        path = self.file()
        if path is None:
            return
        fd = os.open(path, os.O_RDWR)
        r, w = os.pipe()
        try:
            data = self.bytes()[:60000]
            os.write(w, data)
            if self.rng.random() < 0.5:
                call("splice", r, 0, fd, words(self.rng.randrange(20000)), len(data), 0)
            else:
                os.lseek(fd, self.rng.randrange(20000), os.SEEK_SET)
                call("splice", r, 0, fd, 0, len(data), 0)
        finally:
            for one in (fd, r, w):
                os.close(one)

    def clone_range(self):
        def act(a, b, at, n):
            if self.rng.random() < 0.5:
                call("ioctl", b, FICLONERANGE, words(a, at // 4096 * 4096, 4096, 0))
            else:
                same = struct.pack("=QQHHIqQQiI", 0, min(n, 4096), 1, 0, 0, b, 0, 0, 0, 0)
                call("ioctl", a, FIDEDUPERANGE, same)
        self.copying(act)

    def unshare_range(self):
        path = self.file()
        if path is None:
            return
        fd = os.open(path, os.O_RDWR)
        try:
            call("fallocate", fd, UNSHARE, 0, 5000)
        finally:
            os.close(fd)

    def mapped_at_exit(self):
        """A process ends with a mapping that it has written to."""
        path = self.file()
        if path is None or os.stat(path).st_size == 0:
            return
        pid = os.fork()
        if pid == 0:
            try:
                fd = os.open(path, os.O_RDWR)
                view = mmap.mmap(fd, 0)
                view[:3] = b"map"[:len(view)]
            finally:
                os._exit(0)
        os.waitpid(pid, 0)

    def across(self):
        """Hard links and renames between the recorded root and what is beside it."""
        outside, other = (self.beside() for _ in range(2))
        own = self.file()
        how = self.rng.randrange(10)
        if how == 0 and own is not None:
            call("link", own, outside)
        elif how == 1:
            call("link", outside, self.new_path())
        elif how == 2:
            call("unlink", outside)
        elif how == 3 and own is not None:
            call("rename", own, outside)
        elif how == 4:
            call("rename", outside, self.new_path())
        elif how == 5:
            call("rename", outside, other)
        elif how == 6:
            call("link", outside, other)
        elif how == 7 and own is not None:
            call("renameat2", AT_FDCWD, own, AT_FDCWD, outside, RENAME_EXCHANGE)
        elif how == 8:
            call("chmod", outside, self.rng.choice([0o600, 0o644]))
        else:
            fd = os.open(outside, self.rng.choice(O_CREATE_FLAGS) | os.O_WRONLY, 0o644)
            try:
                self.put(fd)
            finally:
                os.close(fd)

    def beside(self):
        return os.path.dirname(self.tree) + b"/outside/" + self.prefix + b"%d" % self.rng.randrange(OUTSIDE)

    def deep(self):
        """A file whose path is as long as a path can be, for as long as the operation takes."""
        top = self.own + b"/deep"
        folders = [top]
        call("mkdir", top, 0o755)
        try:
            while len(folders[-1]) + 256 < LONGEST_PATH:
                name = b"%d-" % len(folders) + b"x" * 250
                call("mkdir", folders[-1] + b"/" + name, 0o755)
                folders.append(folders[-1] + b"/" + name)
            path = folders[-1] + b"/" + b"f" * (LONGEST_PATH - len(folders[-1]) - 1)
            fd = os.open(path, os.O_WRONLY | os.O_CREAT, 0o644)
            try:
                self.put(fd)
            finally:
                os.close(fd)
            call("chmod", path, 0o600)
            call("rename", path, self.new_path())
        finally:
            # What could not be renamed, because something stood there, goes with its folders.
            for folder in reversed(folders):
                for name in os.listdir(folder):
                    os.unlink(folder + b"/" + name)
                call("rmdir", folder)

    def sync_parts(self):
        fd = self.a_fd()
        if fd is None:
            return
        if self.rng.random() < 0.5:
            call("sync_file_range", fd, 0, 4096, 7)
        else:
            call("syncfs", fd)

    def by_handle(self):
        """A file is opened, and perhaps cut, by its handle."""
        path = self.file()
        if path is None:
            return
        handle = ctypes.create_string_buffer(struct.pack("=Ii", 128, 0), 136)
        call("name_to_handle_at", AT_FDCWD, path, handle, ctypes.create_string_buffer(4), 0)
        fd = call("open_by_handle_at", AT_FDCWD, handle, os.O_RDWR | self.rng.choice([0, os.O_TRUNC]))
        try:
            self.put(fd)
        finally:
            os.close(fd)

    def flags(self):
        """What chattr does, and its younger sibling."""
        path = self.file()
        if path is None:
            return
        flags = self.rng.choice([0, NODUMP, NOATIME, NODUMP | NOATIME])
        if self.rng.random() < 0.3:
            call("file_setattr", AT_FDCWD, path, struct.pack("=QIIII", flags, 0, 0, 0, 0), 24, 0)
            return
        fd = os.open(path, os.O_RDONLY)
        try:
            # As chattr does. ext4 refuses to set other bits, after it has set these: see docs/limits.md.
            have = struct.unpack("=I", fcntl.ioctl(fd, FS_IOC_GETFLAGS, b"\0" * 4))[0]
            call("ioctl", fd, FS_IOC_SETFLAGS, struct.pack("=I", have & ~(NODUMP | NOATIME) | flags))
        finally:
            os.close(fd)

    def attribute_at(self):
        path = self.file()
        if path is None:
            return
        if self.rng.random() < 0.7:
            value = ctypes.create_string_buffer(self.bytes()[:200])
            args = struct.pack("=QII", ctypes.addressof(value), len(value), 0)
            call("setxattrat", AT_FDCWD, path, 0, b"user.at", args, 16)
        else:
            call("removexattrat", AT_FDCWD, path, 0, b"user.at")

    TABLE = {**FullWorker.TABLE, "write_flags": 4, "splice_bytes": 3, "clone_range": 1, "unshare_range": 1,
             "mapped_at_exit": 2, "across": 8, "deep": 1, "sync_parts": 1, "by_handle": 3, "flags": 2, "attribute_at": 3}
