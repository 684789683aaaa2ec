import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { type FileChange, filePatch, patchText } from '../../../../src/cli/git/file-patch.js';
import { type Side, sideOf } from '../../../../src/cli/git/side.js';

const top = mkdtempSync(join(tmpdir(), 'dk-patch-'));
afterAll(() => rmSync(top, { recursive: true, force: true }));

const PLAIN = { context: 3, binary: false, forReading: false };
const file = (name: string, text: string | Buffer, mode = 0o100644): Side => sideOf(name, mode, Buffer.from(text));
const link = (name: string, target: string): Side => sideOf(name, 0o120777, Buffer.from(target));

function text(change: FileChange, options = PLAIN): string {
  const patch = filePatch(change, options);
  return patch === undefined ? '' : Buffer.from(patchText(patch), 'latin1').toString('utf8');
}

/** Lays the old side down, lets git apply the patch, and returns what then stands under the new name. */
function applied(change: FileChange, options = PLAIN, tool: 'git' | 'patch' = 'git'): Buffer | undefined {
  const dir = mkdtempSync(join(top, 'case-'));
  mkdirSync(join(dir, 'sub'));
  const { before, after } = change;
  if (before !== undefined) lay(dir, before);
  const patch = filePatch(change, options);
  if (patch !== undefined) {
    writeFileSync(join(dir, '.patch'), Buffer.from(patchText(patch), 'latin1'));
    const command =
      tool === 'git'
        ? ['git', 'apply', '--whitespace=nowarn', '.patch']
        : ['patch', '-p1', '-s', '--binary', '-i', '.patch'];
    execFileSync(command[0] as string, command.slice(1), {
      cwd: dir,
      stdio: 'pipe',
      env: { ...process.env, GIT_CEILING_DIRECTORIES: top },
    });
  }
  if (before !== undefined && before.name !== after?.name) expect(existsSync(join(dir, before.name))).toBe(false);
  if (after === undefined) return undefined;
  const path = join(dir, after.name);
  return lstatSync(path).isSymbolicLink() ? Buffer.from(readlinkSync(path)) : readFileSync(path);
}

function lay(dir: string, side: Side): void {
  if ((side.mode & 0o170000) === 0o120000) symlinkSync(String(side.bytes), join(dir, side.name));
  else {
    writeFileSync(join(dir, side.name), side.bytes ?? '');
    chmodSync(join(dir, side.name), side.mode & 0o7777);
  }
}

describe('the text of a patch', () => {
  it('is what git prints for a changed file', () => {
    expect(text({ before: file('a.txt', 'one\ntwo\nthree\n'), after: file('a.txt', 'one\n2\nthree\n') })).toBe(
      [
        'diff --git a/a.txt b/a.txt',
        'index 4cb29ea..f04eb26 100644',
        '--- a/a.txt',
        '+++ b/a.txt',
        '@@ -1,3 +1,3 @@',
        ' one',
        '-two',
        '+2',
        ' three',
        '',
      ].join('\n'),
    );
  });

  it('tells new, deleted and empty files', () => {
    expect(text({ before: undefined, after: file('x', 'hi\n', 0o100755) })).toBe(
      'diff --git a/x b/x\nnew file mode 100755\nindex 0000000..45b983b\n--- /dev/null\n+++ b/x\n@@ -0,0 +1 @@\n+hi\n',
    );
    expect(text({ before: file('x', 'hi\n'), after: undefined })).toBe(
      'diff --git a/x b/x\ndeleted file mode 100644\nindex 45b983b..0000000\n--- a/x\n+++ /dev/null\n@@ -1 +0,0 @@\n-hi\n',
    );
    expect(text({ before: undefined, after: file('x', '') })).toBe(
      'diff --git a/x b/x\nnew file mode 100644\nindex 0000000..e69de29\n',
    );
  });

  it('marks a missing newline at the end', () => {
    expect(text({ before: file('x', 'a'), after: file('x', 'a\n') })).toContain(
      '@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+a\n',
    );
  });

  it('tells renames, modes and symbolic links', () => {
    expect(text({ before: file('x', 'a\n'), after: file('y', 'a\n') })).toBe(
      'diff --git a/x b/y\nsimilarity index 100%\nrename from x\nrename to y\n',
    );
    expect(text({ before: file('x', 'a\n'), after: file('x', 'a\n', 0o100755) })).toBe(
      'diff --git a/x b/x\nold mode 100644\nnew mode 100755\n',
    );
    expect(text({ before: undefined, after: link('l', 'to') })).toBe(
      'diff --git a/l b/l\nnew file mode 120000\nindex 0000000..788636f\n--- /dev/null\n+++ b/l\n@@ -0,0 +1 @@\n+to\n\\ No newline at end of file\n',
    );
  });

  it('says no more of binary files than that they differ', () => {
    expect(text({ before: file('x', 'a\0b'), after: file('x', 'a\0c') })).toMatch(
      /^diff --git a\/x b\/x\nindex \w{7}\.\.\w{7} 100644\nBinary files a\/x and b\/x differ\n$/,
    );
  });

  it('is byte for byte what git diff prints', () => {
    const cases: [string, string][] = [
      ['one\ntwo\nthree\n', 'one\n2\nthree\n'],
      ['a\nb\nc\nd\ne\nf\ng\nh\ni\nj\nk\n', 'A\nb\nc\nd\ne\nf\ng\nh\ni\nj\nK'],
      ['', 'x\ny\n'],
      ['x\ny', ''],
    ];
    for (const [before, after] of cases) {
      const dir = mkdtempSync(join(top, 'git-'));
      const git = (...args: string[]) =>
        execFileSync('git', args, {
          cwd: dir,
          encoding: 'utf8',
          env: { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null' },
        });
      git('init', '-q');
      writeFileSync(join(dir, 'f'), before);
      git('add', 'f');
      writeFileSync(join(dir, 'f'), after);
      expect(text({ before: file('f', before), after: file('f', after) })).toBe(
        git('diff', '--no-color', '--abbrev=7'),
      );
    }
  });

  it('says nothing where nothing that git knows differs', () => {
    expect(text({ before: file('x', 'a'), after: file('x', 'a') })).toBe('');
  });

  it('tells large files apart without their bytes', () => {
    const large = (blobId: string): Side => ({ name: 'x', mode: 0o100644, sizeBytes: 5e9, bytes: undefined, blobId });
    expect(text({ before: large('a'.repeat(40)), after: large('b'.repeat(40)) })).toBe(
      'diff --git a/x b/x\nindex aaaaaaa..bbbbbbb 100644\nBinary files a/x and b/x differ\n',
    );
    expect(text({ before: large('a'.repeat(40)), after: large('a'.repeat(40)) })).toBe('');
  });

  it('quotes names as git does and ends names with spaces by a tab', () => {
    const printed = text({ before: undefined, after: file('a\n"b"', 'x\n') });
    expect(printed).toContain('diff --git "a/a\\n\\"b\\"" "b/a\\n\\"b\\""\n');
    expect(text({ before: undefined, after: file('a b', 'x\n') })).toContain('+++ b/a b\t\n');
  });

  it('never prints what could steer a terminal, and still applies', () => {
    const change = { before: file('x', 'a\n'), after: file('x', 'a\n\u001b[2J\n') };
    expect(text(change)).not.toContain('\u001b');
    expect(applied(change)?.toString()).toBe('a\n\u001b[2J\n');
  });
});

describe('git apply and patch', () => {
  const lines = fc.array(fc.constantFrom('a', 'b', 'c', '', ' x', '-y', '\\ z', 'ä', 'r\r'), { maxLength: 14 });
  const content = fc
    .tuple(lines, fc.boolean())
    .map(([list, end]) => list.join('\n') + (end && list.length > 0 ? '\n' : ''));

  // GNU patch knows no binary patches, which stand for text with a stray CR.
  const withoutCr = content.map((text) => text.replaceAll('\r', ''));

  it('turn any text into any other', { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(content, content, fc.integer({ min: 0, max: 4 }), (before, after, context) => {
        const change = { before: file('sub/x y', before), after: file('sub/x y', after) };
        // Without context git wants to be told that this is on purpose.
        expect(applied(change, { ...PLAIN, context: Math.max(1, context) })?.toString()).toBe(after);
      }),
      { numRuns: 60 },
    );
    fc.assert(
      fc.property(withoutCr, withoutCr, (before, after) => {
        expect(applied({ before: file('x', before), after: file('x', after) }, PLAIN, 'patch')?.toString()).toBe(after);
      }),
      { numRuns: 30 },
    );
  });

  it('turn any bytes into any other with --binary', { timeout: 60_000 }, () => {
    const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array));
    fc.assert(
      fc.property(bytes, bytes, (before, after) => {
        const change = { before: file('x', before), after: file('y', after) };
        expect(applied(change, { ...PLAIN, binary: true })).toEqual(after);
      }),
      { numRuns: 40 },
    );
  });

  it('take renames with changes, new links and deletions', () => {
    expect(applied({ before: file('x', 'a\nb\nc\nd\n'), after: file('sub/y', 'a\nB\nc\nd\n') })?.toString()).toBe(
      'a\nB\nc\nd\n',
    );
    expect(applied({ before: undefined, after: link('l', 'to') })?.toString()).toBe('to');
    expect(applied({ before: file('x', 'a\n'), after: undefined })).toBe(undefined);
    expect(applied({ before: file('x', 'a\n'), after: file('x', 'a\n', 0o100755) })?.toString()).toBe('a\n');
  });
});
