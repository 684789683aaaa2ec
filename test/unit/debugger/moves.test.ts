import { describe, expect, it } from 'vitest';
import { demoRecording } from '../../support/demo-recording.js';
import { Driver } from './driver.js';

async function demo(): Promise<Driver> {
  const driver = new Driver((await demoRecording()).recording);
  await driver.debug.open();
  return driver;
}

describe('moving the playhead', () => {
  it('opens at the base', async () => {
    const driver = await demo();
    expect(driver.at).toBe(0);
    expect(driver.file).toEqual(['<overview>']);
  });

  it('steps over changes to the filesystem only, forwards and back', async () => {
    const driver = await demo();
    const visited: number[] = [];
    const { length } = driver.debug.recording;
    for (await driver.debug.step(); driver.at < length; await driver.debug.step()) visited.push(driver.at);
    const changes: number[] = [];
    for await (const event of driver.debug.recording.events({ changesOnly: true })) changes.push(event.seq);
    expect(visited).toEqual(changes);
    const back: number[] = [];
    for (await driver.debug.back(); driver.at > 0; await driver.debug.back()) back.unshift(driver.at);
    expect(back).toEqual(changes);
  });

  it('goes to the end after the last change and to the base before the first', async () => {
    const driver = await demo();
    const { length } = driver.debug.recording;
    await driver.debug.end();
    expect(driver.at).toBe(length);
    await driver.debug.step();
    expect(driver.at).toBe(length);
    await driver.debug.start();
    await driver.debug.back();
    expect(driver.at).toBe(0);
  });

  it('never loses a step when keys come faster than frames', async () => {
    const driver = await demo();
    void driver.debug.step();
    void driver.debug.step();
    void driver.debug.step();
    void driver.debug.back();
    await driver.debug.step();
    await driver.debug.idle();
    const other = await demo();
    await other.debug.step(3);
    expect(driver.at).toBe(other.at);
    expect(driver.frame.playhead).toBe(other.at);
  });

  it('goes along the changes of the selected file', async () => {
    const driver = await demo();
    await driver.debug.step();
    while (!driver.file[0]?.endsWith('app.log')) await driver.debug.step();
    const first = driver.at;
    const { file } = driver.frame.selection;
    const history = await driver.debug.recording.history(file);
    const visited = [first];
    for (;;) {
      const before = driver.at;
      await driver.debug.nextOfFile();
      if (driver.at === before) break;
      visited.push(driver.at);
    }
    expect(visited).toEqual(history);
    expect(driver.debug.snapshot.message).toBe('The selected file has no later change.');
    await driver.debug.previousOfFile();
    expect(driver.at).toBe(history.at(-2));
    expect(driver.frame.place).toEqual({ index: history.length - 1, count: history.length });
  });

  it('says so when no file is selected', async () => {
    const driver = await demo();
    await driver.debug.nextOfFile();
    expect(driver.at).toBe(0);
    expect(driver.debug.snapshot.message).toBe('No file is selected. Tab goes to the tree, ↑ ↓ select.');
  });

  it('moves over every event when asked to', async () => {
    const driver = await demo();
    await driver.debug.stepEvent();
    expect(driver.at).toBe(1);
    await driver.debug.stepEvent(5);
    expect(driver.at).toBe(6);
    await driver.debug.stepEvent(-100);
    expect(driver.at).toBe(0);
  });

  it('understands event references, and says what is wrong with others', async () => {
    const driver = await demo();
    const { length } = driver.debug.recording;
    expect(await driver.debug.goto('-2')).toBe(true);
    expect(driver.at).toBe(length - 2);
    expect(await driver.debug.goto('#7')).toBe(true);
    expect(driver.at).toBe(7);
    expect(await driver.debug.goto('5ms')).toBe(true);
    expect(driver.at).toBe(await driver.debug.recording.seqAtTime(5e6));
    const before = driver.at;
    expect(await driver.debug.goto('nowhere')).toBe(false);
    expect(driver.at).toBe(before);
    expect(driver.debug.snapshot.message).toMatch(/^"nowhere" is not an event reference\. Give a number/);
    await driver.debug.step();
    expect(driver.debug.snapshot.message).toBe('');
  });

  it('steps along a filter, and stays where nothing matches', async () => {
    const driver = await demo();
    driver.debug.filter('report');
    await driver.debug.step();
    expect(driver.frame.event).toMatchObject({ kind: 'file.create', path: '/work/app/coverage/report.txt' });
    await driver.debug.step();
    expect(driver.frame.event?.kind).toBe('file.write');
    await driver.debug.step(10);
    expect(driver.frame.event?.kind).toBe('meta.times');
    await driver.debug.step();
    expect(driver.debug.snapshot.message).toBe('No later change matches report. Esc takes the filter away.');
    expect(driver.events).toEqual(['0 base', ...driver.events.slice(1)]);
    expect(driver.events.slice(1).every((row) => row.endsWith('coverage/report.txt'))).toBe(true);
  });

  it('has nothing to step over in an empty recording', async () => {
    const driver = await Driver.play({}, () => {});
    await driver.debug.step();
    await driver.debug.end();
    expect(driver.at).toBe(0);
    expect(driver.events).toEqual(['0 base']);
  });
});
