import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { DkEvent } from '../../../src/events/event.js';
import { ByteWriter } from '../../../src/index/byte-writer.js';
import { KvIndexWriter } from '../../../src/index/index-writer.js';
import { metaKey } from '../../../src/index/keys.js';
import { LevelKv } from '../../../src/index/level-kv.js';
import { createIndex, openIndex } from '../../../src/index/open-index.js';
import { tempFolders } from '../../support/temp-folder.js';

const tempFolder = tempFolders();
const write = (seq: number): DkEvent => ({
  seq,
  tsNs: seq,
  durNs: 0,
  pid: 1,
  tid: 1,
  comm: 'x',
  proc: 1,
  file: 16,
  path: '/a',
  kind: 'file.truncate',
  sizeBytes: seq,
});

describe('the index of a recording', () => {
  it('shows what was flushed while it is written, and a later flush adds to it', async () => {
    const live = await createIndex(tempFolder());
    for (let seq = 1; seq <= 10; seq++) live.writer.append(write(seq));
    expect(await live.reader.length()).toBe(0);
    await live.writer.flush();
    expect(await live.reader.length()).toBe(10);
    expect(await live.reader.event(11)).toBeUndefined();
    for (let seq = 11; seq <= 3000; seq++) live.writer.append(write(seq));
    await live.writer.flush();
    expect(await live.reader.length()).toBe(3000);
    expect(await live.reader.event(11)).toStrictEqual(write(11));
    expect((await live.reader.history(16)).length).toBe(3000);
    await live.close();
  });

  it('becomes one table when sealed, and any number of readers share it', async () => {
    const folder = tempFolder();
    const live = await createIndex(folder);
    live.writer.append(write(1));
    await live.seal();
    expect(readdirSync(folder)).toEqual(['index.tbl']);
    const readers = await Promise.all([openIndex(folder), openIndex(folder), openIndex(folder)]);
    for (const reader of readers) expect(await reader.event(1)).toStrictEqual(write(1));
    for (const reader of readers) await reader.close();
  });

  it('starts over what an interrupted run left', async () => {
    const folder = tempFolder();
    const first = await createIndex(folder);
    first.writer.append(write(1));
    first.writer.putMeta('proof', Buffer.from('old'));
    await first.close();
    const second = await createIndex(folder);
    await second.writer.flush();
    expect(await second.reader.length()).toBe(0);
    expect(await second.reader.meta('proof')).toBeUndefined();
    await second.close();
  });

  it('that another process writes is not waited for, and the message says who has it', async () => {
    const folder = tempFolder();
    mkdirSync(join(folder, 'index'));
    const script = `
      const { ClassicLevel } = require('classic-level');
      const db = new ClassicLevel(process.argv[1]);
      db.open().then(() => require('node:child_process').execFileSync('sh', ['-c', 'echo open; cat'], { stdio: [0, 1, 2] }));`;
    const { spawn } = await import('node:child_process');
    const holder = spawn(process.execPath, ['-e', script, join(folder, 'index')], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    await new Promise((resolve) => holder.stdout.once('data', resolve));
    await expect(openIndex(folder)).rejects.toMatchObject({
      code: 'io',
      message: `The index ${join(folder, 'index')} is in use by the process that is recording it.`,
    });
    holder.stdin.end();
    await new Promise((resolve) => holder.once('exit', resolve));
  });

  it('says what is wrong with a folder that has none, and with garbage', async () => {
    const folder = tempFolder();
    await expect(openIndex(folder)).rejects.toMatchObject({ code: 'damaged', message: `${folder} has no index.` });
    writeFileSync(join(folder, 'index.tbl'), 'garbage '.repeat(20));
    await expect(openIndex(folder)).rejects.toMatchObject({ code: 'damaged' });
    rmSync(join(folder, 'index.tbl'));
    const live = await createIndex(folder);
    await live.close();
    for (const name of readdirSync(join(folder, 'index'))) {
      if (name.startsWith('MANIFEST')) writeFileSync(join(folder, 'index', name), 'garbage');
    }
    await expect(openIndex(folder)).rejects.toMatchObject({ code: 'damaged' });
  });

  it('of another version is refused, naming both', async () => {
    const folder = tempFolder();
    const level = await LevelKv.open(join(folder, 'index'), { create: true });
    const version = new ByteWriter();
    version.uint(9);
    await level.batch([{ key: metaKey('version'), value: Buffer.from(version.view()) }]);
    await level.close();
    await expect(openIndex(folder)).rejects.toThrow(
      `${join(folder, 'index')} has format version 9, and this dk reads version 2.`,
    );
  });

  it('refuses events out of order', async () => {
    const live = await createIndex(tempFolder());
    live.writer.append(write(5));
    expect(() => live.writer.append(write(7))).toThrow('event 7 follows 5');
    await live.close();
  });

  it('leaves nothing half-written when sealing fails', async () => {
    const folder = tempFolder();
    const live = await createIndex(folder);
    mkdirSync(join(folder, 'index.tbl'));
    await expect(live.seal()).rejects.toMatchObject({ name: 'DkError', code: 'io' });
    expect(readdirSync(folder).sort()).toEqual(['index', 'index.tbl']);
    await live.close();
    expect(existsSync(join(folder, 'index'))).toBe(true);
    execFileSync('rmdir', [join(folder, 'index.tbl')]);
  });
});

describe('a writer that is faster than its disk', () => {
  it('waits in ready(), and hears of a failed write at its next call', async () => {
    let release: (error?: Error) => void = () => {};
    const batches: number[] = [];
    const writer = new KvIndexWriter({
      batch(puts) {
        batches.push(puts.length);
        return new Promise((resolve, reject) => {
          release = (error) => (error ? reject(error) : resolve());
        });
      },
    });
    for (let i = 0; i < 12; i++) writer.putKeyframe(i, Buffer.alloc(1 << 20));
    let ready = false;
    const waiting = writer.ready().then(
      () => {
        ready = true;
      },
      (error: Error) => error.message,
    );
    await Promise.resolve();
    expect(ready).toBe(false);
    release(new Error('disk full'));
    expect(await waiting).toBe('disk full');
    expect(batches).toHaveLength(1);
    expect(() => writer.putKeyframe(13, Buffer.alloc(1))).toThrow('disk full');
    await expect(writer.flush()).rejects.toThrow('disk full');
  });
});
