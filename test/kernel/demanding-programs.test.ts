import { describe } from 'vitest';
import { LONG, type Program, programTest } from '../support/program-test.js';

/** Programs that map files, write from several processes at once, or do all that a filesystem can do. */
const PROGRAMS: readonly Program[] = [
  {
    name: 'sqlite3 with a write-ahead log and four writers',
    script: `sqlite3 t.db 'PRAGMA journal_mode=WAL; CREATE TABLE t(a INTEGER PRIMARY KEY, w INT, b BLOB);'
      for w in 1 2 3 4; do
        (for i in 1 2 3 4 5; do sqlite3 -cmd '.timeout 60000' t.db "BEGIN IMMEDIATE;
          WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<200) INSERT INTO t(w,b) SELECT $w, randomblob(99) FROM n;
          UPDATE t SET b = NULL WHERE a % 13 = $w; COMMIT;"; done) &
      done; wait
      test "$(sqlite3 t.db 'SELECT count(*) FROM t')" = 4000 && sqlite3 t.db 'PRAGMA wal_checkpoint(TRUNCATE); PRAGMA integrity_check'`,
  },
  {
    name: 'Python writing through mmap',
    before: 'seq 100000 > old',
    script: `cat > m.py <<'END'
import mmap, os
with open('old', 'r+b') as f, mmap.mmap(f.fileno(), 0) as m:
    m[5000:5010] = b'0123456789'; m.flush(); m[9000:9001] = b'!'
with open('new', 'w+b') as f:
    f.truncate(300000)
    with mmap.mmap(f.fileno(), 0) as m:
        for i in range(0, 300000, 4096): m[i] = i % 251
        m.move(100, 5000, 4000)
m = mmap.mmap(os.open('left', os.O_RDWR | os.O_CREAT), 0 or 8192) if os.path.exists('left') else None
fd = os.open('kept', os.O_RDWR | os.O_CREAT); os.truncate('kept', 8192); kept = mmap.mmap(fd, 8192); os.close(fd)
kept[:5] = b'alive'
END
      python3 m.py && dd if=/dev/zero of=old bs=1 seek=7 count=2 conv=notrunc status=none`,
  },
  {
    name: 'a parallel build with a linker that maps its output',
    needs: ['ld.gold'],
    script: `for i in $(seq 30); do echo "int f$i(int x) { return x + $i; }" > f$i.c; done; echo 'int f7(int); int main(void) { return f7(-7); }' > main.c
      printf 'p: %s\\n\\t$(CC) -fuse-ld=gold -o $@ $^\\n' "$(ls *.c | sed s/c$/o/ | tr '\\n' ' ')" > Makefile
      make -s -j4 CFLAGS=-g && ./p && touch f3.c && make -s -j4 && ./p`,
  },
  {
    name: 'PostgreSQL: initdb, a server, pgbench',
    needs: ['initdb', 'pgbench', 'setpriv'],
    before: 'mkdir db && chmod 777 . db && chmod a+rx .. && chown nobody db',
    script: `setpriv --reuid=65534 --regid=65534 --clear-groups sh -ec '
        export HOME=$PWD; initdb -D db -A trust -U pg >/dev/null
        pg_ctl -D db -w -s -o "-k $PWD/db -c listen_addresses=" start >/dev/null 2>&1
        pgbench -h $PWD/db -U pg -i -q postgres 2>/dev/null && pgbench -h $PWD/db -U pg -c 4 -T ${LONG ? 20 : 3} postgres >/dev/null 2>&1
        pg_ctl -D db -w -s -m fast stop'`,
    timeoutMs: 240_000,
  },
  {
    name: 'stress-ng: filesystem stressors',
    needs: ['stress-ng'],
    // As many operations of each as take about a tenth of a second without dk. Two of chmod set the modes of one file, by its path and
    // by descriptors, at the same time: which came last nobody can tell then (docs/limits.md), so that one is alone.
    script: `for s in dir:60 dirdeep:60 fallocate:10 filename:60 hdd:60 link:1 rename:60 seek:60 utime:60 xattr:6 chown:60 \\
        mknod:60 copy-file:60 sendfile:60 touch:60 dentry:60 open:60 sync-file:2 dup:60 inotify:1 io:10 revio:60; do
        stress-ng --\${s%:*} 2 --\${s%:*}-ops \${s#*:} --temp-path . -q || echo "\${s%:*} failed"; done
      stress-ng --chmod 1 --chmod-ops 60 --temp-path . -q || echo 'chmod failed'`,
    timeoutMs: 240_000,
  },
  {
    name: 'fio: psync, vsync, mmap',
    needs: ['fio'],
    script: `for e in psync pvsync2 mmap; do fio --name=$e --ioengine=$e --rw=randrw --bs=4k --size=2M --nrfiles=3 --numjobs=2 --fsync=20 --output=fio.$e; done`,
  },
];

describe('demanding programs', () => {
  for (const program of PROGRAMS) programTest(program);
});
