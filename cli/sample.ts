import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Aws, ClientSettings, OwnAws, StartOptions } from 'embedded-aws';
import { unlessAborted } from './interrupted';
import { packageService } from './package-service';

const FLEET_STACK = 'kiln-fleet';
const SERVICE_STACK = 'kiln-prod';

/** A running embedded AWS with the sample fleet and the service in it. */
export interface Sample {
  readonly aws: OwnAws;
  readonly settings: ClientSettings;
  /** The outputs of the two stacks, by key. */
  readonly fleet: Readonly<Record<string, string>>;
  readonly service: Readonly<Record<string, string>>;
}

export interface SampleOptions {
  /** The checkout whose service and fleet are deployed. */
  readonly project: string;
  /** The folder into which `packageService` has packaged it before; without one it is packaged anew. */
  readonly packaged?: string;
  readonly port: number;
  /** How AWS's time goes. */
  readonly time: Pick<StartOptions, 'timeScale' | 'leap' | 'seed'>;
  /** Where functions run: in threads unless it says otherwise. */
  readonly functions?: StartOptions['functions'];
  /** Servers that instances can run, by their path on the disk. */
  readonly programs?: StartOptions['programs'];
  /** Whether schedules run by themselves; otherwise they wait until they are told to. */
  readonly schedules: boolean;
  /** Whether every access key is the administrator's. */
  readonly anyKeys?: boolean;
  /** Told of each step as it begins. */
  readonly onStep: (step: string) => void;
  /** Ends the start when it aborts. */
  readonly signal: AbortSignal;
}

/**
 * Starts the embedded AWS, packages the service and deploys it and the fleet through their templates.
 *
 * @throws with nothing left running; the signal's reason when that aborts
 */
export async function startSample(options: SampleOptions): Promise<Sample> {
  if (options.packaged !== undefined) return deploySample(options, options.packaged);
  const packaged = await mkdtemp(join(tmpdir(), 'kiln-package-'));
  try {
    // All else is loaded afterwards: it and the bundler each want a good part of a small machine's memory.
    options.onStep('package the service');
    await packageService(options.project, packaged, options.signal);
    return await deploySample(options, packaged);
  } finally {
    await rm(packaged, { recursive: true, force: true });
  }
}

async function deploySample(options: SampleOptions, packaged: string): Promise<Sample> {
  const { signal } = options;
  let aws: OwnAws | undefined;
  try {
    options.onStep('start the embedded AWS and create the fleet in it');
    const { startAws } = await import('embedded-aws');
    const { createStack, deployService } = await import('./deploy');
    const { port, schedules, anyKeys, functions, programs, time } = options;
    aws = await startAws({ port, holdSchedules: !schedules, anyKeys, functions, programs, ...time });
    const { clock } = aws;
    const sleep = (seconds: number) => clock.sleep(seconds);
    const settings = aws.client;
    const template = await readFile(join(options.project, 'fleet', 'template.yml'), 'utf8');
    const fleet = await unlessAborted(signal, createStack(settings, FLEET_STACK, template, sleep));
    options.onStep('deploy the service');
    const service = await unlessAborted(signal, deployService(settings, SERVICE_STACK, packaged, sleep));
    return { aws, settings, fleet, service };
  } catch (error) {
    await aws?.stop();
    throw error;
  }
}

/** What runs by itself in an embedded AWS, and when next, a line each. */
export async function describeClockwork(aws: Aws): Promise<string[]> {
  const words = (await aws.clockwork()).map(({ name, expression, next, held, region, group }) =>
    held
      ? `${name} waits: POST ${aws.endpoint}/_local/schedules/${region}/${group}/${name}/run runs it, --schedules lets all run`
      : `${name} runs by itself, next ${next} (${expression})`,
  );
  return words.map((text, at) => `${at === 0 ? 'clockwork' : '         '} ${text}`);
}

/** The pair of keys that is the administrator's. */
export function describeKeys({ env }: Pick<Aws, 'env'>): string {
  return `keys      AWS_ACCESS_KEY_ID=${env.AWS_ACCESS_KEY_ID} AWS_SECRET_ACCESS_KEY=${env.AWS_SECRET_ACCESS_KEY}`;
}

/** The addresses of a running sample, a line each. */
export async function describeSample(sample: Sample): Promise<string[]> {
  const ports = await sample.aws.loadBalancers();
  return [
    `site      ${ports.map((one) => `http://127.0.0.1:${one.loopbackPort}/  (${one.name}:${one.listenerPort}, http://${one.dnsName}/)`).join('\n          ')}`,
    `endpoint  ${sample.aws.endpoint}  (AWS_ENDPOINT_URL; also an HTTP proxy into the embedded network)`,
    describeKeys(sample.aws),
    `api       ${sample.service.HttpApiUrl}  (through the endpoint, by this host name)`,
    `messages  ${sample.aws.endpoint}/_local/messages  (what Kiln tells people through SNS)`,
  ];
}
