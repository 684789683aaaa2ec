/** Recordings that the screen tests open, by name. */
import type { Recording } from '../../../src/timeline/types.js';
import { demoRecording } from '../../support/demo-recording.js';
import { type ScriptedProcess, scripted } from '../../support/scripted.js';

const TOTAL = `export function total(prices) {
  let sum = 0;
  for (const price of prices) sum += price;
  return sum;
}
`;

/** A small `npm test` that fails: a source file rewritten, a report saved by write-and-rename, a log that grows. */
export async function project(): Promise<Recording> {
  const base = {
    'package.json': '{\n  "name": "shop",\n  "scripts": { "test": "node --test" }\n}\n',
    'src/total.js': TOTAL,
    'src/currency.js': 'export const currency = "EUR";\n',
    'test/total.test.js': 'import { total } from "../src/total.js";\n',
    'node_modules/left-pad/index.js': 'x',
    'coverage/summary.json': '{\n  "total": 12,\n  "failed": 0\n}\n',
  };
  const info = { exitCode: 1, verified: { ok: true, differences: 0, paths: 12 } };
  const { recording } = await scripted(
    { cwd: '/home/ada/shop', base, info },
    (script) => {
      const npm = script.main.exec('npm', 'test');
      const node = npm.fork(1001).exec('node', '--test');
      script.tick(120e6);
      node.create('coverage/run.log');
      node.append('coverage/run.log', 'run 1 started\n');
      node.output('▶ total adds the prices\n');
      node.truncate('src/total.js', 0);
      node.write('src/total.js', TOTAL.replace('sum += price', 'sum -= price'), 0);
      script.tick(35e6);
      node.append('coverage/run.log', 'total.test.js: 1 test\n');
      node.writeFile('coverage/tmp-1.json', '{\n  "total": -12,\n  "failed": 1\n}\n');
      node.rename('coverage/tmp-1.json', 'coverage/summary.json');
      node.output('\u001b[31m✖ total adds the prices\u001b[39m (2.1ms)\n', 2);
      node.chmod('coverage/summary.json', 0o600);
      node.fsync('coverage/run.log');
      script.tick(900e6);
      node.append('coverage/run.log', 'run 1 failed\n');
      node.unlink('coverage/run.log');
      node.exit(1);
      npm.exit(1);
    },
    undefined,
  );
  return recording;
}

export async function demo(): Promise<Recording> {
  return (await demoRecording()).recording;
}

/** Nothing happened. */
export async function empty(): Promise<Recording> {
  return (await scripted({ base: { 'a.txt': 'a\n' } }, () => {})).recording;
}

export async function single(): Promise<Recording> {
  return (await scripted({}, (script) => void script.main.create('only.txt'))).recording;
}

/** What a stranger could put into a bundle to take over a terminal. */
export async function hostile(): Promise<Recording> {
  const evil = 'a\u001b[2J\u001b]0;owned\u0007\u009b31m\r\n\u202egnp.txt';
  const { recording } = await scripted({ info: { label: 'x\u001b[31m\u0007' } }, (script) => {
    const sh: ScriptedProcess = script.main.exec('sh', '-c', 'echo \u001b[41m');
    sh.writeFile(evil, 'text \u001b[2J\u001b[H\u001b]52;c;ZXZpbA==\u0007 \u009b2J end\n');
    sh.output('\u001b[2J\u001b]0;owned\u0007 printed\n');
    sh.symlink('\u001b[31mtarget', 'link');
    sh.writeFile('\udcff\udcfe.bin', 'x\n');
    sh.exit(0);
  });
  return recording;
}

/** Wide, combining and joined characters in names and content. */
export async function wide(): Promise<Recording> {
  const { recording } = await scripted({}, (script) => {
    const sh = script.main.exec('sh');
    sh.mkdir('資料');
    sh.writeFile(
      '資料/日本語のとても長いファイル名です.txt',
      '漢字と仮名\n한국어 텍스트\n🙂 emoji 👨‍👩‍👧 family ❤️\ne\u0301 combining\n',
    );
    sh.writeFile('🎉.md', '# 🎉\n');
    sh.writeFile('very/'.repeat(0) + 'x'.repeat(120), 'long name\n');
  });
  return recording;
}

/** Something was lost and read back later. */
export async function gaps(): Promise<Recording> {
  const { recording } = await scripted({ base: { 'a.log': 'one\n' } }, (script) => {
    const sh = script.main.exec('sh');
    sh.append('a.log', 'two\n');
    sh.gap('a.log', { cause: 'the ring buffer was full', lost: 3 });
    sh.writeFile('b.txt', 'b\n');
    sh.resync('a.log', 'one\ntwo\nthree\n');
    sh.append('a.log', 'four\n');
    sh.exit(0);
  });
  return recording;
}

/** More events than fit anywhere, in many files. */
export async function long(): Promise<Recording> {
  const { recording } = await scripted({}, (script) => {
    const sh = script.main.exec('make', '-j2');
    for (let dir = 0; dir < 20; dir++) {
      sh.mkdir(`out${dir}`);
      for (let file = 0; file < 25; file++) {
        sh.create(`out${dir}/f${file}.o`);
        sh.append(`out${dir}/f${file}.o`, 'x'.repeat(1 + ((dir * 37 + file * 91) % 2000)));
      }
    }
    for (let dir = 0; dir < 20; dir += 2) {
      for (let file = 0; file < 25; file++) sh.unlink(`out${dir}/f${file}.o`);
      sh.rmdir(`out${dir}`);
    }
  });
  return recording;
}
export { million } from './million.js';

/** One word changes in the middle of a file of six million bytes. */
export async function large(): Promise<Recording> {
  const body = Array.from({ length: 60_000 }, (_, i) => `line ${String(i).padStart(6, '0')} ${'.'.repeat(87)}\n`).join(
    '',
  );
  const { recording } = await scripted(
    { base: { 'big.log': body } },
    ({ main }) => void main.write('big.log', 'CHANGED', 3_000_000),
  );
  return recording;
}
