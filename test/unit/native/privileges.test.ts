import { expect, test } from 'vitest';
import { mayRaisePriority, mayRecord } from '../../../src/native/privileges.js';

const status = (capabilities: string) =>
  `Name:\tnode\nCapPrm:\t${capabilities}\nCapEff:\t0000000000000000\nCapBnd:\t0\n`;

test.each([
  ['000001ffffffffff', true, 'root'],
  ['0000000000000000', false, 'an ordinary user'],
  ['000000c000000000', true, 'CAP_BPF and CAP_PERFMON'],
  ['0000008000000000', false, 'CAP_BPF alone'],
  ['0000000000200000', true, 'CAP_SYS_ADMIN'],
])('%s: %s (%s)', (capabilities, expected) => {
  expect(mayRecord(status(capabilities))).toBe(expected);
});

test.each([
  ['0000000000800000', true, 'CAP_SYS_NICE alone'],
  ['000001ffff7fffff', false, 'everything but CAP_SYS_NICE'],
])('a thread that gave way can come back with %s: %s (%s)', (capabilities, expected) => {
  expect(mayRaisePriority(status(capabilities))).toBe(expected);
});

test('a kernel that tells nothing grants nothing', () => {
  expect(mayRecord('')).toBe(false);
});
