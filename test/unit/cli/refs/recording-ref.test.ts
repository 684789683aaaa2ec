import { describe, expect, it } from 'vitest';
import { findStored, noSuchRecording } from '../../../../src/cli/refs/recording-ref.js';
import { type Lookup, type Shape, takeRecording } from '../../../../src/cli/refs/operands.js';
import type { RecordingInfo } from '../../../../src/catalog/types.js';

const info = (id: string, label: string | null = null) => ({ id, label }) as RecordingInfo;
/** Newest first. */
const RECORDINGS = [info('k3aaaaaa', 'build'), info('k3abbbbb', 'test'), info('m7cccccc', 'test'), info('bad00000')];
const lookup: Lookup = { cwd: '/', recordings: () => RECORDINGS, damaged: () => [] };
const find = (text: string) => findStored(text, RECORDINGS)?.id;

describe('recording references', () => {
  it('count from the newest', () => {
    expect(['@', '@last', '@1', '@2', '@4'].map(find)).toEqual([
      'k3aaaaaa',
      'k3aaaaaa',
      'k3aaaaaa',
      'k3abbbbb',
      'bad00000',
    ]);
    expect(['@0', '@5'].map(find)).toEqual([undefined, undefined]);
  });

  it('are ids, unique beginnings of ids, or labels', () => {
    expect(['m7cccccc', 'm7', 'm', 'k3ab', 'build'].map(find)).toEqual(
      ['m7cccccc', 'm7cccccc', 'm7cccccc', 'k3abbbbb', 'build'].map((id) => (id === 'build' ? 'k3aaaaaa' : id)),
    );
    expect(['', 'x', 'k3ac', 'buil'].map(find)).toEqual([undefined, undefined, undefined, undefined]);
  });

  it('list the candidates when they are ambiguous', () => {
    expect(() => find('k3a')).toThrow('"k3a" begins the ids of 2 recordings.');
    expect(() => find('test')).toThrow('2 recordings have the label "test".');
    try {
      find('k3a');
    } catch (error) {
      expect(error).toMatchObject({
        code: 'usage',
        hint: 'Say which one you mean by its id: k3aaaaaa (build), k3abbbbb (test).',
      });
    }
  });

  it('say what could have been meant', () => {
    expect(noSuchRecording('biuld', RECORDINGS)).toMatchObject({
      code: 'not-found',
      message: 'There is no recording "biuld" among 4 recordings.',
      hint: 'Did you mean build? List them with: dk ls',
    });
    expect(noSuchRecording('@last', []).message).toBe('There is no recording yet.');
  });
});

describe('an optional REC', () => {
  const take = (shape: Partial<Shape>, ...operands: string[]) => {
    const { source, rest } = takeRecording(
      operands,
      [],
      { command: 'x', min: 0, max: 1, needs: 'more', ...shape },
      lookup,
    );
    return [source.from === 'store' ? source.info.id : source.file, ...rest];
  };
  const any = { max: Number.POSITIVE_INFINITY };
  const one = { min: 1, max: 1 };

  it('is the newest when it is not there', () => {
    expect(take(any)).toEqual(['k3aaaaaa']);
    expect(take(any, 'src/')).toEqual(['k3aaaaaa', 'src/']);
    expect(take(one, '12')).toEqual(['k3aaaaaa', '12']);
  });

  it('is the first word when something has that name', () => {
    expect(take(any, '@2')).toEqual(['k3abbbbb']);
    expect(take(any, '@2', 'src')).toEqual(['k3abbbbb', 'src']);
    expect(take(any, 'build', 'src')).toEqual(['k3aaaaaa', 'src']);
    expect(take(any, 'm7c')).toEqual(['m7cccccc']);
  });

  it('is not a path that happens to be the beginning of an id', () => {
    expect(take(any, 'm')).toEqual(['k3aaaaaa', 'm']);
    expect(take(one, 'build')).toEqual(['k3aaaaaa', 'build']);
  });

  it('must be the first word when there is one too many otherwise', () => {
    expect(take(one, 'm', '12')).toEqual(['m7cccccc', '12']);
    expect(() => take(one, 'nosuch', '12')).toThrow('There is no recording "nosuch" among 4 recordings.');
    expect(() => take(one, 'a', 'b', 'c')).toThrow('dk x got too many words: "c" is left over.');
  });

  it('gives way to an event where one is expected', () => {
    const events = { min: 1, max: 2, eventFirst: true };
    expect(take(events, '3', '9')).toEqual(['k3aaaaaa', '3', '9']);
    expect(take(events, '-5')).toEqual(['k3aaaaaa', '-5']);
    expect(take(events, 'build', '3')).toEqual(['k3aaaaaa', '3']);
    expect(take(events, '@2', '3', '9')).toEqual(['k3abbbbb', '3', '9']);
  });

  it('is refused when something else is missing', () => {
    expect(() => take({ min: 2, max: 2, needs: 'an EVENT and a NAME' }, '3')).toThrow(
      'dk x needs an EVENT and a NAME.',
    );
    expect(() => take(any, '@9')).toThrow('There is no recording "@9" among 4 recordings.');
  });
});
