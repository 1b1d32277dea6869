import type { Command } from 'commander';
import type { PlaceOptions } from '../remote/place';
import type { Remote } from '../remote/remote';
import type { Terminal } from '../view/terminal';

/** What a command is given beside its arguments. */
export interface Context {
  readonly terminal: Terminal;
  /** Finds the API. */
  connect(options: PlaceOptions): Promise<Remote>;
  /** @param milliseconds real ones. Ends early when the signal aborts. */
  pause(milliseconds: number, signal: AbortSignal): Promise<void>;
  /** Runs what Ctrl-C may interrupt: then the signal aborts. */
  interruptible(run: (signal: AbortSignal) => Promise<void>): Promise<void>;
}

/** What each command that asks the API takes. */
export interface CommonOptions extends PlaceOptions {
  readonly json: boolean;
}

/**
 * A command. What goes wrong is thrown.
 *
 * @returns the exit code; nothing is success
 */
export type Run<Options = CommonOptions> = (
  context: Context,
  args: readonly (string | undefined)[],
  options: Options,
) => Promise<number | undefined>;

/** Makes the command line, with what the commands are given. */
export interface Registry {
  /**
   * Adds a command that is loaded when it is called.
   *
   * @param usage `abort <build>`
   * @param parent the command that it is one of; the whole unless given
   */
  add<Options>(
    usage: string,
    description: string,
    load: () => Promise<Run<Options>>,
    parent?: Command,
  ): Command;
}

/** Adds the options that say where Kiln is. */
export function takesPlace(command: Command): Command {
  return command
    .option('--json', 'print JSON instead: docs/command.md has the shapes', false)
    .optionsGroup('Where Kiln is:')
    .option('--stage <stage>', 'the stage of the deployment: the stack is kiln-<stage>', 'prod')
    .option('--region <region>', 'the region, instead of AWS_REGION or that of the profile')
    .option('--profile <name>', "AWS's profile, instead of AWS_PROFILE")
    .option('--api <url>', 'the URL of the API (KILN_API_URL), instead of that of the stack')
    .option(
      '--local',
      'the embedded AWS that kiln local runs, with its keys (AWS_ENDPOINT_URL says where)',
      false,
    );
}

/** The options that a following command needs to find the same Kiln: ` --stage test`, or nothing. */
export function flagsOf({ stage, region, profile, api, local }: PlaceOptions): string {
  const named = { stage: stage === 'prod' ? undefined : stage, region, profile, api };
  const flags = Object.entries(named).flatMap(([name, value]) =>
    value === undefined ? [] : [` --${name} ${value}`],
  );
  return [...flags, ...(local ? [' --local'] : [])].join('');
}

/** Examples below the help of a command. */
export function examples(...lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  $ ${line}`).join('\n')}`;
}
