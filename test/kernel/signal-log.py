"""signal-log.py FILE: notes every signal that it gets and that a program can, one line each, until SIGTERM ends it; FILE.ready
is there once it does."""
import os
import signal
import sys

path = sys.argv[1]
every = [number for number in signal.valid_signals() if number not in (signal.SIGKILL, signal.SIGSTOP, signal.SIGCHLD)]
signal.pthread_sigmask(signal.SIG_BLOCK, every)
with open(path, "w", buffering=1) as log:
    open(path + ".ready", "w").close()
    while True:
        number = signal.sigwait(every)
        log.write("%d\n" % number)
        if number == signal.SIGTERM:
            os._exit(3)
