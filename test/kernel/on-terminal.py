"""on-terminal.py STEPS COMMAND…: runs the command on a pseudo terminal of its own and drives it like a person would. STEPS is
JSON, a list of [wait for this expression in what came since the last step, type this]; `null` instead of text hangs up.
Prints JSON: what came out of the terminal, and the wait status, null when the command did not end in time."""
import fcntl
import json
import os
import pty
import re
import select
import signal
import struct
import sys
import termios
import time

PATIENCE_S = 60
steps, command = json.loads(sys.argv[1]), sys.argv[2:]
pid, terminal = pty.fork()
if pid == 0:
    os.environ["PS1"] = "$ "  # which a shell that has come in between may have removed
    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 200, 0, 0))
    os.execvp(command[0], command)

seen, since, until = "", 0, time.monotonic() + PATIENCE_S
open_still = True


def read():
    global seen, open_still
    if not select.select([terminal], [], [], 0.02)[0]:
        return
    try:
        data = os.read(terminal, 65536)
    except OSError:  # EIO: the last process has closed it
        data = b""
    if not data:
        open_still = False
    seen += data.decode(errors="replace").replace("\r", "")


for pattern, text in steps:
    while open_still:
        found = re.search(pattern, seen[since:], re.M)
        if found or time.monotonic() > until:
            break
        read()
    if not found:
        seen += "\n[waited in vain for %s]" % pattern
        break
    since += found.end()
    if text is None:
        os.close(terminal)
        open_still = False
    else:
        os.write(terminal, text.encode())
    until = time.monotonic() + PATIENCE_S

status = None
while time.monotonic() < until and status is None:
    if open_still:
        read()
    else:
        time.sleep(0.02)
    ended, how = os.waitpid(pid, os.WNOHANG)
    if ended:
        status = how
while open_still and select.select([terminal], [], [], 0)[0]:
    read()
if status is None:
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
print(json.dumps({"text": seen, "status": status}))
