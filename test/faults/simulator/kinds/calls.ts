import type { FaultInput, StartingCall } from 'embedded-aws';
import { ASKING, BESIDE, ENDING, functionOf, STATES } from '../workflow';
import type { Armed, Kind, Striker } from './kind';

/** Those in the network of the instances make no call. */
const SILENT = ['AwaitHealthySite', 'AwaitHealthyTest', 'AskServers'];
const CALLING = [...ASKING, ...STATES, ...ENDING, ...BESIDE].filter((state) => !SILENT.includes(state));

const LOOKS = /^(Describe|Get|List|Head|BatchGet|Query|Scan|Simulate)/;
const isWrite = ({ operation }: StartingCall) => !LOOKS.test(operation);

/** Strikes calls of the state's function: the first that fits after `position` others, and those after it, `times` in all. */
function striker(
  { drawn, struck }: Armed,
  fault: Omit<FaultInput, 'service' | 'operation'>,
  fits: (call: StartingCall) => boolean = () => true,
): Striker {
  const caller = `/${functionOf(drawn.state)}`;
  let seen = 0;
  return (call) => {
    if (!call.caller.endsWith(caller) || !fits(call)) return undefined;
    seen += 1;
    if (seen <= drawn.position || seen > drawn.position + drawn.times) return undefined;
    struck();
    const { service, operation } = call;
    return { service, operation, message: `${drawn.kind} at ${drawn.state}`, ...fault };
  };
}

const DOWN = { code: 'ServiceUnavailable', status: 503 };

/** A service that is down for minutes, for all functions: more than retries outlast. */
const SERVICES = ['ec2', 'autoscaling', 'dynamodb', 'states', 'ssm', 's3', 'sns', 'events'];

function takeDown({ drawn, world, struck }: Armed): Striker {
  const service = SERVICES[drawn.choice % SERVICES.length] ?? 'ec2';
  const until = world.now() + drawn.delay * 1000;
  // Nobody judges what is left before it is over.
  world.act(drawn.delay, async () => {});
  return (call) => {
    if (call.service !== service || !call.caller.includes('/kiln-prod-') || world.now() > until)
      return undefined;
    struck();
    return { service, operation: call.operation, message: `${service} is down`, ...DOWN };
  };
}

/** Calls of functions that go wrong. Retries of the SDK, of Step Functions and of the sweep outlast them. */
export const CALL_KINDS: readonly Kind[] = [
  {
    name: 'throttled',
    heals: true,
    at: CALLING,
    range: { position: 4, times: 4 },
    arm: (armed) => striker(armed, { code: 'ThrottlingException', message: 'Rate exceeded', status: 400 }),
  },
  {
    name: '5xx before the effect',
    heals: true,
    at: CALLING,
    range: { position: 4, times: 4 },
    arm: (armed) => striker(armed, DOWN),
  },
  {
    name: '5xx after the effect',
    heals: true,
    at: CALLING,
    range: { position: 3, times: 3 },
    arm: (armed) => striker(armed, { kind: 'afterEffect', ...DOWN }, isWrite),
  },
  {
    name: 'time-out after the effect',
    heals: true,
    at: CALLING,
    range: { position: 3, times: 2 },
    arm: (armed) => striker(armed, { kind: 'afterEffect', code: 'RequestTimeout', status: 400 }, isWrite),
  },
  {
    name: 'call lost',
    heals: true,
    at: CALLING,
    range: { position: 4, times: 2 },
    arm: (armed) => striker(armed, { kind: 'lost' }),
  },
  {
    name: 'late effect',
    heals: true,
    at: CALLING,
    range: { position: 3, delay: [1, 40] },
    // DynamoDB writes at once or not at all: what it has refused comes no later.
    arm: (armed) =>
      striker(
        armed,
        { kind: 'late', delay: armed.drawn.delay, ...DOWN },
        (call) => isWrite(call) && call.service !== 'dynamodb',
      ),
  },
  {
    name: 'function dies before or between its calls',
    heals: true,
    at: CALLING,
    range: { position: 6 },
    arm: (armed) => striker(armed, { kind: 'kill' }),
  },
  {
    name: 'function dies after a call',
    heals: true,
    at: CALLING,
    range: { position: 4 },
    arm: (armed) => striker(armed, { kind: 'killAfterEffect' }, isWrite),
  },
  {
    name: 'a service is down for minutes',
    heals: false,
    at: ['postBuild', ...STATES],
    range: { delay: [60, 420] },
    spoils: ['undoing'],
    arm: takeDown,
  },
];
