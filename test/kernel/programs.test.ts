import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe } from 'vitest';
import { PROJECT_DIR } from '../support/kernel.js';
import { type Program, programTest } from '../support/program-test.js';

const IDENTITY = 'git config --global user.name T; git config --global user.email t@example.org; ';

const PROGRAMS: readonly Program[] = [
  {
    name: 'git: init, add, commit, rebase, gc',
    script: `${IDENTITY}
      git init -q -b main . && seq 1000 > a && seq 50 > b && git add . && git commit -qm one
      git checkout -qb side && echo side >> b && git commit -qam two && mkdir d && mv a d/ && git add -A && git commit -qm three
      git checkout -q main && sed -i s/500/five/ a && git commit -qam four
      git rebase -q main side && git stash list && git gc -q && git clone -q . ../work/clone && git -C clone log --stat`,
  },
  {
    name: 'git: merge with a conflict, stash, worktree, reset',
    before: `${IDENTITY} git init -q -b main . && seq 20 > f && git add f && git commit -qm base`,
    script: `git checkout -qb a && sed -i 1s/.*/A/ f && git commit -qam a
      git checkout -q main && sed -i 1s/.*/B/ f && git commit -qam b
      git merge a || git checkout --theirs f && git commit -qam merged
      echo more >> f && git stash -q && git stash pop -q && git worktree add -q wt a && rm -r wt && git worktree prune
      git reset -q --hard HEAD~1 && git clean -fdxq`,
  },
  {
    name: 'make and a C compiler, in parallel',
    prepare: cProject,
    script: 'make -s -j4 && ./program && touch part3.c && make -s && ar rcs lib.a *.o && ranlib lib.a && strip program',
  },
  {
    name: 'tar x, with links, modes, times and holes',
    before: `mkdir -p in/d && seq 100000 > in/big && ln in/big in/hard && ln -s ../nowhere in/soft && mkfifo in/fifo
      truncate -s 3M in/holes && echo end >> in/holes && chmod 4711 in/hard && touch -d '1999-01-01 00:00:01.5' in/d
      tar czSf in.tar.gz in && rm -r in`,
    script: 'tar xzf in.tar.gz && tar xzf in.tar.gz --overwrite && tar cf out.tar in && tar df out.tar',
  },
  {
    name: 'sqlite3 with a rollback journal',
    script: `sqlite3 t.db 'PRAGMA journal_mode=DELETE; CREATE TABLE t(a INTEGER PRIMARY KEY, b TEXT);
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<5000) INSERT INTO t SELECT i, hex(randomblob(20)) FROM n;
        UPDATE t SET b = b || b WHERE a % 7 = 0; DELETE FROM t WHERE a % 3 = 0; VACUUM; BEGIN; DELETE FROM t; ROLLBACK;'
      sqlite3 t.db .dump > dump.sql && sqlite3 copy.db < dump.sql`,
  },
  {
    name: 'npm test of the sample project',
    prepare: (folder) => cpSync(join(PROJECT_DIR, 'test/fixtures/sample-project'), folder, { recursive: true }),
    script: 'FLAKY= npm test',
  },
  {
    name: 'npm install of a packed package',
    before: `mkdir p && cd p && echo '{"name":"p","version":"1.0.0","bin":{"p":"p.js"}}' > package.json && echo '#!/usr/bin/env node' > p.js
      npm pack -s && cd .. && echo '{"name":"app","private":true}' > package.json`,
    script:
      'npm install -s --offline --no-audit --no-fund ./p/p-1.0.0.tgz && npm ls && rm -rf node_modules && npm ci -s --offline',
  },
  {
    name: 'rsync: copy, update in place, delete',
    before: 'mkdir -p a/d && seq 100000 > a/f && seq 100 > a/d/g && ln -s f a/l && ln a/f a/h',
    script: `rsync -aH a/ b/ && seq 100001 > a/f && rm a/d/g && echo new > a/d/n
      rsync -aH --delete a/ b/ && seq 5 >> a/f && rsync -a --inplace --no-whole-file a/ b/ && rsync -a --backup a/f b/h`,
  },
  {
    name: 'the small tools of the shell',
    before: 'mkdir old && seq 3000 > old/n && cp old/n old/m && echo text > old/t',
    script: `cp -a old new && mv new/n new/deep-n && sed -i 's/7/seven/' old/n && sort -o old/n old/n && split -l 1000 old/n part-
      dd if=/dev/zero of=old/m bs=100 seek=3 count=2 conv=notrunc status=none && gzip -k old/n && gunzip -c old/n.gz | tail -5 | tee tail
      find part-* -newer old/t -delete; install -D -m 640 old/t a/b/c/t && ln -sf t a/b/c/l && truncate -s 0 old/t && echo a >> old/t
      touch -d @86400 old/t && cat old/n > old/m && mkdir -p x/y/z && rm -rf x && mktemp -p . && chmod -R g+w old && cp --reflink=auto old/n r
      (echo one; echo two >&2) > both 2>&1 && printf '%s\\n' x y z | while read -r i; do echo "$i" >> lines; done; rm -r new`,
  },
  {
    name: 'Python: buffered, appended, replaced and compiled files',
    script: `cat > m.py <<'END'
import os, shutil, tempfile, json, sqlite3, zipfile
with open('a', 'w') as f:
    for i in range(10000): f.write('%d\\n' % i)
with open('a', 'r+') as f:
    f.seek(500); f.write('in the middle'); f.truncate(2000)
with tempfile.NamedTemporaryFile('w', dir='.', delete=False) as f:
    json.dump(list(range(1000)), f)
os.replace(f.name, 'a.json')
shutil.copytree('.', '/tmp/dk-copy-%d' % os.getpid(), ignore=shutil.ignore_patterns('x'))
shutil.move('/tmp/dk-copy-%d' % os.getpid(), 'copy')
with zipfile.ZipFile('z.zip', 'w', zipfile.ZIP_DEFLATED) as z: z.write('a'); z.write('m.py')
with zipfile.ZipFile('z.zip') as z: z.extractall('out')
fd = os.open('a', os.O_WRONLY | os.O_APPEND)
for i in range(100): os.write(fd, b'x' * i)
os.unlink('a.json')
END
      python3 m.py && python3 -m compileall -q . && python3 -c 'import m' && shred -n 1 -u copy/a`,
  },
];

describe('real programs', () => {
  for (const program of PROGRAMS) programTest(program);
});

/** Fifteen C files and a Makefile. */
function cProject(folder: string): void {
  const parts = Array.from({ length: 15 }, (_, i) => `part${i}`);
  for (const [i, part] of parts.entries()) {
    const body = Array.from({ length: 40 }, (_, n) => `int ${part}_${n}(int x) { return x * ${n} + ${i}; }`);
    writeFileSync(join(folder, `${part}.c`), `#include <stdio.h>\n#include <string.h>\n${body.join('\n')}\n`);
  }
  writeFileSync(join(folder, 'main.c'), 'int part0_1(int);\nint main(void) { return part0_1(0); }\n');
  const objects = [...parts, 'main'].map((part) => `${part}.o`).join(' ');
  writeFileSync(join(folder, 'Makefile'), `CFLAGS = -O1 -g\nprogram: ${objects}\n\t$(CC) -o $@ $^\n`);
}
