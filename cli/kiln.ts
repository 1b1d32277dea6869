import { Command, CommanderError, Help, type Option } from 'commander';
import type { Context, Registry, Run } from './commands/context';
import { addActs } from './commands/declared/acts';
import { addBuilds } from './commands/declared/builds';
import { addChecks } from './commands/declared/checks';
import { addReads } from './commands/declared/reads';
import { addLocalCommands } from './commands/local-commands';
import { EXIT } from './remote/errors';

/**
 * The `kiln` command line. Each command is loaded when it is called: at the start only what reads arguments is.
 *
 * @param argv as `process.argv`
 * @param given instead of the terminal and of AWS
 */
export async function main(argv: readonly string[], given?: Context): Promise<void> {
  try {
    if (argv[2] === '--version' || argv[2] === '-V') {
      console.log(await (await import('./project')).readVersion());
      return;
    }
    const exitCode = await run(argv, given);
    // A command may have set it itself.
    if (exitCode !== 0) process.exitCode = exitCode;
  } catch (error) {
    const { exitCode, message } = describe(error);
    if (message) {
      const [{ clean }, { suggestNames }] = await Promise.all([
        import('./view/text'),
        import('./view/nearest'),
      ]);
      console.error(`kiln: ${suggestNames(message).split('\n').map(clean).join('\n')}`);
    }
    process.exitCode = exitCode;
  }
}

async function run(argv: readonly string[], given: Context | undefined): Promise<number> {
  let exitCode = 0;
  const program = new Command('kiln')
    .description('Golden images on AWS, baked and rolled out')
    .usage('<command> [options]')
    .configureHelp({ optionDescription: describeOption })
    .option('-V, --version', 'print the version of this checkout')
    .exitOverride()
    .showHelpAfterError('(add --help for what it takes)')
    .addHelpText('after', HELP);
  const registry: Registry = {
    add<Options>(
      usage: string,
      description: string,
      load: () => Promise<Run<Options>>,
      parent: Command = program,
    ) {
      const command = parent.command(usage).description(description);
      return command.action(async () => {
        const context = given ?? (await processContext());
        exitCode =
          (await (
            await load()
          )(context, command.processedArgs, command.optsWithGlobals<object>() as Options)) ?? 0;
      });
    },
  };
  program.commandsGroup('Builds:');
  addBuilds(registry);
  program.commandsGroup('What one does with a build or a pipeline:');
  addActs(registry);
  program.commandsGroup('What there is:');
  addReads(registry);
  program.commandsGroup('Without or beside the service:');
  addChecks(registry, program);
  addLocalCommands(registry, program);
  await refuseUnknownHelp(program, argv);
  await program.parseAsync([...argv]);
  return exitCode;
}

/** Commander gives the help of the whole for that of a command that there is not. */
async function refuseUnknownHelp(program: Command, argv: readonly string[]): Promise<void> {
  const [, , first, named] = argv;
  const names = ['help', ...program.commands.map((command) => command.name())];
  if (first !== 'help' || named === undefined || named.startsWith('-') || names.includes(named)) return;
  const { didYouMean } = await import('./view/nearest');
  program.error(`error: unknown command '${named}'.${didYouMean(named, names)}`, {
    code: 'commander.unknownCommand',
  });
}

/** That something is off, or empty, unless it is given, goes without saying. */
function describeOption(option: Option): string {
  const { defaultValue, description } = option;
  const isEmpty = typeof defaultValue === 'object' && Object.keys(defaultValue).length === 0;
  return defaultValue === false || defaultValue === true || isEmpty
    ? description
    : Help.prototype.optionDescription(option);
}

const HELP = `
Exit codes: 0 success, 1 failed or blocked, 2 wrong usage, 3 not allowed or not found.
kiln help <command> has the options of each, and examples. docs/command.md has more.`;

/** Commander has said by itself what is wrong with the arguments; all else is said here. */
function describe(error: unknown): { exitCode: number; message?: string } {
  if (error instanceof CommanderError)
    return { exitCode: error.exitCode === 0 || error.code === 'commander.help' ? 0 : EXIT.usage };
  const { exitCode, name = '' } = error as { exitCode?: number; name?: string };
  return {
    exitCode: exitCode ?? (DENIED.test(name) ? EXIT.notFound : EXIT.failed),
    message: error instanceof Error ? error.message : String(error),
  };
}

/** Errors of AWS and of the domain that say that something is not there, or not allowed. */
const DENIED =
  /^(UnknownPipeline|CredentialsProviderError|TokenProviderError|.*AccessDenied.*|.*Unauthorized.*|ExpiredToken.*|UnrecognizedClientException|InvalidClientTokenId)$/;

async function processContext(): Promise<Context> {
  const [{ processTerminal }, { interruptible }, { setTimeout: pause }] = await Promise.all([
    import('./view/terminal'),
    import('./interrupted'),
    import('node:timers/promises'),
  ]);
  return {
    terminal: processTerminal(),
    connect: async (options) => (await import('./remote/remote')).connect(options),
    pause: (milliseconds, signal) => pause(milliseconds, undefined, { signal }).catch(() => {}),
    interruptible,
  };
}
