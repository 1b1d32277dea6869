import type { Command } from 'commander';
import { UsageError } from '../../remote/errors';
import type { Context } from '../context';

/** A command as a shell completes it. */
export interface Completed {
  readonly name: string;
  readonly description: string;
  readonly flags: readonly string[];
  /** What may stand behind it: names of pipelines, or these words. */
  readonly words: readonly string[] | 'pipelines' | 'none';
}

const SHELLS = { bash: writeBash, zsh: writeZsh, fish: writeFish };

/** `kiln completion`: a script that a shell reads at its start. */
export function completion({ terminal }: Context, shell: string, program: Command): undefined {
  const write = SHELLS[shell as keyof typeof SHELLS];
  if (!write)
    throw new UsageError(`there is no completion for ${shell}: expected ${Object.keys(SHELLS).join(', ')}`);
  terminal.print(...write(program.commands.map(readCommand)).split('\n'));
  return undefined;
}

function readCommand(command: Command): Completed {
  const [first] = command.registeredArguments;
  const takesPipeline = ['pipeline', 'build', 'image'].includes(first?.name() ?? '');
  return {
    name: command.name(),
    description: command.description(),
    flags: command.options.filter(({ hidden }) => !hidden).flatMap(({ long }) => long ?? []),
    words: first?.argChoices ?? (takesPipeline ? 'pipelines' : 'none'),
  };
}

/** Names of pipelines are those of the folders below the current one. */
const PIPELINES = `ls pipelines/*/pipeline.yml 2>/dev/null | cut -d/ -f2`;

function writeBash(commands: readonly Completed[]): string {
  return `# eval "$(kiln completion bash)"
_kiln() {
  local current="\${COMP_WORDS[COMP_CWORD]}" words
  if [ "$COMP_CWORD" -eq 1 ]; then
    words="${commands.map(({ name }) => name).join(' ')}"
  else
    case "\${COMP_WORDS[1]}" in
${commands.map((one) => `      ${one.name}) words="${wordsOf(one)}" ;;`).join('\n')}
    esac
    case "$current" in -*) ;; *) words="$(printf '%s\\n' $words | grep -v '^-')" ;; esac
  fi
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _kiln kiln`;
}

function wordsOf({ flags, words }: Completed): string {
  const also = words === 'pipelines' ? ` $(${PIPELINES})` : words === 'none' ? '' : ` ${words.join(' ')}`;
  return flags.join(' ') + also;
}

function writeZsh(commands: readonly Completed[]): string {
  return `# autoload -U compinit && compinit; eval "$(kiln completion zsh)"
_kiln() {
  local -a commands words
  if (( CURRENT == 2 )); then
    commands=(
${commands.map(({ name, description }) => `      ${quote(`${name}:${description.replaceAll(':', '\\:')}`)}`).join('\n')}
    )
    _describe command commands
    return
  fi
  case "$words[2]" in
${commands.map((one) => `    ${one.name}) words=(${wordsOf(one)}) ;;`).join('\n')}
  esac
  compadd -- $words
}
compdef _kiln kiln`;
}

function writeFish(commands: readonly Completed[]): string {
  const lines = commands.flatMap((one) => {
    const here = `complete -c kiln -n '__fish_seen_subcommand_from ${one.name}'`;
    const { words } = one;
    const also = words === 'pipelines' ? `(${PIPELINES})` : words === 'none' ? '' : words.join(' ');
    return [
      `complete -c kiln -f -n __fish_use_subcommand -a ${one.name} -d ${quote(one.description)}`,
      ...one.flags.map((flag) => `${here} -l ${flag.slice(2)}`),
      ...(also ? [`${here} -f -a ${quote(also)}`] : []),
    ];
  });
  return ['# kiln completion fish | source', ...lines].join('\n');
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
