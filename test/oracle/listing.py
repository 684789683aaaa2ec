"""What a walk of the real tree sees, in the form of listing.ts."""
import base64
import hashlib
import os
import stat

TYPES = {stat.S_IFREG: "file", stat.S_IFDIR: "dir", stat.S_IFLNK: "symlink", stat.S_IFIFO: "fifo",
         stat.S_IFSOCK: "socket", stat.S_IFCHR: "char", stat.S_IFBLK: "block"}

# Times that the oracle sets lie in this range, and nothing else does: a node whose time is in it was set
# explicitly, and nothing has moved its time since.
FIRST_SET_NS = 600_000_000 * 10**9
LAST_SET_NS = 700_000_000 * 10**9


def b64(data):
    return base64.b64encode(data).decode()


def inode_of(path, st, upper):
    """The same for two paths exactly when they are one inode. Overlayfs with layers on different filesystems shows other
    numbers for one, so what is in the upper layer is asked there. `upper`: (what its paths begin with, the layer)."""
    if upper is not None and not stat.S_ISDIR(st.st_mode):
        folder, layer = upper
        try:
            return "upper:%d" % os.lstat(layer + path[len(folder):]).st_ino
        except FileNotFoundError:
            pass
    return "%d:%d" % (st.st_dev, st.st_ino)


def listed(path, relative, upper):
    st = os.lstat(path)
    kind = TYPES[stat.S_IFMT(st.st_mode)]
    node = {"path": b64(relative), "type": kind, "mode": st.st_mode, "uid": st.st_uid, "gid": st.st_gid,
            "rdev": st.st_rdev, "nlink": st.st_nlink, "inode": inode_of(path, st, upper), "sizeBytes": st.st_size}
    if kind == "file":
        with open(path, "rb") as file:
            node["sha256"] = hashlib.sha256(file.read()).hexdigest()
    if kind == "symlink":
        node["target"] = b64(os.readlink(path))
    node["xattrs"] = {name: b64(os.getxattr(path, name, follow_symlinks=False))
                      for name in os.listxattr(path, follow_symlinks=False)}
    if FIRST_SET_NS <= st.st_mtime_ns <= LAST_SET_NS:
        node["mtimeNs"] = str(st.st_mtime_ns)
    return node


def walk(folder, upper=None):
    """Nodes of the tree below `folder` (bytes), itself first."""
    nodes = []
    left = [(folder, b"")]
    while left:
        path, relative = left.pop()
        node = listed(path, relative, upper)
        nodes.append(node)
        if node["type"] == "dir":
            for name in sorted(os.listdir(path)):
                left.append((path + b"/" + name, relative + b"/" + name if relative else name))
    return nodes
