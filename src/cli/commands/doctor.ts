import { type Check, runChecks } from '../doctor/checks.js';
import { Machine } from '../doctor/machine.js';
import { jsonDocument } from '../output/json.js';
import { type Context, defineCommand, json } from './command.js';
import { noOperands } from './operand-checks.js';

const MARKS = { ok: ['green', '✓'], note: ['yellow', '!'], lack: ['red', '✗'] } as const;

export const command = defineCommand({
  options: { json },
  notes: '✓ works · ! works less well · ✗ must be mended before dk run can record. Needs no privileges itself.',
  async run(context, operands, options) {
    noOperands('doctor', operands.all);
    const checks = await runChecks(new Machine(context.io.env));
    const canRecord = checks.every((check) => check.status !== 'lack');
    if (options.json) {
      await context.out.write(jsonDocument({ canRecord, checks }));
      return 0;
    }
    const width = Math.max(...checks.map((check) => check.name.length));
    for (const check of checks) await context.out.write(line(check, width, context));
    await context.out.write(
      canRecord ? '\ndk run can record here.\n' : '\ndk run cannot record here yet; recordings can be read.\n',
    );
    return 0;
  },
});

function line({ name, status, detail, fix }: Check, width: number, { paint }: Context): string {
  const [colour, mark] = MARKS[status];
  const indent = ' '.repeat(width + 4);
  return `${paint(colour, mark)} ${name.padEnd(width)}  ${detail}\n${fix === '' ? '' : `${indent}${fix}\n`}`;
}
