import { completionScript, SHELLS } from '../completion.js';
import { defineCommand } from './command.js';
import { usage } from './operand-checks.js';

export const command = defineCommand({
  options: {},
  notes: 'bash: source <(dk completion bash) · zsh: source <(dk completion zsh) · fish: dk completion fish | source',
  async run(context, operands) {
    const [shell, ...more] = operands.all;
    const known = SHELLS.find((name) => name === shell);
    if (known === undefined || more.length > 0)
      throw usage('completion', `needs the name of a shell: ${SHELLS.join(', ')}`);
    await context.out.write(completionScript(known, context.commands));
    return 0;
  },
});
