import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import type { FaultInput, StartingCall } from 'embedded-aws';
import { ASKING, readEntry, STATES, statesBetween } from '../workflow';
import type { Armed, Kind, Striker } from './kind';

type Fault = Omit<FaultInput, 'service' | 'operation'>;

/** Strikes runs of functions: the first that fits after `position` others, and those after it, `times` in all. */
export function striker(
  { drawn, struck }: Armed,
  fault: Fault,
  fits: (call: StartingCall) => boolean,
): Striker {
  let seen = 0;
  return (call) => {
    if (call.service !== 'lambda' || call.operation !== 'Invoke' || !fits(call)) return undefined;
    seen += 1;
    if (seen <= drawn.position || seen > drawn.position + drawn.times) return undefined;
    struck();
    const message = `${drawn.kind} at ${drawn.state}`;
    return { service: 'lambda', operation: 'Invoke', message, ...fault };
  };
}

export function ofState({ drawn }: Armed): (call: StartingCall) => boolean {
  return (call) => readEntry(call)?.state === drawn.state;
}

const WOKEN = ['resolveWait', 'cleanUp'];

function isEvent(call: StartingCall): boolean {
  return call.caller.includes('events.amazonaws.com') && WOKEN.includes(readEntry(call)?.state ?? '');
}

/**
 * What people put on the bus says only where to look: that something is left to do for this build, for the one before, for one that never was. It is the one event
 * that the service hears and that is not AWS's, which nobody else can send.
 */
function forge({ world, build, drawn, struck }: Armed): undefined {
  world.act(drawn.delay, async () => {
    const builds = [build, world.served, build, `${build.slice(0, -6)}000000`];
    const Detail = JSON.stringify({
      service: 'kiln-prod@us-east-1',
      build: builds[drawn.choice % builds.length],
    });
    await new EventBridgeClient(world.settings).send(
      new PutEventsCommand({
        Entries: [{ Source: 'kiln', DetailType: 'Kiln Build Unfinished', Detail }],
      }),
    );
    struck();
  });
}

const WAITING = ['PrepareImage', 'AwaitImage', 'RunTests', 'AwaitRefresh', 'AwaitFleet'];

/** Functions that are run twice or refused, and events that wake them. */
export const FUNCTION_KINDS: readonly Kind[] = [
  {
    name: 'function invoked twice',
    heals: true,
    at: [...ASKING, ...STATES],
    arm: (armed) =>
      striker({ ...armed, drawn: { ...armed.drawn, position: 0 } }, { kind: 'twice' }, ofState(armed)),
  },
  {
    name: 'function throttled',
    heals: true,
    at: ['postBuild', ...STATES],
    range: { times: 4 },
    arm: (armed) =>
      striker(
        armed,
        { code: 'TooManyRequestsException', message: 'Rate Exceeded.', status: 429 },
        ofState(armed),
      ),
  },
  {
    name: 'event lost',
    heals: true,
    at: WAITING,
    range: { position: 2, times: 6 },
    arm: (armed) => striker(armed, { kind: 'lost' }, isEvent),
  },
  {
    name: 'event late',
    heals: true,
    at: WAITING,
    range: { position: 2, times: 3, delay: [30, 1200] },
    arm: (armed) => striker(armed, { kind: 'late', delay: armed.drawn.delay }, isEvent),
  },
  {
    name: 'event twice',
    heals: true,
    at: WAITING,
    range: { position: 2, times: 3 },
    arm: (armed) => striker(armed, { kind: 'twice' }, isEvent),
  },
  {
    name: 'events out of order',
    heals: true,
    at: WAITING,
    range: { position: 2, delay: [5, 90] },
    // The first comes after those that follow it.
    arm: (armed) => striker(armed, { kind: 'late', delay: armed.drawn.delay }, isEvent),
  },
  {
    name: 'event forged',
    heals: true,
    at: statesBetween('LaunchInstance', 'Finish'),
    range: { delay: [1, 60] },
    arm: forge,
  },
];
