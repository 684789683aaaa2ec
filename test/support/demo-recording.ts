import { type Script, type Scripted, type ScriptTargets, scripted } from './scripted.js';

/** A project as `npm test` finds it. */
const BASE = {
  'package.json': '{\n  "name": "shop",\n  "scripts": { "test": "node test.js" }\n}\n',
  'src/cart.js': 'export function total(items) {\n  return items.reduce((sum, item) => sum + item.price, 0);\n}\n',
  'src/config.json': '{ "currency": "EUR" }\n',
  'test.js': "import './src/cart.js';\n",
  'README.md': '# shop\n',
  'logs/app.log': 'started\n',
  'latest.log': { target: 'logs/app.log' },
} as const;

/**
 * The recording that the terminal and command tests look at, like a real `npm test` that breaks its own configuration:
 * a config that is half-written and later repaired by write-and-rename, a log that grows, a temporary folder that
 * comes and goes, three processes, output on both descriptors.
 */
export function demoRecording(targets?: ScriptTargets): Promise<Scripted> {
  return scripted({ base: BASE, info: { label: 'demo', exitCode: 1 } }, demoScript, targets);
}

export function demoScript(script: Script): void {
  const npm = script.main.exec('npm', 'test');
  npm.output('> shop@1.0.0 test\n> node test.js\n');
  const node = npm.fork(1001).exec('node', 'test.js');
  node.mkdir('tmp');
  node.writeFile('tmp/cache.bin', Buffer.from(Array.from({ length: 256 }, (_, at) => at)));
  node.append('logs/app.log', 'test run 1\n');
  node.truncate('src/config.json', 0);
  node.write('src/config.json', '{ "currency": "USD", ');
  node.output('not ok 1 - total of an empty cart\n', 2);
  node.append('logs/app.log', 'cannot parse src/config.json\n');
  const worker = node.fork(1002).exec('node', 'worker.js');
  worker.writeFile('src/config.json.tmp', '{ "currency": "USD", "digits": 2 }\n');
  worker.chmod('src/config.json.tmp', 0o600);
  worker.fsync('src/config.json.tmp');
  worker.rename('src/config.json.tmp', 'src/config.json');
  worker.symlink('config.json', 'src/current.json');
  worker.link('README.md', 'README.bak.md');
  worker.exit(0);
  for (let line = 1; line <= 20; line++) node.append('logs/app.log', `line ${line}\n`);
  node.unlink('tmp/cache.bin');
  node.rmdir('tmp');
  node.unlink('README.bak.md');
  node.mkdir('coverage');
  node.writeFile('coverage/report.txt', 'cart.js 100 %\n');
  node.utimes('coverage/report.txt', 1_700_000_200_000_000_000n);
  node.output('# fail 1\n', 1);
  node.exit(1);
  npm.exit(1);
}
