#!/usr/bin/env python3
"""
Random work whose truth it tells itself: processes change DIR/tree (and DIR/outside, which is to be no root), and after
every round, when all have stopped, the parent walks the tree and writes what it saw to DIR/markers/NNNN.json. The
creation of that file is the marker: the recording's state there must be the listing.

  oracle.py --dir DIR --seed N --prepare      makes what stands before the recording
  oracle.py --dir DIR --seed N [--procs P] [--ops N] [--markers M] [--table issue2|full] [--threads T]

To shrink a failure: the same arguments with --rounds K stop after K rounds, --only I,J lets only these processes work,
--without NAME,NAME leaves operations out.
--trace FILE says on which operation each process was (its own writes are then part of the recording).
"""
import argparse
import json
import os
import random
import threading

from listing import walk
from operations import Worker
from operations_rare import RareWorker


def prepare(seed, tree, procs):
    """Files from before the recording, in every shape that the base must know."""
    rng = random.Random("%d:base" % seed)
    os.makedirs(tree + b"/shared")
    outside = os.path.dirname(tree) + b"/outside"
    os.makedirs(outside)
    for index in range(procs):
        worker = RareWorker(rng, tree, index, free_cwd=False)
        os.makedirs(worker.own + b"/old/deep/er")
        for i in range(12):
            path = worker.own + rng.choice([b"/", b"/old/", b"/old/deep/", b"/old/deep/er/"]) + b"base%d" % i
            with open(path, "wb") as file:
                file.write(worker.bytes())
            if rng.random() < 0.3:
                os.truncate(path, rng.randrange(200000))
            if rng.random() < 0.3:
                os.link(path, worker.own + b"/hard%d" % i)
            if rng.random() < 0.3:
                os.symlink(rng.choice([path, os.path.relpath(path, worker.own), b"nowhere"]), worker.own + b"/soft%d" % i)
            if rng.random() < 0.3:
                os.setxattr(path, b"user.old", b"value %d" % i)
            if rng.random() < 0.5:
                os.chmod(path, rng.choice([0o600, 0o755, 0o4711]))
            if rng.random() < 0.5:
                os.utime(path, ns=(650_000_000 * 10**9, 650_000_000 * 10**9 + i))
        os.mkfifo(worker.own + b"/old/fifo")
        beside = [outside + b"/" + worker.prefix + b"%d" % i for i in range(4)]
        for one, other, inside in ((beside[0], beside[1], b"/across"), (beside[2], beside[3], None)):
            with open(one, "wb") as file:
                file.write(worker.bytes())
            if rng.random() < 0.5:
                os.link(one, other)
            if inside is not None:
                os.link(one, worker.own + inside)
        with open(tree + b"/shared/" + worker.prefix + b"old", "wb") as file:
            file.write(worker.bytes())
    with open(tree + b"/shared/log0", "wb") as file:
        file.write(b"from before\n")


def work(args, tree, index, go, done):
    """A process: does its share of a round whenever the parent says so."""
    kind = RareWorker if args.table == "full" else Worker
    workers = [kind(random.Random("%d:%d" % (args.seed, index)), tree, index)]
    for thread in range(1, args.threads):
        number = index + thread * args.procs
        workers.append(kind(random.Random("%d:%d" % (args.seed, number)), tree, number, free_cwd=False))
    for worker in workers:
        worker.TABLE = {name: weight for name, weight in worker.TABLE.items() if name not in args.without.split(",")}
        if args.threads > 1:
            worker.free_cwd = False
            worker.TABLE = {name: weight for name, weight in worker.TABLE.items() if name not in worker.NOT_IN_THREADS}
        if args.trace:
            worker.trace = os.open("%s.%d" % (args.trace, worker.index), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    steps = args.ops // (args.procs * args.markers * args.threads)
    while os.read(go, 1) == b"g":
        threads = [threading.Thread(target=round_of, args=(w, steps)) for w in workers[1:]]
        for thread in threads:
            thread.start()
        round_of(workers[0], steps)
        for thread in threads:
            thread.join()
        os.write(done, b"d")


def round_of(worker, steps):
    for _ in range(steps):
        name = worker.step()
        if worker.trace is not None:
            os.write(worker.trace, b"%s\n" % name.encode())


def mark(args, tree, number):
    upper = (os.path.dirname(tree), os.fsencode(args.upper)) if args.upper else None
    nodes = walk(tree, upper)
    with open(os.path.join(os.fsdecode(os.path.dirname(tree)), "markers", "%04d.json" % number), "w") as out:
        json.dump({"entries": nodes}, out)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--dir", required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--procs", type=int, default=4)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--ops", type=int, default=2000)
    parser.add_argument("--markers", type=int, default=50)
    parser.add_argument("--table", choices=["issue2", "full"], default="issue2")
    parser.add_argument("--prepare", action="store_true")
    parser.add_argument("--without", default="", help="operations to leave out")
    parser.add_argument("--upper", default="", help="the upper layer, where DIR is mounted as an overlay of several filesystems")
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--only")
    parser.add_argument("--trace")
    args = parser.parse_args()
    tree = os.fsencode(os.path.abspath(args.dir)) + b"/tree"
    os.umask(0o022)
    if args.prepare:
        os.makedirs(tree)
        os.makedirs(os.path.join(args.dir, "markers"))
        prepare(args.seed, tree, args.procs * args.threads)
        return
    only = range(args.procs) if args.only is None else [int(i) for i in args.only.split(",")]
    workers = []
    for index in only:
        go, done = os.pipe(), os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(go[1])
            try:
                work(args, tree, index, go[0], done[1])
            except BaseException:
                import traceback
                traceback.print_exc()
                os._exit(1)
            os._exit(0)
        os.close(go[0])
        os.close(done[1])
        workers.append((pid, go[1], done[0]))
    mark(args, tree, 0)
    for number in range(1, (args.rounds or args.markers) + 1):
        for _, go, _ in workers:
            os.write(go, b"g")
        for pid, _, done in workers:
            if os.read(done, 1) != b"d":
                raise SystemExit("process %d of the oracle ended early" % pid)
        mark(args, tree, number)
    for pid, go, _ in workers:
        os.close(go)
    codes = [os.waitpid(pid, 0)[1] for pid, _, _ in workers]
    if any(codes):
        raise SystemExit("a process of the oracle failed")


main()
