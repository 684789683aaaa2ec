import { expect, test } from 'vitest';
import { demoRecording } from '../../support/demo-recording.js';

test('the demo recording fits the model and reads back', async () => {
  const { recording, problems, totals } = await demoRecording();
  expect(problems).toEqual([]);
  expect(totals).toMatchObject({ events: recording.length, gaps: 0 });
  const end = await recording.state(recording.length);
  const config = end.lookup('/work/app/src/config.json');
  expect((await recording.content(end, config?.file ?? 0).all()).toString()).toBe(
    '{ "currency": "USD", "digits": 2 }\n',
  );
  expect([...end.children(end.lookup('/work/app')?.file ?? 0)].map(({ name }) => name)).toEqual([
    'README.md',
    'coverage',
    'latest.log',
    'logs',
    'package.json',
    'src',
    'test.js',
  ]);
  const start = await recording.state(0);
  const before = start.lookup('/work/app/src/config.json');
  expect((await recording.content(start, before?.file ?? 0).all()).toString()).toBe('{ "currency": "EUR" }\n');
  const log = end.lookup('/work/app/latest.log', { follow: true });
  expect((await recording.content(end, log?.file ?? 0).all()).toString()).toMatch(/^started\ntest run 1\n/);
  expect([...(log?.extents() ?? [])].length).toBe(2);
});
