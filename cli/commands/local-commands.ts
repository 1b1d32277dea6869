import { type Command, InvalidArgumentError } from 'commander';
import type { LocalOptions } from '../local';
import type { StartOptions } from '../start';
import type { VerifyOptions } from '../verify/verify';
import { examples, type Registry, takesPlace } from './context';

/** Adds the commands that run the embedded AWS, or that speak to AWS without the service. */
export function addLocalCommands(registry: Registry, program: Command): void {
  program
    .command('local')
    .description('run the embedded AWS in the foreground, with the service and the sample fleet in it')
    .option('--port <port>', 'port of the front door; 0 finds a free one', parsePort, 4566)
    .option('--time-scale <factor>', 'AWS seconds that pass in one real second', parseScale, 60)
    .option(
      '--schedules',
      'let schedules and scheduled actions of groups run by themselves; otherwise they wait until they are told to',
      false,
    )
    .option('--empty', 'only a newborn account: deploy nothing', false)
    .option('--any-keys', "every access key is the administrator's, not only the pair that is printed", false)
    .addHelpText('after', examples('kiln local', 'kiln local --port 0 --time-scale 600 --schedules'))
    .action(async (options: LocalOptions) => (await import('../local')).runLocal(options));
  program
    .command('start')
    .description(
      'show the main job on the embedded AWS: bake a site, roll it out, refresh the fleet under traffic',
    )
    .option('--json', 'print one JSON document instead', false)
    .option('--keep', 'leave everything running and print the URLs to open', false)
    .option(
      '--time-scale <factor>',
      "AWS seconds that pass in one real second; without it AWS's time leaps",
      parseScale,
    )
    .option(
      '--seed <number>',
      'make all that is random, and the order of things, the same each time',
      parseSeed,
    )
    .addHelpText('after', examples('kiln start', 'kiln start --seed 1 --json'))
    .action(async (options: StartOptions) => (await import('../start')).runStart(options));
  takesPlace(
    registry
      .add(
        'push <pipeline>',
        "send a pipeline's site and its files: they hold without a deployment",
        async () => (await import('./acts/push')).push,
      )
      .option('--site <folder>', "the site's folder, instead of the pipeline's own")
      .option('--site-only', 'only the site; the API is not asked', false)
      .option('--reason <text>', 'why, for the record'),
  ).addHelpText('after', examples('kiln push web && kiln build web --watch', 'kiln push web --local'));
  takesPlace(
    registry.add(
      'diff <pipeline>',
      'say which files of a pipeline a push would change',
      async () => (await import('./acts/push')).diff,
    ),
  ).addHelpText('after', examples('kiln diff web'));
  takesPlace(
    registry
      .add(
        'remove <pipeline>',
        'have the version hold again that was deployed with the service, if any was',
        async () => (await import('./acts/push')).remove,
      )
      .option('--reason <text>', 'why, for the record'),
  ).addHelpText('after', examples('kiln remove web --reason "back to what is in main"'));
  program
    .command('verify')
    .description('prove all of it on the account that the credentials name, and remove it again')
    .option('--region <region>', 'the region, instead of AWS_REGION')
    .option('--yes', 'agree to what will be made and what it costs', false)
    .option('--name <name>', 'kiln-verify-… of your own, instead of a random one')
    .option('--report <file>', 'write the report as JSON, too')
    .option('--remove <name>', 'only remove what a verification of this name has left')
    .addHelpText('after', examples('kiln verify --region eu-north-1 --report report.json'))
    .action(async (options: VerifyOptions) => (await import('../verify/verify')).runVerify(options));
}

function parsePort(text: string): number {
  const port = readNumber(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new InvalidArgumentError('expected 0 to 65535');
  return port;
}

function parseScale(text: string): number {
  const scale = readNumber(text);
  if (!(scale > 0) || scale > 10_000)
    throw new InvalidArgumentError('expected a number above 0, at most 10000');
  return scale;
}

function parseSeed(text: string): number {
  const seed = readNumber(text);
  if (!Number.isSafeInteger(seed)) throw new InvalidArgumentError('expected a whole number from 0 on');
  return seed;
}

/** A decimal number. An empty text, as a variable that is not set leaves it, is none. */
function readNumber(text: string): number {
  return /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
}
