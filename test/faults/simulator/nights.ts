import { CloudWatchClient, SetAlarmStateCommand } from '@aws-sdk/client-cloudwatch';
import { type BuildRecord, hasSucceeded, imageOf } from '../../../src/build/record';
import { Random } from './drawn/random';
import { ALARM, type Otherwise } from './pipelines';
import { findMaker, findRelease } from './release';
import type { World } from './world';

/** So many good images are kept in the nights: the least with which there is one to go back to. */
const KEEP = 2;
/** An event is on its way for seconds; another deployment in the account, which gets it too, has ended what it makes of it by then. */
const EVENT_SECONDS = 300;
/** How many may follow one another that are alike. */
const MOST_ALIKE = 3;

/** What people do in a night, and what was wrong with the answers and with how builds ended, in words. */
type Act = (nights: Nights) => Promise<string[]>;

const deploy: Act = (nights) => nights.build({});
const deployBadly: Act = (nights) =>
  nights.build({ BREAK: nights.random.of(['test', 'preparation', 'servers']) });
const buildAgain: Act = async (nights) =>
  nights.ask('/pipelines/web/builds', {}, ['SUCCEEDED', 'UP_TO_DATE', 'ImageRefused']);
/** What it is to mend has set the alarm off. */
const hotfixRinging: Act = async (nights) => {
  await nights.ring();
  const body = { force: true, hotfix: true, reason: 'visitors complain' };
  const wrong = await nights.ask('/pipelines/web/builds', body, ['SUCCEEDED']);
  await nights.world.calmAlarm();
  return wrong;
};
const publishOnly: Act = async (nights) =>
  nights.ask('/pipelines/web/builds', { force: true, rollout: false }, ['SUCCEEDED']);

/** An event tells of a version. Where people hold the pipeline, or have gone back, nothing comes of it. */
const announce: Act = async ({ world }) => {
  const { hold } = await world.hold();
  await world.people.announce();
  await world.sleep(EVENT_SECONDS);
  await world.settled();
  const version = world.people.announced.at(-1);
  const record = (await world.records()).find(({ parameters }) => parameters.VERSION === version);
  const isHeld = hold.person !== undefined || hold.rollback !== undefined || hold.held !== undefined;
  if (
    isHeld === (record === undefined || record.status === 'SKIPPED') &&
    (isHeld || record?.status === 'SUCCEEDED')
  )
    return [];
  return [`an event told of version ${version}, held: ${isHeld}: ${record && describe(record)}`];
};

const rollBack: Act = (nights) => nights.rollBack();

/** To any that is there, that which people went back from among them. */
const rollBackTo: Act = async (nights) => {
  const there = (await nights.images()).filter(({ revoked }) => !revoked);
  return there.length > 0 ? nights.rollBack(nights.random.of(there)) : [];
};

/** What is gone back from has set it off. */
const rollBackRinging: Act = async (nights) => {
  await nights.ring();
  const wrong = await nights.rollBack();
  await nights.world.calmAlarm();
  return wrong;
};

/** The image that is served, or another. */
const revoke: Act = async (nights) => {
  const { world, random } = nights;
  const served = await nights.served();
  const maker = random.next() < 0.6 ? served : random.of(await nights.images());
  if (!maker?.imageId) return [];
  const rollback = random.next() < 0.5;
  const before = rollback && maker === served ? await nights.before(maker) : undefined;
  const path = `/images/${maker.imageId}/revoke`;
  await world.people.ask(path, { reason: 'it has a hole', rollback }, [200]);
  await world.settled();
  return before ? nights.serves(before) : [];
};

const unrevoke: Act = async (nights) => {
  const revoked = (await nights.images()).filter((one) => one.revoked);
  if (revoked.length === 0) return [];
  const { imageId } = nights.random.of(revoked);
  await nights.world.people.ask(`/images/${imageId}/unrevoke`, { reason: 'it has none' }, [200]);
  return [];
};

const resume: Act = async ({ world }) => {
  await world.people.resume();
  return [];
};

const hold: Act = async ({ world }) => {
  await world.people.hold();
  return [];
};

const deployService: Act = async ({ world, random }) => {
  await world.people.deploy(random.of(['first', 'later', 'later']));
  return [];
};

const push =
  (otherwise: Otherwise): Act =>
  async ({ world, random }) => {
    await world.people.push({ keep: KEEP, script: `# ${random.between(1, 1e6)}\n`, ...otherwise });
    return [];
  };

const removePushed: Act = async ({ world }) => {
  if (world.people.pushed) await world.people.removePushed();
  return [];
};

/** What is drawn in nights of bad versions, and in nights in which people work on the pipeline: more than once what is to come more often. */
export const NIGHTS = {
  bad: [
    ...[deploy, deploy, deploy, deployBadly, announce, buildAgain, hotfixRinging, publishOnly],
    ...[rollBack, rollBack, rollBackTo, rollBackRinging, revoke, revoke, unrevoke, resume, hold],
  ],
  changed: [
    ...[deploy, deploy, deploy, rollBack, rollBackTo, rollBackRinging, buildAgain, announce, resume],
    ...[push({ page: 'hale' }), push({ page: 'sound' }), push({}), removePushed, deployService],
    push({ lines: ['approval: { within: 5m, onTimeout: continue }'] }),
    push({ rollout: ['checkpoints: { at: [50], wait: 10m }'] }),
  ],
} as const satisfies Record<string, readonly Act[]>;

function describe({ id, status, error }: BuildRecord): string {
  return `${id} is ${status}${error ? `: ${error.name}: ${error.message}` : ''}`;
}

/** A row of nights in which the service meets people and no faults. */
export class Nights {
  readonly random: Random;

  constructor(
    readonly world: World,
    seed: number,
  ) {
    this.random = new Random(seed);
  }

  /**
   * Lets people do one thing after another, some more than once, and each night the janitor come.
   *
   * @param most how many
   * @returns after each its name, and what was wrong, in words; whoever reads it may look whether all holds
   */
  async *pass(acts: readonly Act[], most: number): AsyncGenerator<{ name: string; wrong: string[] }> {
    yield* this.one(push({}));
    for (let done = 0; done < most; ) {
      const act = this.random.of(acts);
      const alike = Math.min(most - done, this.random.between(1, this.random.between(1, MOST_ALIKE)));
      for (let times = 0; times < alike; times += 1) yield* this.one(act);
      done += alike;
    }
    // What would have the next builds wait, or keep them from beginning.
    await this.world.people.removePushed();
    await this.world.people.resume();
  }

  private async *one(act: Act): AsyncGenerator<{ name: string; wrong: string[] }> {
    const wrong = await act(this);
    wrong.push(...(await this.world.settled()));
    await this.world.passNight();
    wrong.push(...(await this.world.settled()));
    yield { name: act.name || 'push', wrong };
  }

  /** Sets the alarm off. */
  async ring(): Promise<void> {
    const alarm = { AlarmName: ALARM, StateValue: 'ALARM', StateReason: 'visitors complain' } as const;
    await new CloudWatchClient(this.world.settings).send(new SetAlarmStateCommand(alarm));
  }

  /** Asks for a build of the next version, and waits for its end. */
  async build(parameters: Record<string, string>): Promise<string[]> {
    const id = await this.world.people.request('web', parameters);
    return this.ended(id, 'BREAK' in parameters ? ['FAILED'] : ['SUCCEEDED']);
  }

  /** Asks for something that is a build, and waits for its end. @param ends how it may end: statuses, and errors */
  async ask(path: string, body: object, ends: readonly string[]): Promise<string[]> {
    const { status, body: answer } = await this.world.people.call(path, body);
    if (status === 202) return this.ended((answer as { id: string }).id, ends);
    const text = `${status} ${JSON.stringify(answer)}`;
    return ends.some((one) => text.includes(one)) ? [] : [`${path}: ${text}`];
  }

  private async ended(id: string | undefined, ends: readonly string[]): Promise<string[]> {
    await this.world.settled();
    const record = id === undefined ? undefined : await this.world.record(id);
    if (!record) return [`the request was refused: ${this.world.people.refusals.at(-1)}`];
    const isRight = [record.status, record.error?.name ?? ''].some((one) => ends.includes(one));
    return isRight ? [] : [`${describe(record)}; expected ${ends}`];
  }

  /** Goes back to an image, or to that before, and expects that it comes to be served where there is one. */
  async rollBack(to?: BuildRecord): Promise<string[]> {
    const served = await this.served();
    const expected = to ?? (served && (await this.before(served)));
    const body = { reason: 'visitors complain', ...(to && { build: to.id }) };
    if (!expected)
      return this.ask('/pipelines/web/rollback', body, ['no image that it served before is left']);
    const wrong = await this.ask('/pipelines/web/rollback', body, ['SUCCEEDED', 'UP_TO_DATE']);
    return [...wrong, ...(await this.serves(expected))];
  }

  /** @returns what is wrong where the fleet does not run the image that a build made */
  async serves({ id, imageId }: BuildRecord): Promise<string[]> {
    const release = findRelease(await this.world.records());
    const now = release && imageOf(release);
    return now === imageId ? [] : [`${now} is served by ${release?.id}, expected ${imageId} of ${id}`];
  }

  /** The record of the build that made the image which `web` serves. */
  async served(): Promise<BuildRecord | undefined> {
    const [last] = await this.turns();
    return last;
  }

  /** The record of the build that made the newest image which `web` has served before one, and that is there and good. */
  async before(served: BuildRecord): Promise<BuildRecord | undefined> {
    const there = new Set((await this.images()).map(({ id }) => id));
    return (await this.turns()).find(
      (one) => one.id !== served.id && there.has(one.id) && !one.revoked && !one.rolledBack,
    );
  }

  /** The builds that made what `web` has served, the newest turn first. */
  private async turns(): Promise<BuildRecord[]> {
    const records = await this.world.records();
    return records
      .filter(
        (one) => one.pipeline === 'web' && one.status === 'SUCCEEDED' && Object.keys(one.rollouts).length > 0,
      )
      .sort((a, b) => (b.fence ?? 0) - (a.fence ?? 0))
      .flatMap((one) => findMaker(records, one) ?? []);
  }

  /** The builds of `web` whose images are there. */
  async images(): Promise<BuildRecord[]> {
    const there = await this.world.images();
    return (await this.world.records()).filter(
      (one) => one.pipeline === 'web' && hasSucceeded(one) && one.imageId && there.has(one.imageId),
    );
  }
}
