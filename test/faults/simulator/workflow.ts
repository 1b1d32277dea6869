import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { StartingCall } from 'embedded-aws';
import { parse } from 'yaml';
import { projectFolder } from '../../../cli/project';

interface State {
  readonly Type: string;
  readonly Parameters?: {
    readonly FunctionName: { readonly 'Fn::GetAtt': readonly [string, string] };
    readonly Payload: { readonly stage?: string };
  };
  readonly ItemProcessor?: { readonly States: Record<string, State> };
}

/** What begins the names of the functions of the service. */
export const PREFIX = 'kiln-prod-';

/** A state of the workflow that is a function. */
interface Task {
  readonly state: string;
  /** The name of its function, as it is deployed. */
  readonly functionName: string;
  readonly stage?: string;
}

function tasksOf(states: Record<string, State>): Task[] {
  return Object.entries(states).flatMap(([state, { Type, Parameters, ItemProcessor }]) => {
    if (Type !== 'Task' || !Parameters) return tasksOf(ItemProcessor?.States ?? {});
    const [logicalId] = Parameters.FunctionName['Fn::GetAtt'];
    const [first = '', ...rest] = logicalId.replace(/LambdaFunction$/, '');
    const functionName = `${PREFIX}${first.toLowerCase()}${rest.join('')}`;
    return [{ state, functionName, stage: Parameters.Payload.stage }];
  });
}

const MACHINE = join(projectFolder, 'statemachines', 'golden-image.asl.yml');
const TASKS = tasksOf(
  (parse(readFileSync(MACHINE, 'utf8'), { merge: true }) as { States: Record<string, State> }).States,
);

/** Where a build waits for a person or for its time: only where its pipeline says so. */
export const GATES = ['AwaitApproval', 'AwaitWindow'];
/** States that a build of the pipeline `web` comes to only when something is wrong, or not at all. */
const RARE = [
  ...['LookAtBase', 'LookAtTest', 'AwaitUserData', 'ScanImage', 'CheckScan', 'ScaleOut', 'AwaitCopy'],
  ...GATES,
];
/** Where a build comes to when it fails, and what works beside the workflow. */
export const ENDING = ['Recover', 'cleanUp'];
export const BESIDE = ['sweepWaits', 'resolveWait'];
/** The janitor, who comes when all is calm, or because somebody calls it. */
export const NIGHT = 'tidyUp';
/** What takes the request for the build: a call of a person, or an event. */
export const ASKING = ['postBuild', 'requestBuild'];
/** What takes other requests of people. */
export const SERVING = ['postRollback', 'revokeImage', 'pushPipeline', 'holdPipeline', 'actOnBuild'];

/** The states that each build of the pipeline `web` comes to, in their order. */
export const STATES = TASKS.map(({ state }) => state).filter(
  (state) => !RARE.includes(state) && state !== 'Recover',
);

/** The states from one on up to another, both included. */
export function statesBetween(first: string, last: string): string[] {
  const [from, to] = [STATES.indexOf(first), STATES.indexOf(last)];
  if (from < 0 || to < from) throw new Error(`there are no states from ${first} to ${last}`);
  return STATES.slice(from, to + 1);
}

/** The function that a state is, or that has this name. */
export function functionOf(state: string): string {
  return TASKS.find((task) => task.state === state)?.functionName ?? `${PREFIX}${state}`;
}

/** A function that is about to be run for a build. */
export interface Entry {
  /** The state, or the name of a function that is none. */
  readonly state: string;
  readonly build?: string;
}

/** What a call says of the workflow: that a build enters a state, or that another function begins. */
export function readEntry({ service, operation, input }: StartingCall): Entry | undefined {
  if (service !== 'lambda' || operation !== 'Invoke') return undefined;
  const name = String(input.FunctionName).split(':').pop() ?? '';
  if (!name.startsWith(PREFIX)) return undefined;
  const payload = readPayload(input.Payload);
  const task = TASKS.find(({ functionName, stage }) => functionName === name && stage === payload?.stage);
  return { state: task?.state ?? name.slice(PREFIX.length), build: payload?.build?.id };
}

function readPayload(payload: unknown): { stage?: string; build?: { id?: string } } | undefined {
  if (!(payload instanceof Uint8Array)) return undefined;
  try {
    return JSON.parse(Buffer.from(payload).toString());
  } catch {
    return undefined;
  }
}
