/** The recordings that ship: each opens without a store and without privileges, and equals its own proof. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { openBundle } from '../../src/bundle/open-bundle.js';
import { compareProof } from '../../src/timeline/compare-proof.js';
import { decodeProof } from '../../src/timeline/proof-codec.js';
import { openRecording } from '../../src/timeline/recording.js';
import type { Recording } from '../../src/timeline/types.js';

const FOLDER = join(import.meta.dirname, '../../recordings');
const opened: { close(): Promise<void> }[] = [];

async function open(name: string): Promise<Recording> {
  const bundle = await openBundle(join(FOLDER, name));
  opened.push(bundle);
  return openRecording(bundle);
}

afterEach(async () => {
  for (const one of opened.splice(0)) await one.close();
});

describe('recordings that ship', () => {
  const names = readdirSync(FOLDER).filter((name) => name.endsWith('.dk.zip'));

  it.each(names)('%s has all its events and equals its proof', async (name) => {
    const recording = await open(name);
    let events = 0;
    for await (const event of recording.events()) expect(event.seq).toBe(++events);
    expect(events).toBe(recording.info.events);
    const proof = await recording.meta('proof');
    const result = await compareProof(recording, decodeProof(proof as Uint8Array));
    expect(result).toMatchObject({ ok: true, differences: [] });
  });

  it('half-written-config.dk.zip shows the half that the worker read', async () => {
    const recording = await open('half-written-config.dk.zip');
    const config = async (seq: number) => {
      const state = await recording.state(seq);
      const node = state.lookup(`${recording.info.cwd}/var/config.json`);
      return (await recording.content(state, node?.file ?? 0).all()).toString();
    };
    expect(await config(26)).toBe('');
    const half = await config(27);
    expect(half).toHaveLength(48);
    expect(() => JSON.parse(half)).toThrow();
    expect(JSON.parse(await config(36))).toMatchObject({ port: 8080 });
    expect(await recording.event(37)).toMatchObject({ kind: 'proc.exit', code: 1 });
  });
});
