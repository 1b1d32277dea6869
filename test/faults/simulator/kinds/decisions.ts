import { imageOf } from '../../../../src/build/record';
import { ENDING, STATES, statesBetween } from '../workflow';
import type { World } from '../world';
import { type Deed, person } from './deed';
import type { Armed, Drawn, Kind } from './kind';

const ACCEPTED = 202;
/** What was asked for is over, was decided otherwise, or is not to be had. */
const REFUSED = 409;

/** Asks the service for something that it may refuse with a reason. */
const ask =
  (act: string, body: object = {}): Deed =>
  async ({ world, build }) => {
    const answer = await world.people.ask(`/builds/${build}/${act}`, body, [ACCEPTED, REFUSED]);
    return answer?.status === ACCEPTED;
  };

/** Builds do not wait any more where the version of the pipeline says so that was pushed for this. */
async function removeGates({ people }: World): Promise<void> {
  if (people.hasGates) await people.removePushed();
}

type OnTimeout = 'stop' | 'rollback' | 'continue';

function approval(
  name: string,
  heals: boolean,
  within: string,
  onTimeout: OnTimeout,
  arm: Kind['arm'],
  delay: readonly [number, number] = [1, 1],
): Kind {
  return {
    ...{ name, heals, once: 'approval', at: ['AwaitApproval'], brings: ['AwaitApproval', 'actOnBuild'] },
    range: { delay },
    gates: () => [`approval: { within: ${within}, onTimeout: ${onTimeout} }`],
    mend: removeGates,
    arm,
  };
}

/** Nobody says anything. */
function silent({ struck }: Armed): undefined {
  struck();
}

const MINUTE = 60_000;
/** How long the window is open that has closed when the build comes to it: seconds, the least that a pipeline may say. */
const OPEN_SECONDS = 300;

/** A window that closes before the build comes to it, and one that opens so many seconds later. */
function windows(now: number, seconds: number): string {
  const cron = (at: number) => `${new Date(at).getUTCMinutes()} ${new Date(at).getUTCHours()} * * ? *`;
  const first = `{ cron: '${cron(now - MINUTE)}', duration: ${OPEN_SECONDS}s }`;
  return `windows: [${first}, { cron: '${cron(now + seconds * 1000)}', duration: 1h }]`;
}

/** Later than anybody promotes it. */
const FAR_SECONDS = 4 * 3600;

/** A build waits for eight days for its window, at least: they are over at once. */
const miss: Deed = ({ world, build }) => world.endWindow(build);

/** The image that the build makes, or that which is served until then. */
async function chooseImage({ world, build, drawn }: Armed): Promise<string | undefined> {
  const records = await world.records();
  const served = records.find(({ id }) => id === world.served);
  const own = records.find(({ id }) => id === build);
  const isServed = drawn.choice % 3 === 2;
  return (own && !isServed ? imageOf(own) : undefined) ?? (served && imageOf(served));
}

/** @param imageId that which was revoked; undefined where it was not */
async function revoke(armed: Armed): Promise<string | undefined> {
  const { world, drawn } = armed;
  const imageId = await chooseImage(armed);
  if (imageId === undefined) return undefined;
  const body = { reason: 'it has a hole', rollback: Math.floor(drawn.choice / 3) % 2 === 1 };
  // It may have been removed since its build has failed.
  const answer = await world.people.ask(`/images/${imageId}/revoke`, body, [200, 404]);
  return answer?.status === 200 ? imageId : undefined;
}

const rollBack: Deed = async ({ world, drawn }) => {
  const body = { reason: 'visitors complain', ...(drawn.choice % 2 === 0 && { build: world.served }) };
  const answer = await world.people.ask('/pipelines/web/rollback', body, [ACCEPTED, REFUSED]);
  return answer?.status === ACCEPTED;
};

/** Nothing of what builds do is otherwise in it, or the text of the page that is asked for. */
const push: Deed = async ({ world, drawn }) => {
  const { choice, state } = drawn;
  const more =
    choice % 2 === 0 ? `# ${state} ${choice}\n` : `echo '<p>${choice}</p>' >> /var/www/html/alive.html\n`;
  await world.people.push({ script: more });
  if (choice % 5 !== 0) return true;
  await world.sleep(choice);
  await world.people.removePushed();
  return true;
};

const ANY = ['postBuild', ...STATES];
/** With a delay that reaches beyond the end of the build. */
const LONG = { delay: [0, 1800] as const };

/** People who decide of builds, images and pipelines, as the service lets them. */
export const DECISION_KINDS: readonly Kind[] = [
  approval('person approves', true, '1h', 'stop', person(ask('approve')), [0, 1800]),
  approval('person rejects', false, '1h', 'continue', person(ask('reject')), [0, 1800]),
  approval('approval runs out: stop', false, '5m', 'stop', silent),
  approval('approval runs out: rollback', false, '5m', 'rollback', silent),
  approval('approval runs out: continue', true, '5m', 'continue', silent),
  {
    name: 'window closes before the build comes to it',
    heals: true,
    once: 'window',
    at: ['AwaitWindow'],
    brings: ['AwaitWindow'],
    range: { delay: [1200, 7200] },
    gates: ({ delay }, now) => [windows(now, delay)],
    mend: removeGates,
    arm: silent,
  },
  {
    name: 'person promotes',
    heals: true,
    once: 'window',
    at: ['AwaitWindow'],
    brings: ['AwaitWindow', 'actOnBuild'],
    range: { delay: [0, 900] },
    gates: (_drawn, now) => [windows(now, FAR_SECONDS)],
    mend: removeGates,
    arm: person(ask('promote')),
  },
  {
    name: 'window is missed',
    heals: false,
    once: 'window',
    at: ['AwaitWindow'],
    brings: ['AwaitWindow'],
    range: { delay: [0, 300] },
    gates: (_drawn, now) => [windows(now, FAR_SECONDS)],
    mend: removeGates,
    arm: person(miss),
  },
  {
    name: 'person promotes what waits for nothing',
    heals: true,
    at: STATES,
    range: { delay: [0, 60] },
    arm: person(async (armed) => {
      await ask('promote')(armed);
      return true;
    }),
  },
  {
    name: 'person aborts',
    heals: false,
    once: 'execution',
    at: STATES,
    brings: ['actOnBuild'],
    range: { delay: [0, 60] },
    spoils: ['execution'],
    arm: (armed) => person(ask('abort', isNow(armed.drawn) ? { now: true } : {}))(armed),
  },
  {
    name: 'person holds the pipeline',
    heals: true,
    ends: 'unattended',
    at: ANY,
    brings: ['holdPipeline'],
    range: LONG,
    mend: ({ people }) => people.resume(),
    arm: person(async ({ world }) => {
      await world.people.hold();
      return true;
    }),
  },
  {
    name: 'person holds the pipeline for all but some',
    heals: false,
    at: ANY,
    brings: ['holdPipeline'],
    range: LONG,
    mend: ({ people }) => people.resume(),
    // Whoever asks for the builds is among them, or is not.
    arm: person(async ({ world, drawn }) => {
      await world.people.hold([`arn:aws:iam::*:${drawn.choice % 2 === 0 ? 'root' : 'role/on-call'}`]);
      return true;
    }),
  },
  {
    name: 'person holds and resumes the pipeline',
    heals: true,
    ends: 'unattended',
    at: ANY,
    brings: ['holdPipeline'],
    range: LONG,
    arm: person(async ({ world, drawn }) => {
      await world.people.hold();
      await world.sleep(drawn.choice);
      await world.people.resume();
      return true;
    }),
  },
  {
    name: 'person rolls back',
    heals: false,
    at: ANY,
    brings: ['postRollback'],
    range: LONG,
    arm: person(rollBack),
  },
  {
    name: 'person revokes an image',
    heals: false,
    at: ['postBuild', ...statesBetween('LaunchInstance', 'Finish')],
    brings: ['revokeImage'],
    range: LONG,
    arm: person(async (armed) => (await revoke(armed)) !== undefined),
  },
  {
    name: 'person revokes an image, and takes that back',
    heals: false,
    at: ['postBuild', ...statesBetween('LaunchInstance', 'Finish')],
    brings: ['revokeImage'],
    range: LONG,
    arm: person(async (armed) => {
      const imageId = await revoke(armed);
      if (imageId === undefined) return false;
      const { people } = armed.world;
      await armed.world.sleep(armed.drawn.choice * 2);
      await people.ask(`/images/${imageId}/unrevoke`, { reason: 'it has none' }, [200, 404, REFUSED]);
      return true;
    }),
  },
  {
    name: 'person pushes a version',
    heals: true,
    at: ANY,
    brings: ['pushPipeline'],
    range: { delay: [0, 600] },
    arm: person(push),
  },
  {
    name: 'person has the janitor tidy up',
    heals: true,
    at: [...STATES, ...ENDING],
    range: { delay: [0, 120] },
    arm: person(async ({ world }) => {
      // What fails in it is another fault's doing, or fails again in the night of the end.
      await world.passNight().catch(() => {});
      return true;
    }),
  },
];

function isNow({ choice }: Drawn): boolean {
  return choice % 2 === 0;
}
