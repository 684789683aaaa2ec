"""Prints what a program can tell of how it was started. Run plain and under dk, the two must be equal."""
import os
import resource
import signal
import sys

status = dict(line.rstrip("\n").split(":\t", 1) for line in open("/proc/self/status") if ":\t" in line)
print("argv", sys.argv[1:])
print("cwd", os.getcwd(), os.environ.get("PWD"))
print("umask", oct(os.umask(0)))
print("ids", os.getresuid(), os.getresgid(), os.getgroups())
print("capabilities", status["CapInh"], status["CapPrm"], status["CapEff"], status["CapAmb"])
print("no_new_privs", status["NoNewPrivs"])
print("signals", status["SigBlk"], status["SigIgn"])
print("SIGHUP", signal.getsignal(signal.SIGHUP))
print("nice", os.getpriority(os.PRIO_PROCESS, 0), open("/proc/self/oom_score_adj").read().strip())
print("affinity", sorted(os.sched_getaffinity(0)))
for name in sorted(dir(resource)):
    if name.startswith("RLIMIT_"):
        print(name, resource.getrlimit(getattr(resource, name)))
for fd in sorted(map(int, os.listdir("/proc/self/fd"))):
    try:
        target = os.readlink("/proc/self/fd/%d" % fd)
    except FileNotFoundError:  # the listing's own
        continue
    print("fd", fd, target.split(":")[0], os.get_inheritable(fd))
for name in sorted(os.environb):
    print("env", name, os.environb[name])
sys.stdout.flush()
