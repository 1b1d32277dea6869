import { parseArgs } from 'node:util';
import { connectAws } from '../../src/connect';
import { measureRest } from './at-rest';
import { newClients } from './clients';
import { runLoad } from './run-load';
import { type Look, startServer } from './server';
import { makeShared, type Shared } from './shared';
import { Tally } from './tally';

/*
 * What the embedded AWS, in a process of its own, makes of many clients that create, describe and delete, each cleaning up behind itself;
 * and what instances cost that do nothing. Ends with status 1 where it failed to answer, its memory grew, or sockets were left.
 *
 * npm run bench:load -- [--minutes 10] [--clients 50] [--instances 1000] [--time-scale 60] [--snapshots folder]
 */

/** In the second half the heap may grow by so much of itself in a minute, by the least squares through what was left after garbage collections. */
const MOST_GROWTH = 0.01;
/** Of the calls may be refused, throttles aside: each scenario takes care of what it needs. */
const MOST_REFUSED = 0.01;
/** What the embedded AWS remembers of what is over is filled before anything is measured: executions of state machines. */
const REMEMBERED_EXECUTIONS = 5200;
/** Real seconds in which connections that were closed, and instances that were terminated, are gone. */
const QUIET_SECONDS = 75;
/** CPU that instances at rest may take, of one core. */
const MOST_REST_PERCENT = 15;

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    clients: { type: 'string', default: '50' },
    instances: { type: 'string', default: '1000' },
    'time-scale': { type: 'string', default: '60' },
    snapshots: { type: 'string' },
  },
});
const [minutes, clients, instances] = [values.minutes, values.clients, values.instances].map(Number) as [
  number,
  number,
  number,
];
const problems: string[] = [];

const megabytes = (bytes: number) => (bytes / 1e6).toFixed(1);
const heldBy = ({ memory }: Look) => memory.heapUsed + memory.external;
const socketsOf = ({ resources }: Look) =>
  (resources.TCPSocketWrap ?? 0) + (resources.TCPServerWrap ?? 0) + (resources.PipeWrap ?? 0);

/** Growth a minute by the least squares, of what there is in the mean. */
function growthOf(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const middle = (values.length - 1) / 2;
  const over = values.reduce((sum, value, i) => sum + (i - middle) * (value - mean), 0);
  const under = values.reduce((sum, _, i) => sum + (i - middle) ** 2, 0);
  return over / under / mean;
}

/** Executions that have ended, and all else of which only so much is remembered. */
async function fill(settings: Parameters<typeof newClients>[0], shared: Shared): Promise<void> {
  const { clients: own, close } = newClients(settings, new Tally());
  const definition = JSON.stringify({ StartAt: 'A', States: { A: { Type: 'Pass', End: true } } });
  const { stateMachineArn } = await own.sfn.createStateMachine({
    name: 'fill',
    roleArn: shared.roleArn,
    definition,
  });
  for (let i = 0; i < REMEMBERED_EXECUTIONS; i += 50)
    await Promise.all(Array.from({ length: 50 }, () => own.sfn.startExecution({ stateMachineArn })));
  await own.sfn.deleteStateMachine({ stateMachineArn });
  close();
}

async function underLoad(): Promise<void> {
  const server = await startServer(['--time-scale', values['time-scale']]);
  const aws = await connectAws(server.endpoint);
  const { clients: own, close } = newClients(aws.client, new Tally());
  const shared = await makeShared(own);
  await fill(aws.client, shared);
  const warm = new Tally();
  const troubles = new Map<string, number>();
  const onTrouble = (scenario: string, error: unknown) => {
    const { name, message } = error as Error;
    const key = `${scenario}: ${name}: ${message.slice(0, 200).replace(/load-[\w-]+/g, '…')}`;
    troubles.set(key, (troubles.get(key) ?? 0) + 1);
  };
  await runLoad({ settings: aws.client, shared, clients, seconds: 20, tally: warm, onTrouble });
  await quiet(QUIET_SECONDS);
  const before = await server.look(values.snapshots && `${values.snapshots}/before.heapsnapshot`);
  const tally = new Tally();
  const looks: Look[] = [];
  const rows: object[] = [];
  let calls = 0;
  const running = runLoad({
    settings: aws.client,
    shared,
    clients,
    seconds: minutes * 60,
    tally,
    onTrouble,
  });
  for (let minute = 1; minute <= minutes; minute += 1) {
    await quiet(60);
    const look = await server.look();
    looks.push(look);
    // As people do with logs that have no retention.
    await own.logs.deleteLogGroup({ logGroupName: '/aws/lambda/load' }).catch(() => undefined);
    const row = {
      minute,
      calls: tally.calls - calls,
      'RSS MB': megabytes(look.memory.rss),
      'held MB': megabytes(heldBy(look)),
      'heap MB': megabytes(look.memory.heapUsed),
      sockets: socketsOf(look),
      timeouts: look.resources.Timeout ?? 0,
      'CPU s': ((look.cpu.user + look.cpu.system) / 1e6).toFixed(0),
    };
    calls = tally.calls;
    rows.push(row);
    console.log(JSON.stringify(row));
  }
  await running;
  close();
  await quiet(QUIET_SECONDS);
  const after = await server.look(values.snapshots && `${values.snapshots}/after.heapsnapshot`);

  console.log(`\n${clients} clients, ${minutes} minutes, ${tally.calls} calls`);
  console.table(
    tally.byService().map(({ service, calls, p50, p99, errors }) => ({
      service,
      calls,
      'p50 ms': p50.toFixed(0),
      'p99 ms': p99.toFixed(0),
      errors: Object.entries(errors)
        .map(([error, times]) => `${times} × ${error}`)
        .join(', '),
    })),
  );
  console.table(rows);
  for (const [trouble, times] of troubles) console.log(`${times} × ${trouble}`);
  const { failures, refusals } = tally;
  if (failures.length > 0)
    problems.push(`${failures.length} calls failed, such as ${JSON.stringify(failures[0])}`);
  if (refusals.length > tally.calls * MOST_REFUSED)
    problems.push(`${refusals.length} of ${tally.calls} calls were refused`);
  // Buffers are those of the requests that are just under way: they are compared before and after, when all is quiet.
  const half = looks.slice(Math.floor(looks.length / 2)).map(({ memory }) => memory.heapUsed);
  const growth = half.length > 2 ? growthOf(half) : 0;
  console.log(`heap in the second half: ${(growth * 100).toFixed(2)} % a minute`);
  console.log(
    `before and after: ${megabytes(heldBy(before))} and ${megabytes(heldBy(after))} MB held, ${socketsOf(before)} and ${socketsOf(after)} sockets`,
  );
  console.log(
    `resources before ${JSON.stringify(before.resources)}, after ${JSON.stringify(after.resources)}`,
  );
  if (growth > MOST_GROWTH) problems.push(`the heap grew by ${(growth * 100).toFixed(2)} % a minute`);
  if (socketsOf(after) > socketsOf(before))
    problems.push(`${socketsOf(after) - socketsOf(before)} sockets were left`);
  if (server.complaints()) problems.push(`it complained: ${server.complaints().slice(0, 2000)}`);
  await server.stop().catch((error: Error) => problems.push(error.message));
}

async function atRest(): Promise<void> {
  const server = await startServer(['--leap']);
  const rest = await measureRest(server, instances, 30);
  console.log(`\n${instances} instances at rest`);
  console.table([rest]);
  if (rest.cpuPercent > MOST_REST_PERCENT)
    problems.push(`${instances} instances at rest take ${rest.cpuPercent.toFixed(1)} % of a core`);
  if (server.complaints()) problems.push(`it complained: ${server.complaints().slice(0, 2000)}`);
  await server.stop().catch((error: Error) => problems.push(error.message));
}

function quiet(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000));
}

if (instances > 0) await atRest();
if (minutes > 0) await underLoad();
for (const problem of problems) console.error(`FAILED: ${problem}`);
if (problems.length > 0) process.exitCode = 1;
else console.log('passed');
