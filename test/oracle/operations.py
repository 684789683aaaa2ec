"""The operations of the oracle: what a worker does at random, each through one of its system calls."""
import os
import stat

from listing import FIRST_SET_NS, LAST_SET_NS
from syscalls import (AT_EMPTY_PATH, AT_FDCWD, AT_REMOVEDIR, AT_SYMLINK_FOLLOW, AT_SYMLINK_NOFOLLOW, UTIME_NOW,
                      UTIME_OMIT, call, vector, words)

NAMES = [b"a", b"b", b"c", b"d", b"e", b"f", b"g", b"h", b"log", b"data.bin", b"\xc3\xbcber", b"\xff\xfe\x80",
         b"with space", b"new\nline", b"-dash", b".hidden", b"%41", b"q" * 255]
MOST_NODES = 120
MOST_FDS = 10
MOST_PATH = 1500
MOST_SIZE = 1 << 20
O_CREATE_FLAGS = [os.O_CREAT, os.O_CREAT | os.O_TRUNC, os.O_CREAT | os.O_EXCL, os.O_CREAT | os.O_APPEND]


class Worker:
    """One process's (or thread's) share of the work. It names only what is its own, so a seed always does the same."""

    def __init__(self, rng, tree, index, free_cwd=True):
        self.rng = rng
        self.tree = tree
        self.own = tree + b"/own%d" % index
        self.shared = tree + b"/shared"
        self.prefix = b"p%d-" % index
        self.index = index
        self.free_cwd = free_cwd
        self.fds = []
        self.serial = 0

    # -- choosing ------------------------------------------------------------------------------------------------

    def nodes(self):
        """Everything of this worker's that stands now: [(path, mode)], in an order that depends on nothing else."""
        found = []
        left = [self.own]
        left += [self.shared + b"/" + n for n in os.listdir(self.shared) if n.startswith(self.prefix)]
        left.sort(reverse=True)
        while left:
            path = left.pop()
            mode = os.lstat(path).st_mode
            found.append((path, mode))
            if stat.S_ISDIR(mode):
                left += sorted((path + b"/" + n for n in os.listdir(path)), reverse=True)
        return found

    def pick(self, *tests):
        matching = [p for p, m in self.nodes() if p != self.own and any(t(m) for t in tests)]
        return self.rng.choice(matching) if matching else None

    def file(self):
        return self.pick(stat.S_ISREG)

    def anything(self):
        return self.pick(lambda mode: True)

    def dir(self):
        dirs = [p for p, m in self.nodes() if stat.S_ISDIR(m)]
        return self.rng.choice(dirs + [self.shared])

    def new_path(self):
        """A name that may or may not be taken."""
        parent = self.dir()
        name = self.rng.choice(NAMES)
        if parent == self.shared:
            name = self.prefix + name[:200]
        path = parent + b"/" + name
        return path if len(path) < MOST_PATH else self.own + b"/" + self.rng.choice(NAMES)

    def bytes(self):
        size = self.rng.choice([0, 1, 7, 64, 100, 1000, 4096, 5000, 32767, 32768, 32769, 70000, 150000])
        if self.rng.random() < 0.7:
            size = self.rng.randrange(300)
        self.serial += 1
        stamp = b"<%d:%d>" % (self.index, self.serial)
        return (stamp * (size // len(stamp) + 1))[:size]

    def at(self, path):
        """(dirfd, path) forms of one path: absolute, relative to the working directory, relative to a descriptor."""
        form = self.rng.random()
        if form < 0.4:
            return AT_FDCWD, path, None
        if form < 0.7 and self.free_cwd:
            try:
                return AT_FDCWD, os.path.relpath(path, os.getcwdb()), None
            except FileNotFoundError:  # the working directory is gone
                return AT_FDCWD, path, None
        base = os.path.dirname(path) if self.rng.random() < 0.6 else self.tree
        try:
            fd = os.open(base, os.O_RDONLY | os.O_DIRECTORY)
        except OSError:
            return AT_FDCWD, path, None
        relative = os.path.relpath(path, base)
        return fd, (b".//" + relative if self.rng.random() < 0.2 else relative), fd

    def with_at(self, paths, act):
        """act(dirfd, path, dirfd, path…); closes what was opened."""
        forms = [self.at(path) for path in paths]
        try:
            act(*[value for form in forms for value in form[:2]])
        finally:
            for form in forms:
                if form[2] is not None:
                    os.close(form[2])

    def plain(self, path):
        """One string for calls without a descriptor."""
        if self.rng.random() < 0.5 and self.free_cwd:
            try:
                return os.path.relpath(path, os.getcwdb())
            except FileNotFoundError:
                return path
        return path

    def keep(self, fd):
        self.fds.append(fd)
        while len(self.fds) > MOST_FDS:
            os.close(self.fds.pop(0))

    def a_fd(self):
        return self.rng.choice(self.fds) if self.fds else None

    # -- data ----------------------------------------------------------------------------------------------------

    def open(self, path, flags):
        flags |= os.O_NONBLOCK  # the path may lead to a FIFO
        mode = self.rng.choice([0o644, 0o600, 0o666, 0o755])
        how = self.rng.randrange(4)
        if how == 0:
            return call("open", self.plain(path), flags, mode)
        if how == 1:
            fd = []
            self.with_at([path], lambda d, p: fd.append(call("openat", d, p, flags, mode)))
            return fd[0]
        if how == 2:
            fd = []
            made = words(flags, mode if flags & os.O_CREAT else 0, 0)
            self.with_at([path], lambda d, p: fd.append(call("openat2", d, p, made, 24)))
            return fd[0]
        if flags & os.O_TRUNC and not os.path.exists(path):
            return call("creat", self.plain(path), mode)
        return call("open", path, flags, mode)

    def put(self, fd):
        """One write of some bytes, somewhere."""
        data = self.bytes()
        how = self.rng.randrange(6)
        if self.rng.random() < 0.25:
            size = os.fstat(fd).st_size
            far = self.rng.random() < 0.1
            os.lseek(fd, self.rng.randrange(size + (60000 if far else 10) + 1), os.SEEK_SET)
        offset = self.rng.randrange(min(os.fstat(fd).st_size, MOST_SIZE) + 20)
        cut = self.rng.randrange(len(data) + 1)
        parts, count = vector([data[:cut], data[cut:]])
        if how < 2:
            call("write", fd, data, len(data))
        elif how == 2:
            call("pwrite64", fd, data, len(data), offset)
        elif how == 3:
            call("writev", fd, parts, count)
        elif how == 4:
            call("pwritev", fd, parts, count, offset, 0)
        else:
            here = self.rng.random() < 0.5
            call("pwritev2", fd, parts, count, -1 if here else offset, -1 if here else 0, 0)

    def create(self):
        flags = self.rng.choice(O_CREATE_FLAGS) | self.rng.choice([os.O_WRONLY, os.O_RDWR])
        fd = self.open(self.new_path(), flags)
        try:
            for _ in range(self.rng.randrange(3)):
                self.put(fd)
        except BaseException:
            os.close(fd)
            raise
        if self.rng.random() < 0.4:
            self.keep(fd)
        else:
            os.close(fd)

    def rewrite(self):
        path = self.pick(stat.S_ISREG, stat.S_ISLNK)
        if path is None:
            return
        fd = self.open(path, self.rng.choice([os.O_WRONLY, os.O_RDWR, os.O_WRONLY | os.O_TRUNC, os.O_WRONLY | os.O_APPEND]))
        try:
            self.put(fd)
        except BaseException:
            os.close(fd)
            raise
        self.keep(fd)

    def write(self):
        fd = self.a_fd()
        if fd is not None:
            self.put(fd)

    def append_shared(self):
        """Many processes append to one file."""
        fd = os.open(self.shared + b"/log%d" % self.rng.randrange(2), os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        try:
            for _ in range(self.rng.randrange(1, 4)):
                data = b"%d says %d\n" % (self.index, self.serial) + self.bytes()
                if self.rng.random() < 0.7:
                    call("write", fd, data, len(data))
                else:
                    parts, count = vector([data, b"\n"])
                    call("writev", fd, parts, count)
        finally:
            os.close(fd)

    def truncate(self):
        size = self.rng.choice([0, 1, 100, 4096, 100000, self.rng.randrange(2000)])
        fd = self.a_fd()
        if fd is not None and self.rng.random() < 0.5:
            call("ftruncate", fd, size)
            return
        path = self.pick(stat.S_ISREG, stat.S_ISLNK)
        if path is not None:
            call("truncate", self.plain(path), size)

    def dup(self):
        fd = self.a_fd()
        if fd is not None:
            self.keep(os.dup(fd))

    def close(self):
        if self.fds:
            os.close(self.fds.pop(self.rng.randrange(len(self.fds))))

    # -- names ---------------------------------------------------------------------------------------------------

    def mkdir(self):
        path = self.new_path()
        mode = self.rng.choice([0o755, 0o700, 0o1777, 0o2775])
        if self.rng.random() < 0.5:
            call("mkdir", self.plain(path) + (b"/" if self.rng.random() < 0.2 else b""), mode)
        else:
            self.with_at([path], lambda d, p: call("mkdirat", d, p, mode))

    def rmdir(self):
        path = self.pick(stat.S_ISDIR)
        if path is None:
            return
        if self.rng.random() < 0.5:
            call("rmdir", self.plain(path))
        else:
            self.with_at([path], lambda d, p: call("unlinkat", d, p, AT_REMOVEDIR))

    def unlink(self):
        path = self.pick(lambda mode: not stat.S_ISDIR(mode))
        if path is None:
            return
        if self.rng.random() < 0.5:
            call("unlink", self.plain(path))
        else:
            self.with_at([path], lambda d, p: call("unlinkat", d, p, 0))

    def remove_tree(self):
        top = self.pick(stat.S_ISDIR)
        if top is None or (len(self.nodes()) < 30 and self.rng.random() < 0.8):
            return
        for path, mode in sorted([n for n in self.nodes() if n[0] == top or n[0].startswith(top + b"/")], reverse=True):
            call("rmdir" if stat.S_ISDIR(mode) else "unlink", path)

    def rename(self, flags=(0, 0, 0, 1, 2)):
        a = self.anything()
        b = self.anything() if self.rng.random() < 0.4 else self.new_path()
        if a is None or b is None:
            return
        if a.startswith(self.shared) and os.path.dirname(b) == self.shared and not os.path.basename(b).startswith(self.prefix):
            return
        how = self.rng.randrange(3)
        if how == 0:
            call("rename", self.plain(a), self.plain(b))
        elif how == 1:
            self.with_at([a, b], lambda d, p, e, q: call("renameat", d, p, e, q))
        else:
            flag = self.rng.choice(flags)
            self.with_at([a, b], lambda d, p, e, q: call("renameat2", d, p, e, q, flag))

    def link(self):
        source = self.pick(stat.S_ISREG, stat.S_ISLNK)
        if source is None:
            return
        target = self.new_path()
        if self.rng.random() < 0.5:
            call("link", self.plain(source), self.plain(target))
        else:
            flag = self.rng.choice([0, AT_SYMLINK_FOLLOW])
            self.with_at([source, target], lambda d, p, e, q: call("linkat", d, p, e, q, flag))

    def symlink(self):
        path = self.new_path()
        to = self.anything() or b"nowhere"
        target = self.rng.choice([to, os.path.relpath(to, os.path.dirname(path)), b"dangling/\xff", os.path.dirname(to)])
        if self.rng.random() < 0.5:
            call("symlink", target, self.plain(path))
        else:
            self.with_at([path], lambda d, p: call("symlinkat", target, d, p))

    def through_link(self):
        """A path with a symbolic link in the middle."""
        link = self.pick(stat.S_ISLNK)
        if link is None:
            return
        real = os.path.realpath(link)
        # Never outside what is this worker's own, or the worker would be no oracle of it.
        if not (real + b"/").startswith(self.own + b"/") or not os.path.isdir(real):
            return
        path = link + b"/" + self.rng.choice(NAMES)
        how = self.rng.randrange(4)
        if how == 0:
            os.close(self.open(path, os.O_CREAT | os.O_WRONLY))
        elif how == 1:
            call("mkdir", path, 0o755)
        elif how == 2:
            call("unlink", path)
        else:
            call("rename", path, link + b"/" + self.rng.choice(NAMES))

    # -- metadata ------------------------------------------------------------------------------------------------

    def chmod(self):
        path = self.anything()
        mode = self.rng.choice([0o644, 0o600, 0o755, 0o4755, 0o2711, 0o1777, 0o700])
        fd = self.a_fd()
        how = self.rng.randrange(3)
        if how == 0 and fd is not None:
            call("fchmod", fd, mode)
        elif path is not None and how == 1:
            call("chmod", self.plain(path), mode)
        elif path is not None:
            self.with_at([path], lambda d, p: call("fchmodat", d, p, mode))

    def chown(self):
        path = self.anything()
        ids = [self.rng.choice([-1, 0, 7, 1000, 65534]), self.rng.choice([-1, 0, 8, 1001])]
        fd = self.a_fd()
        how = self.rng.randrange(5)
        if how == 0 and fd is not None:
            call("fchown", fd, *ids)
        elif path is None:
            return
        elif how == 1:
            call("chown", self.plain(path), *ids)
        elif how == 2:
            call("lchown", self.plain(path), *ids)
        elif how == 3 and fd is not None:
            call("fchownat", fd, b"", *ids, AT_EMPTY_PATH)
        else:
            flag = self.rng.choice([0, AT_SYMLINK_NOFOLLOW])
            self.with_at([path], lambda d, p: call("fchownat", d, p, *ids, flag))

    def a_time(self, part_ns):
        at = self.rng.randrange(FIRST_SET_NS // 10**9, LAST_SET_NS // 10**9)
        return at, self.rng.randrange(10**9 // part_ns)

    def times(self):
        path = self.anything()
        if path is None:
            return
        how = self.rng.randrange(6)
        fine = [*self.a_time(1), *self.a_time(1)]
        coarse = words(*self.a_time(1000), *self.a_time(1000))
        if how == 0:
            call("utime", self.plain(path), words(self.a_time(1)[0], self.a_time(1)[0]))
        elif how == 1:
            call("utimes", self.plain(path), coarse)
        elif how == 2:
            self.with_at([path], lambda d, p: call("futimesat", d, p, coarse))
        elif how == 3 and self.fds:
            call("utimensat", self.a_fd(), 0, words(*fine), 0)
        else:
            if self.rng.random() < 0.3:
                fine[self.rng.choice([1, 3])] = self.rng.choice([UTIME_NOW, UTIME_OMIT])
            flag = self.rng.choice([0, AT_SYMLINK_NOFOLLOW])
            self.with_at([path], lambda d, p: call("utimensat", d, p, words(*fine), flag))

    # -- processes -----------------------------------------------------------------------------------------------

    def chdir(self):
        if self.free_cwd:
            os.chdir(self.rng.choice([self.dir(), self.own, self.tree]))

    def child(self):
        """A process that inherits descriptors (and their positions), works a little, and ends."""
        pid = os.fork()
        if pid == 0:
            try:
                for _ in range(3):
                    self.step(self.CHILD)
            finally:
                os._exit(self.rng.randrange(3))
        os.waitpid(pid, 0)

    def run_program(self):
        pid = os.fork()
        if pid == 0:
            name = self.rng.choice([b"/bin/true", b"/bin/false", b"/no/such/program"])
            try:
                os.execv(name, [name, b"x"])
            finally:
                os._exit(9)
        os.waitpid(pid, 0)

    def say(self):
        os.write(self.rng.choice([1, 2]), b"%d says %d\n" % (self.index, self.serial))

    # ------------------------------------------------------------------------------------------------------------

    CHILD = {"write": 4, "create": 2, "truncate": 1, "rename": 1}
    TABLE = {"create": 14, "rewrite": 8, "write": 14, "append_shared": 5, "truncate": 5, "dup": 2, "close": 3, "mkdir": 5,
             "rmdir": 2, "unlink": 5, "remove_tree": 1, "rename": 10, "link": 3, "symlink": 4, "through_link": 3,
             "chmod": 3, "chown": 3, "times": 3, "chdir": 3, "child": 2, "run_program": 1, "say": 2}

    def step(self, table=None):
        """One operation. That it may fail is part of it: a failed call must leave no event."""
        table = table or self.TABLE
        name = self.rng.choices(list(table), list(table.values()))[0]
        if len(self.nodes()) > MOST_NODES:
            name = self.rng.choice(["unlink", "remove_tree", "rmdir"])
        try:
            getattr(self, name)()
        except OSError as error:
            if self.trace is not None:
                os.write(self.trace, b"   %s\n" % str(error).encode("utf-8", "surrogateescape"))
        return name

    trace = None
