"""Every other way in which a file can change."""
import array
import ctypes
import mmap
import os
import socket
import stat

from operations import Worker
from syscalls import AT_EMPTY_PATH, AT_FDCWD, AT_SYMLINK_FOLLOW, AT_SYMLINK_NOFOLLOW, call, words

FICLONE = 0x40049409
KEEP_SIZE, PUNCH_HOLE, COLLAPSE, ZERO, INSERT = 1, 2, 8, 16, 32
FALLOCATE_MODES = [0, KEEP_SIZE, PUNCH_HOLE | KEEP_SIZE, ZERO, ZERO | KEEP_SIZE, COLLAPSE, INSERT]
O_TMPFILE = 0o20200000
BLOCK = 4096


class FullWorker(Worker):
    NOT_IN_THREADS = ("chdir", "child", "run_program", "in_chroot", "pass_fd", "direct")

    def source(self):
        """A descriptor to read from: of a file of its own, or of one that nobody here ever writes."""
        path = self.file() if self.rng.random() < 0.8 else b"/bin/true"
        return os.open(path or b"/bin/true", os.O_RDONLY)

    def copying(self, act):
        path = self.file()
        if path is None:
            return
        a = self.source()
        b = os.open(path, os.O_RDWR | os.O_NONBLOCK)
        try:
            if os.path.samestat(os.fstat(a), os.fstat(b)):
                return  # what a copy of a file into itself gives is up to the kernel
            size = os.fstat(a).st_size
            if self.rng.random() < 0.5:
                os.lseek(b, self.rng.randrange(os.fstat(b).st_size + 100), os.SEEK_SET)
            act(a, b, self.rng.randrange(size + 1), self.rng.choice([100, 5000, 70000]))
        finally:
            os.close(a)
            os.close(b)

    def sendfile(self):
        self.copying(lambda a, b, at, n: call("sendfile", b, a, words(at) if at % 2 else 0, n))

    def copy_range(self):
        def act(a, b, at, n):
            to = self.rng.randrange(os.fstat(b).st_size + 50)
            call("copy_file_range", a, words(at), b, words(to) if at % 2 else 0, n, 0)
        self.copying(act)

    def splice(self):
        def act(a, b, at, n):
            r, w = os.pipe()
            try:
                moved = call("splice", a, words(at), w, 0, min(n, 60000), 0)
                if moved:
                    call("splice", r, 0, b, words(at) if at % 2 else 0, moved, 0)
            finally:
                os.close(r)
                os.close(w)
        self.copying(act)

    def clone(self):
        self.copying(lambda a, b, _at, _n: call("ioctl", b, FICLONE, a))

    def fallocate(self):
        path = self.file()
        if path is None:
            return
        fd = os.open(path, os.O_RDWR)
        try:
            mode = self.rng.choice(FALLOCATE_MODES)
            size = os.fstat(fd).st_size
            unit = BLOCK if mode in (COLLAPSE, INSERT) else 1
            offset = self.rng.randrange(1 + size // unit) * unit
            length = (1 + self.rng.randrange(20000) // unit) * unit
            # Calls that fail only after ext4 has set the time are no test: they change something.
            if mode == COLLAPSE and offset + length >= size or mode == INSERT and offset >= size:
                return
            call("fallocate", fd, mode, offset, length)
        finally:
            os.close(fd)

    def tmpfile(self):
        fd = os.open(self.dir(), O_TMPFILE | os.O_RDWR, 0o640)
        try:
            self.put(fd)
            path = self.new_path()
            how = self.rng.randrange(3)
            if how == 0:
                call("linkat", AT_FDCWD, b"/proc/self/fd/%d" % fd, AT_FDCWD, path, AT_SYMLINK_FOLLOW)
            elif how == 1:
                call("linkat", fd, b"", AT_FDCWD, path, AT_EMPTY_PATH)
            self.put(fd)
        finally:
            os.close(fd)

    def rename(self, flags=(0, 0, 1, 2, 4)):
        super().rename(flags)

    def mknod(self):
        path = self.new_path()
        mode = self.rng.choice([stat.S_IFIFO | 0o644, stat.S_IFREG | 0o600, stat.S_IFSOCK | 0o755, stat.S_IFCHR | 0o600, 0o640])
        device = os.makedev(1, 3) if stat.S_ISCHR(mode) else 0
        if self.rng.random() < 0.5:
            call("mknod", self.plain(path), mode, device)
        else:
            self.with_at([path], lambda d, p: call("mknodat", d, p, mode, device))

    def unix_socket(self):
        with socket.socket(socket.AF_UNIX) as made:
            path = self.own + b"/sock%d" % self.rng.randrange(3)
            made.bind(path)

    def xattr(self):
        path = self.anything()
        if path is None:
            return
        name = b"user." + self.rng.choice([b"a", b"b", b"old", b"n" * 200])
        value = self.bytes()[:2000]
        fd = self.a_fd()
        how = self.rng.randrange(6)
        if how == 0:
            call("setxattr", self.plain(path), name, value, len(value), 0)
        elif how == 1:
            call("lsetxattr", self.plain(path), name, value, len(value), 0)
        elif how == 2 and fd is not None:
            call("fsetxattr", fd, name, value, len(value), 0)
        elif how == 3:
            call("removexattr", self.plain(path), name)
        elif how == 4:
            call("lremovexattr", self.plain(path), name)
        elif fd is not None:
            call("fremovexattr", fd, name)

    def chmod2(self):
        path = self.anything()
        if path is not None:
            flag = self.rng.choice([0, AT_SYMLINK_NOFOLLOW])
            self.with_at([path], lambda d, p: call("fchmodat2", d, p, 0o751, flag))

    def sync(self):
        fd = self.a_fd()
        if fd is not None:
            call(self.rng.choice(["fsync", "fdatasync"]), fd)

    def mapped(self):
        """Writes through a shared mapping, all of them over before the round is."""
        path = self.file()
        if path is None:
            return
        fd = os.open(path, os.O_RDWR)
        try:
            size = os.fstat(fd).st_size
            if size == 0:
                return
            with mmap.mmap(fd, size) as view:
                for _ in range(self.rng.randrange(1, 4)):
                    data = self.bytes()[:100]
                    at = self.rng.randrange(size)
                    view[at:at + len(data)] = data[:size - at]
                    if self.rng.random() < 0.3:
                        view.flush()
        finally:
            os.close(fd)

    def direct(self):
        """O_DIRECT: the page cache has no part in it."""
        path = self.new_path()
        fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_DIRECT | os.O_NONBLOCK, 0o644)
        try:
            page = mmap.mmap(-1, 2 * BLOCK)
            page.write(b"direct %d " % self.serial * 100)
            address = ctypes.addressof(ctypes.c_char.from_buffer(page))
            call("pwrite64", fd, ctypes.c_void_p(address), 2 * BLOCK, BLOCK * self.rng.randrange(3))
        finally:
            os.close(fd)

    def pass_fd(self):
        """A descriptor goes to another process over a unix socket, and is written there."""
        fd = self.a_fd()
        if fd is None:
            return
        ours, theirs = socket.socketpair(socket.AF_UNIX)
        pid = os.fork()
        if pid == 0:
            try:
                _, ancillary, _, _ = theirs.recvmsg(1, socket.CMSG_SPACE(4))
                got = array.array("i", ancillary[0][2][:4])[0]
                self.fds = [got]
                self.put(got)
            finally:
                os._exit(0)
        theirs.close()
        ours.sendmsg([b"x"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [fd]))])
        os.waitpid(pid, 0)
        ours.close()

    def in_chroot(self):
        pid = os.fork()
        if pid == 0:
            try:
                os.chroot(self.own)
                os.chdir("/")
                out = os.open("/chrooted%d" % self.rng.randrange(3), os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NONBLOCK, 0o644)
                os.write(out, self.bytes())
                os.rename("/chrooted0", "/old/../chrooted1")
            finally:
                os._exit(0)
        os.waitpid(pid, 0)

    TABLE = {**Worker.TABLE, "sendfile": 3, "copy_range": 4, "splice": 3, "clone": 1, "fallocate": 5, "tmpfile": 3,
             "mknod": 3, "unix_socket": 1, "xattr": 5, "chmod2": 2, "sync": 1, "mapped": 3, "direct": 2, "pass_fd": 2,
             "in_chroot": 1}
