import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { compareWithListing } from '../oracle/compare.js';
import { listTree } from '../oracle/listing.js';
import { kernelTest } from './kernel.js';
import { Bench, run } from './record.js';
import { tempFolders } from './temp-folder.js';

export interface Program {
  name: string;
  /** A shell script that is run before the recording. */
  before?: string;
  prepare?: (folder: string) => void;
  /** The recorded shell script. */
  script: string;
  /** Programs that it needs and that set-up does not install: skipped, loudly, where one is missing. */
  needs?: readonly string[];
  /** Why it cannot run here: skipped, loudly. */
  unless?: () => string | undefined;
  timeoutMs?: number;
}

/** DK_LONG=1: programs run as long as it takes to show what they do under load. */
export const LONG = process.env.DK_LONG === '1';

const temp = tempFolders();

/**
 * Records a program that nobody here wrote. The recording must be verified by dk itself, without a gap, and its rebuilt
 * end must be what a walk of the folder sees.
 */
export function programTest(program: Program): void {
  kernelTest(
    program.name,
    async (context) => {
      const obstacle = obstacleTo(program);
      if (obstacle !== undefined) {
        process.stderr.write(`\nSKIPPED: "${program.name}": ${obstacle}.\n`);
        context.skip(obstacle);
      }
      const bench = new Bench(temp());
      const home = join(bench.folder, 'user');
      // npx hands its own cache on, which other processes change meanwhile.
      const env = { HOME: home, TMPDIR: bench.work, npm_config_cache: join(home, '.npm') };
      mkdirSync(home);
      program.prepare?.(bench.work);
      if (program.before !== undefined) {
        const before = await run(['sh', '-ec', program.before], { cwd: bench.work, env: { ...bench.env, ...env } });
        expect(before).toMatchObject({ code: 0 });
      }
      const recorded = await bench.record(['sh', '-ec', program.script], { env });
      if (recorded.code !== 0) expect.fail(`the program failed:\n${recorded.stdout}\n${recorded.stderr}`);
      const recording = await bench.open(recorded.id);
      try {
        const end = await recording.state(recording.length);
        expect(await compareWithListing(recording, end, bench.work, listTree(bench.work))).toEqual([]);
      } finally {
        await recording.close();
      }
      const gaps = await bench.log(recorded.id, ['--kind', 'gap']);
      expect(gaps).toEqual([]);
      const verified = await bench.dk(['verify', recorded.id]);
      expect(verified.stdout).toMatch(/ · 0 differences · 0 gaps\n$/);
      expect(recorded.summary).toMatch(/ · 0 gaps · verified · /);
    },
    program.timeoutMs ?? 120_000,
  );
}

function obstacleTo({ needs = [], unless }: Program): string | undefined {
  const missing = needs.filter((tool) => !isInstalled(tool));
  return missing.length > 0 ? `${missing.join(', ')} not installed` : unless?.();
}

function isInstalled(tool: string): boolean {
  return (process.env.PATH ?? '').split(':').some((folder) => existsSync(join(folder, tool)));
}
