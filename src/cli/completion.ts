import type { CommandRow } from './commands/command.js';

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

interface Completions {
  name: string;
  summary: string;
  options: { long: string; about: string }[];
}

/** Commands and their options; files are completed where no option is. */
export function completionScript(shell: Shell, commands: readonly CommandRow[]): string {
  return SCRIPTS[shell](commands.map(read));
}

function read({ name, summary, command }: CommandRow): Completions {
  const options = Object.values(command.options).map(({ flags, about }) => ({
    long: /--[\w-]+/.exec(flags)?.[0] ?? flags,
    about,
  }));
  return { name, summary, options };
}

const SCRIPTS: Record<Shell, (commands: readonly Completions[]) => string> = { bash, zsh, fish };

function bash(commands: readonly Completions[]): string {
  return `_dk() {
  local word="\${COMP_WORDS[COMP_CWORD]}" words=""
  if [ "$COMP_CWORD" -eq 1 ]; then
    words="help ${commands.map((command) => command.name).join(' ')}"
  else
    case "\${COMP_WORDS[1]}" in
${commands.map(({ name, options }) => `      ${name}) words="--help ${options.map(({ long }) => long).join(' ')}" ;;`).join('\n')}
    esac
    case "$word" in -*) ;; *) words="" ;; esac
  fi
  COMPREPLY=($(compgen -W "$words" -- "$word"))
}
complete -o default -F _dk dk
`;
}

function zsh(commands: readonly Completions[]): string {
  const quote = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;
  const bracket = (text: string) => text.replace(/[[\]\\:]/g, '\\$&');
  return `#compdef dk
_dk() {
  local -a commands
  commands=(
${commands.map(({ name, summary }) => `    ${quote(`${name}:${summary}`)}`).join('\n')}
  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  case "$words[2]" in
${commands.map(({ name, options }) => `    ${name}) _arguments ${[...options.map(({ long, about }) => quote(`${long}[${bracket(about)}]`)), quote('*:file:_files')].join(' ')} ;;`).join('\n')}
  esac
}
compdef _dk dk
`;
}

function fish(commands: readonly Completions[]): string {
  const quote = (text: string) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
  const lines = commands.flatMap(({ name, summary, options }) => [
    `complete -c dk -n __fish_use_subcommand -a ${name} -d ${quote(summary)}`,
    ...options.map(
      ({ long, about }) =>
        `complete -c dk -n '__fish_seen_subcommand_from ${name}' -l ${long.slice(2)} -d ${quote(about)}`,
    ),
  ]);
  return `${lines.join('\n')}\n`;
}
