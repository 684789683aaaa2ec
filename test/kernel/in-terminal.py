"""in-terminal.py WAIT-FOR HEX-BYTES COMMAND…: runs the command in a pseudo terminal of 24 x 80; types the bytes once it has
said WAIT-FOR; prints what came out of the terminal; exits as the command did."""
import fcntl
import os
import pty
import struct
import sys
import termios

wait_for, keys, command = sys.argv[1].encode(), bytes.fromhex(sys.argv[2]), sys.argv[3:]
pid, terminal = pty.fork()
if pid == 0:
    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    os.execvp(command[0], command)
seen = b""
while True:
    try:
        data = os.read(terminal, 65536)
    except OSError:  # EIO: the last process has closed it
        break
    if not data:
        break
    seen += data
    if keys and wait_for in seen:
        os.write(terminal, keys)
        keys = b""
sys.stdout.buffer.write(seen)
sys.stdout.flush()
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) % 256)
