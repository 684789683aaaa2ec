import { spawnSync } from 'node:child_process';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { kernelTest, PROJECT_DIR } from '../support/kernel.js';
import { LONG, type Program, programTest } from '../support/program-test.js';
import { Bench } from '../support/record.js';
import { tempFolders } from '../support/temp-folder.js';

/** What `git fast-import` makes a history of: each commit changes two files of a few thousand lines. */
const HISTORY = `git init -q -b main from
  for i in $(seq ${LONG ? 2000 : 400}); do
    text=$(seq $i $((i + 200)))
    printf 'commit refs/heads/main\\ncommitter T <t@example.org> %d +0000\\ndata 6\\nchange\\n' $((1600000000 + i))
    for f in $((i % 37)) $((i % 11)); do printf 'M 100644 inline d%d/f%d\\ndata %d\\n%s\\n' $((f % 5)) $f \${#text} "$text"; done
  done | git -C from fast-import --quiet && git -C from reset -q --hard`;

const PROGRAMS: readonly Program[] = [
  {
    name: 'redis with an append-only file that is rewritten, and a snapshot',
    needs: ['redis-server', 'redis-benchmark'],
    script: `redis-server --port 0 --unixsocket $PWD/s --dir $PWD --appendonly yes --save '' --logfile log & server=$!
      ask() { redis-cli -s s "$@"; }
      until ask ping 2>/dev/null | grep -q PONG; do :; done
      redis-benchmark -s s -q -n ${LONG ? 100000 : 5000} -c 10 -r 500 -d 100 -t set,incr,lpush,hset,mset >/dev/null
      ask bgrewriteaof >/dev/null; redis-benchmark -s s -q -n 2000 -r 100 -t set >/dev/null
      while ask info persistence | grep -q aof_rewrite_in_progress:1; do :; done
      ask bgsave >/dev/null; while ask info persistence | grep -q rdb_bgsave_in_progress:1; do :; done
      ask shutdown; wait $server; test -s dump.rdb && ls appendonlydir/*.base.rdb`,
  },
  {
    name: 'git: clone and gc of a repository with a history',
    before: HISTORY,
    script: `git clone -q --no-local from far && git clone -q from near && cd far && git checkout -q HEAD~100 && git checkout -q -
      git gc -q && git repack -adq --depth=50 && git fsck --no-progress && git gc -q --aggressive --prune=now
      test "$(git rev-list --count HEAD)" = "$(git -C ../near rev-list --count HEAD)"`,
  },
  {
    name: 'rsync: its ways to write a file',
    before: `mkdir a; for i in $(seq 20); do mkdir a/d$i; seq $i 20000 > a/f$i; seq 100 > a/d$i/g; done
      ln a/f1 a/h1; ln -s f1 a/l; truncate -s 4M a/sparse; echo end >> a/sparse`,
    script: `rsync -aH a/ b/; for i in 1 2 3; do seq $((i * 1000)) 90000 > a/f$i; done; rm -r a/d5; rsync -aH --delete a/ b/
      seq 50 > a/f1; rsync -a --inplace --no-whole-file a/ b/; rsync -aS --partial --partial-dir=.part --no-whole-file a/ c/
      rsync -aHAXS --delay-updates --no-whole-file a/ c/; rsync -a --preallocate a/ e/; seq 90001 > a/f2; rsync -a --append-verify a/ e/
      rsync -a --delete-delay --link-dest=$PWD/b a/ g/; rsync -a --backup --suffix=.old --remove-source-files a/ c/; rsync -a --existing g/ c/`,
  },
  {
    name: 'npm ci of three hundred packages',
    unless: noRegistry,
    prepare: (folder) => {
      for (const file of ['package.json', 'package-lock.json']) cpSync(join(PROJECT_DIR, file), join(folder, file));
    },
    script: `npm ci -s --ignore-scripts --no-audit --no-fund
      test "$(grep -c '"node_modules/' node_modules/.package-lock.json)" -ge 300`,
    timeoutMs: 240_000,
  },
  {
    name: 'fio with asynchronous engines, which are refused',
    needs: ['fio'],
    script: `fio --name=posixaio --ioengine=posixaio --rw=randrw --bs=4k --size=1M --numjobs=2 --fsync=20 --output=out
      for e in libaio io_uring; do ! fio --name=$e --ioengine=$e --rw=randwrite --size=1M --output=out.$e 2>&1 || exit 1; done`,
  },
];

describe('large programs', () => {
  for (const program of PROGRAMS) programTest(program);
});

const temp = tempFolders();

for (const engine of ['libaio', 'io_uring']) {
  kernelTest(`fio with ${engine}, allowed: a gap, and the end is read back`, async (context) => {
    if (spawnSync('fio', ['--version']).error !== undefined) context.skip('fio is not installed');
    const at = new Bench(temp());
    const fio = [
      'fio',
      '--name=f',
      `--ioengine=${engine}`,
      '--rw=randwrite',
      '--size=1M',
      '--iodepth=8',
      '--output=out',
    ];
    const { code, summary } = await at.record(fio, { dkOptions: ['--allow-io-uring'] });
    if (code !== 0) context.skip(`this kernel refuses ${engine}`);
    expect(summary).toMatch(/ · 1 gap · verified · /);
  });
}

function noRegistry(): string | undefined {
  const { status } = spawnSync('npm', ['ping'], { timeout: 30_000 });
  return status === 0 ? undefined : 'npm reaches no registry';
}
