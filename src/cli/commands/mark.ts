import { DkError } from '../../errors.js';
import { withRecording } from '../open.js';
import { stateSeq } from '../refs/event-ref.js';
import { defineCommand } from './command.js';

export const command = defineCommand({
  options: {},
  notes: "A mark is used as 'NAME wherever an event is asked for. Marking the same NAME again moves it.",
  async run(context, operands) {
    const shape = { command: 'mark', min: 2, max: 2, needs: 'an EVENT and a NAME' };
    return withRecording(context, operands, shape, async (recording, [event = '', name = ''], source, { store }) => {
      requireName(name);
      const seq = await stateSeq(recording, event);
      if (source.from === 'bundle') {
        throw new DkError(
          'usage',
          'A bundle is not changed by dk mark.',
          'Take it into the store first with: dk import FILE',
        );
      }
      store.setMark(recording.info.id, name, seq);
      return 0;
    });
  },
});

function requireName(name: string): void {
  if (/^[\p{L}\p{N}][\p{L}\p{N}_.:-]*$/u.test(name) && name.length <= 64) return;
  throw new DkError(
    'usage',
    `"${name}" cannot be the name of a mark.`,
    'Use letters, digits and . _ : - only, at most 64 of them.',
  );
}
