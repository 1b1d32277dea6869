import type { CallRecord } from 'embedded-aws';
import { healsItself, isUnattended, kindOf, type Schedule } from './drawn/schedule';
import { type Broken, judge } from './invariants';
import { shortenExecutions } from './kinds/executions';
import type { Drawn, Spoils, Striker } from './kinds/kind';
import { type Entry, readEntry } from './workflow';
import { CALM_PATIENCE_SECONDS, World } from './world';

/** How a build ended. */
export interface Ended {
  readonly id: string;
  readonly status: string;
  readonly why?: string;
}

/** What came of a run. */
export interface Outcome {
  readonly seed: number;
  /** The seeds of the runs before it in the same world, oldest first. */
  readonly after: readonly number[];
  readonly schedule: Schedule;
  /** How often each fault of the schedule struck. */
  readonly strikes: readonly number[];
  /** The builds while there were faults: the one that they were drawn for, and then the others, oldest first. */
  readonly builds: readonly Ended[];
  /** All builds that were asked for, that of a new world and those without faults included. */
  readonly buildsMade: number;
  readonly broken: readonly Broken[];
  /** Though retries heal all that was drawn, the build did not succeed. */
  readonly isUnhealed: boolean;
  readonly requests: number;
  /** Requests of visitors that failed, those that a drawn death cost included. */
  readonly failedRequests: number;
  readonly awsSeconds: number;
  readonly wallSeconds: number;
  readonly cpuSeconds: number;
  /** What all calls come to: the same whenever the seed and the schedule are. */
  readonly digest: string;
  /** Real time crept in, so that the run may not repeat. */
  readonly strayedSeconds: number;
}

export interface RunOptions {
  readonly seed: number;
  readonly schedule: Schedule;
  /** Is given all calls since the faulty build was asked for. */
  readonly onTrace?: (calls: readonly CallRecord[]) => void;
}

/** What a world does not come back from: another is made for the next run. Of the rest only the records of the builds stay, and the next build mends it. */
const LASTING: readonly Spoils[] = ['visitors', 'default', 'image', 'capacity'];
/** AWS seconds after the end in which what went on when its build had failed is undone, and what is late comes. */
const AFTER_SECONDS = 300;

/** Runs builds under a schedule in a world of their own, and judges what came of it. @param packaged the folder with the packaged service */
export async function runSchedule({
  packaged,
  ...options
}: RunOptions & { readonly packaged: string }): Promise<Outcome> {
  const row = new Row(packaged, 1);
  try {
    return await row.run(options);
  } finally {
    await row.end();
  }
}

/**
 * Runs that follow one another in one world, as the nights of a service do: what one has left is there for the next. A world ends with the run that
 * broke something, or whose schedule takes away for good what is expected of it.
 */
export class Row {
  private world: World | undefined;
  /** Of the runs in this world. */
  private readonly seeds: number[] = [];

  /**
   * @param packaged the folder with the packaged service
   * @param most runs in one world
   */
  constructor(
    private readonly packaged: string,
    private readonly most: number,
  ) {}

  /** The next run: its seed is also that of its world, where it is the first in it. */
  async run(options: RunOptions): Promise<Outcome> {
    const { seed, schedule } = options;
    const [startedAt, cpu] = [performance.now(), process.cpuUsage()];
    const broken: Broken[] = [];
    const after = [...this.seeds];
    const world = this.world ?? (await this.begin(seed, broken));
    this.seeds.push(seed);
    const [before, buildsBefore] = [countVisits(world), after.length === 0 ? 0 : await countBuilds(world)];
    const begunAt = world.now();
    const { isSpoilt, ...told } = await runIn(world, schedule, broken);
    if (options.onTrace) {
      const calls = await world.aws.calls();
      options.onTrace(calls.filter(({ time }) => new Date(time).getTime() >= begunAt));
    }
    const { user, system } = process.cpuUsage(cpu);
    const { digest, strayedSeconds } = await readDigest(world);
    const { requests, failedRequests } = countVisits(world);
    const buildsMade = (await countBuilds(world)) - buildsBefore;
    if (broken.length > 0 || isSpoilt || this.seeds.length >= this.most) await this.end();
    return {
      ...{ seed, after, schedule, ...told, buildsMade, broken, digest, strayedSeconds },
      requests: requests - before.requests,
      failedRequests: failedRequests - before.failedRequests,
      awsSeconds: Math.round((world.now() - begunAt) / 1000),
      wallSeconds: Math.round((performance.now() - startedAt) / 100) / 10,
      cpuSeconds: Math.round((user + system) / 1e5) / 10,
    };
  }

  /** A world with a fleet that serves what its first build has made. */
  private async begin(seed: number, broken: Broken[]): Promise<World> {
    const world = await World.create(seed, this.packaged);
    this.world = world;
    await succeed(world, 'the first build', broken);
    await world.open();
    return world;
  }

  /** The next run has another world. */
  async end(): Promise<void> {
    const { world } = this;
    this.world = undefined;
    this.seeds.length = 0;
    await world?.stop();
  }
}

function countVisits({ visitors }: World) {
  return {
    requests: visitors.reduce((sum, { requests }) => sum + requests, 0),
    failedRequests: visitors.reduce((sum, { failures }) => sum + failures.length, 0),
  };
}

async function countBuilds(world: World): Promise<number> {
  return (await world.records()).length;
}

/** @param broken is added to */
async function runIn(world: World, schedule: Schedule, broken: Broken[]) {
  const known = new Set((await world.records()).map(({ id }) => id));
  // Where a build without faults does not even come to its end, there is nothing to strike.
  const { strikes, build } =
    broken.length > 0 ? { strikes: [], build: undefined } : await strikeBuild(world, schedule, broken);
  const others = (await world.records()).filter(({ id }) => !known.has(id));
  const own = others.filter(({ id }) => id === build);
  const spoilt = spoilsOf(schedule, own[0]?.status === 'SUCCEEDED');
  if (broken.length === 0) broken.push(...(await judgeNow(world, spoilt, 'after the faults')));
  const builds = [...own, ...others.filter(({ id }) => id !== build)].map(toEnded);
  const isWell = own[0]?.status === 'SUCCEEDED';
  if (isWell) broken.push(...findUnnoticed(schedule, strikes));
  if (broken.length === 0) {
    for (const { kind } of schedule.faults) await kindOf(kind).mend?.(world);
    await succeed(world, 'the next build', broken);
    await world.passNight();
    await world.settled();
    if (broken.length === 0) {
      const stillSpoilt = spoilt.filter((one) => one !== 'fleet');
      broken.push(...(await judgeNow(world, stillSpoilt, 'after the next build')));
      broken.push(...(await findOtherVersion(world)));
    }
    if (broken.length === 0 && spoilt.length === 0)
      broken.push(...(await passNights(world, schedule, strikes)));
  }
  if (spoilt.length > 0) for (const { id } of others) world.excused.add(id);
  return {
    isSpoilt: spoilt.some((one) => LASTING.includes(one)),
    strikes,
    builds,
    isUnhealed: !isWell && healsItself(schedule, strikes),
  };
}

/** What people do in the nights that follow, each of which is judged. @param strikes is counted up */
async function passNights(world: World, { faults }: Schedule, strikes: number[]): Promise<Broken[]> {
  const passed: string[] = [];
  for (const [at, drawn] of faults.entries())
    for await (const { name, wrong } of kindOf(drawn.kind).nights?.(world, drawn) ?? []) {
      passed.push(name);
      strikes[at] = (strikes[at] ?? 0) + 1;
      const when = `after the nights ${passed.join(', ')}`;
      const broken = await judgeNow(world, [], when);
      if (wrong.length > 0) broken.push({ invariant: `people get what they ask for (${when})`, says: wrong });
      if (broken.length > 0) return broken;
    }
  return [];
}

/** What is broken in the pipeline itself fails its build. */
function findUnnoticed({ faults }: Schedule, strikes: readonly number[]): Broken[] {
  const unnoticed = faults.filter(({ kind }, at) => {
    const { breaks, heals } = kindOf(kind);
    return breaks !== undefined && !heals && (strikes[at] ?? 0) > 0;
  });
  return unnoticed.map(({ kind }) => ({
    invariant: 'what is broken fails its build',
    says: [`${kind}, and the build SUCCEEDED`],
  }));
}

/** What somebody has pushed or deployed is what the next build is made of. */
async function findOtherVersion(world: World): Promise<Broken[]> {
  const { id, version, deployed } =
    (await world.records()).findLast(({ pipeline }) => pipeline === 'web') ?? {};
  const { holding } = world.people;
  const isRight =
    'pushed' in holding ? version === holding.pushed : !version && deployed === holding.deployed;
  if (isRight) return [];
  const says = [
    `${id} is of version ${version ?? deployed}, and what should hold is ${JSON.stringify(holding)}`,
  ];
  return [{ invariant: 'the next build is of the version that holds', says }];
}

async function readDigest(world: World) {
  const { strayedSeconds, ...rest } = await world.aws.digest();
  return { digest: JSON.stringify(rest), strayedSeconds };
}

/** A build without faults, which has to succeed. */
async function succeed(world: World, what: string, broken: Broken[]): Promise<void> {
  const end = world.aws.watch((call) => {
    noticeRollout(world, readEntry(call));
    return undefined;
  });
  const id = await world.people.request('web');
  const unrest = await world.settled(CALM_PATIENCE_SECONDS);
  end();
  setBusy(world, false);
  const record = id === undefined ? undefined : await world.record(id);
  world.served = id;
  if (record?.status === 'SUCCEEDED' && unrest.length === 0) return;
  const why = record ? `${id} is ${record.status}: ${record.error?.name} ${record.error?.message}` : '';
  broken.push({
    invariant: `${what} succeeds`,
    says: [why || `it was refused: ${world.people.refusals.at(-1)}`, ...unrest],
  });
}

function setBusy(world: World, busy: boolean): void {
  for (const visitors of world.visitors) visitors.busy = busy;
}

/** How long an event may be on its way that asks for a build: longer than any is late. */
const LOOK_SECONDS = 15;
const MOST_LOOKS = 120;

/** States from which on visitors ask often. */
const ROLLING = new Set(['PublishTemplate', 'StartRefresh', 'AwaitRefresh', 'Recover', 'cleanUp']);

function noticeRollout(world: World, entry: Entry | undefined): void {
  if (entry && ROLLING.has(entry.state)) setBusy(world, true);
}

/** What has to be there before the build is asked for: the version of the pipeline, and what people have done. */
async function prepare(world: World, { faults }: Schedule): Promise<void> {
  const lines = faults.flatMap((drawn) => kindOf(drawn.kind).gates?.(drawn, world.now()) ?? []);
  const others = faults.flatMap(({ kind }) => kindOf(kind).otherwise ?? []);
  if (lines.length > 0 || others.length > 0) await world.people.push(Object.assign({ lines }, ...others));
  for (const drawn of faults) await kindOf(drawn.kind).before?.(world, drawn);
}

/** The build that the schedule is for. @returns how often each fault struck, and which build that was */
async function strikeBuild(world: World, schedule: Schedule, broken: Broken[]) {
  const { faults } = schedule;
  const { people } = world;
  people.begin();
  await prepare(world, schedule);
  let build: string | undefined;
  const strikes = faults.map(() => 0);
  const strikers: Striker[] = [];
  const waiting = new Map(faults.map((drawn, at) => [at, drawn]));
  const end = world.aws.watch((call) => {
    const entry = readEntry(call);
    if (entry?.build?.startsWith('web-')) build ??= entry.build;
    noticeRollout(world, entry);
    for (const [at, drawn] of entry ? waiting : []) {
      const isOwn = entry?.build === undefined || entry.build.startsWith('web-');
      if (entry?.state !== drawn.state || !isOwn) continue;
      waiting.delete(at);
      const struck = () => {
        strikes[at] = (strikes[at] ?? 0) + 1;
      };
      const striker = kindOf(drawn.kind).arm({ drawn, world, build: entry.build ?? build ?? '', struck });
      if (striker) strikers.push(striker);
    }
    for (const striker of strikers) {
      const fault = striker(call);
      if (fault) return fault;
    }
    return undefined;
  });
  const timeOut = faults.find(({ kind }) => kind === 'execution timed out');
  const restore =
    timeOut && (await shortenExecutions(world.settings, world.service.StateMachineArn ?? '', timeOut.delay));
  const breaks = faults.map(({ kind }) => kindOf(kind).breaks).find((one) => one !== undefined);
  if (isUnattended(schedule)) {
    await people.announce(breaks);
    // Nothing is open until the event has come, which may be late, or lost.
    for (let looks = 0; !build && looks < MOST_LOOKS; looks += 1) await world.sleep(LOOK_SECONDS);
  } else {
    build = (await people.request('web', breaks ? { BREAK: breaks } : {})) ?? build;
  }
  await restore?.();
  const unrest = await quiet(world);
  end();
  await world.aws.faults.clear();
  setBusy(world, false);
  if (unrest.length > 0) broken.push({ invariant: 'every build ends', says: unrest });
  if (timeOut && build && (await world.execution(build)) === 'TIMED_OUT')
    strikes[faults.indexOf(timeOut)] = 1;
  return { strikes, build };
}

/** Waits until all is calm, what people were about to do and what comes late included, and for the night. */
async function quiet(world: World): Promise<string[]> {
  const first = await world.settled();
  if (first.length > 0) return first;
  await world.deedsDone();
  setBusy(world, false);
  await world.sleep(AFTER_SECONDS);
  const second = await world.settled();
  if (second.length > 0) return second;
  await world.deedsDone();
  await world.passNight();
  await world.deedsDone();
  return world.settled();
}

async function judgeNow(world: World, spoilt: readonly Spoils[], when: string): Promise<Broken[]> {
  return judge({ world, records: await world.records(), spoilt: new Set(spoilt) }, when);
}

function spoilsOf({ faults }: Schedule, isWell: boolean): Spoils[] {
  return faults.flatMap(({ kind }: Drawn): readonly Spoils[] => {
    const { spoils = [], spoilsFailed = [] } = kindOf(kind);
    return isWell ? spoils : [...spoils, ...spoilsFailed];
  });
}

function toEnded({
  id,
  status,
  error,
}: {
  id: string;
  status: string;
  error?: { name: string; message: string; stage?: string };
}): Ended {
  const why = error && `${error.name}${error.stage ? ` in ${error.stage}` : ''}: ${error.message}`;
  return { id, status, ...(why && { why: why.slice(0, 300) }) };
}
