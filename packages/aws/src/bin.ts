#!/usr/bin/env node
import { parseArgs } from 'node:util';
import type { StartOptions } from './aws';

const USAGE = `embedded-aws: an AWS account on this machine, newborn

  --port <port>           port of the front door; 0 finds a free one (4566)
  --time-scale <factor>   AWS seconds that pass in one real second (1)
  --leap                  AWS's time jumps to what is due next, while all is quiet and somebody waits
  --seed <number>         as --leap, and what happened can be made to happen again
  --hold-schedules        schedules and scheduled actions of groups wait until they are told to run
  --any-keys              every access key is the administrator's, not only 'local' with the secret 'local'
  --help                  this text
`;

/** A decimal number between two bounds, or undefined. */
function readNumber(text: string, least: number, most: number): number | undefined {
  const number = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  return number >= least && number <= most ? number : undefined;
}

function readOptions(words: string[]): StartOptions | 'help' {
  const { values } = parseArgs({
    args: words,
    options: {
      port: { type: 'string', default: '4566' },
      'time-scale': { type: 'string' },
      leap: { type: 'boolean', default: false },
      seed: { type: 'string' },
      'hold-schedules': { type: 'boolean', default: false },
      'any-keys': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  const port = readNumber(values.port, 0, 65_535);
  if (port === undefined || !Number.isInteger(port)) throw new Error('--port: expected 0 to 65535');
  const {
    leap,
    seed: seedText,
    'time-scale': scaleText,
    'hold-schedules': holdSchedules,
    'any-keys': anyKeys,
  } = values;
  if (scaleText !== undefined && (leap || seedText !== undefined))
    throw new Error('--time-scale: time that leaps has none; leave it out, or --leap and --seed');
  const seed = seedText === undefined ? undefined : readNumber(seedText, 0, Number.MAX_SAFE_INTEGER);
  if (seedText !== undefined && !Number.isInteger(seed)) throw new Error('--seed: expected a whole number');
  if (leap || seed !== undefined) return { port, holdSchedules, anyKeys, leap: true, seed };
  const timeScale = readNumber(scaleText ?? '1', Number.MIN_VALUE, 10_000);
  if (timeScale === undefined) throw new Error('--time-scale: expected a number above 0, at most 10000');
  return { port, holdSchedules, anyKeys, timeScale };
}

function speedOf({ timeScale = 1, leap, seed }: StartOptions): string {
  if (seed !== undefined) return `the embedded AWS's time leaps, its seed is ${seed}`;
  return leap ? "the embedded AWS's time leaps" : `the embedded AWS runs at ${timeScale} times real speed`;
}

async function main(words: string[]): Promise<void> {
  const options = readOptions(words);
  if (options === 'help') {
    console.log(USAGE);
    return;
  }
  // The SDK warns at every start on Node 20 that it will need Node 22 one day; users can do nothing about that here.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
  const { startAws } = await import('./index');
  // A defect of one part must not take all others, and what they hold, with it.
  process.on('unhandledRejection', (reason) => console.error('a defect of the embedded AWS:', reason));
  const aws = await startAws(options);
  console.log(`endpoint  ${aws.endpoint}  (AWS_ENDPOINT_URL; also an HTTP proxy into the embedded network)`);
  const { AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: secret } = aws.env;
  console.log(`keys      AWS_ACCESS_KEY_ID=${id} AWS_SECRET_ACCESS_KEY=${secret}`);
  console.log(`ready: ${speedOf(options)}; Ctrl-C stops it`);
  const ended = new Promise<void>((resolve) => {
    process.once('SIGINT', resolve);
    process.once('SIGTERM', resolve);
    // A parent that started this over a channel of Node's takes it along when it goes.
    process.once('disconnect', resolve);
  });
  await ended;
  await aws.stop();
  process.disconnect?.();
}

main(process.argv.slice(2)).catch((error: Error & { code?: string }) => {
  const taken = error.code === 'EADDRINUSE' ? ': name another port with --port, or 0 to find a free one' : '';
  console.error(`embedded-aws: ${error.message}${taken}`);
  process.exitCode = 1;
});
