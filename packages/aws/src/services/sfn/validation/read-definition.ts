import type { StateMachineType } from '@aws-sdk/client-sfn';
import { explainJsonFault } from '../../../wire/json-fault';
import { invalidDefinition } from '../errors';
import type { Definition, StateGraph } from '../language/definition';
import { checkDefinition } from './check-graph';
import { type Diagnostic, SCHEMA } from './diagnostic';

/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_CreateStateMachine.html */
const DEFINITION_BYTES = 1_048_576;

/** Members of the language that the embedded AWS lacks: those of a distributed Map. */
const LACKING = [
  'ItemReader',
  'ItemBatcher',
  'ResultWriter',
  'ToleratedFailureCount',
  'ToleratedFailureCountPath',
  'ToleratedFailurePercentage',
  'ToleratedFailurePercentagePath',
];

/**
 * Reads and checks a definition.
 * @throws AwsError InvalidDefinition, as Step Functions says it; also for distributed Map, which the embedded AWS lacks
 */
export function readDefinition(text: string, type?: StateMachineType): Definition {
  const found = diagnose(text, type);
  if (found.length === 0) return JSON.parse(text);
  throw invalidDefinition(
    found.map(({ code, message, location = '' }) => {
      const isSaid = location === '' || message.endsWith(location);
      return `${code}: ${message}${isSaid ? '' : ` at ${location}`}`;
    }),
  );
}

/** All that is wrong with a definition; nothing when it is good. */
export function diagnose(text: string, type?: StateMachineType): readonly Diagnostic[] {
  if (Buffer.byteLength(text) > DEFINITION_BYTES)
    return [{ code: 'DEFINITION_SIZE_LIMIT_EXCEEDED', message: 'The definition is larger than 1 MB' }];
  const notAnObject = [{ code: SCHEMA, message: 'Definition must be a valid JSON object' }];
  if (text.trim() === '') return notAnObject;
  let definition: unknown;
  try {
    definition = JSON.parse(text);
  } catch {
    const { message, location } = explainJsonFault(text);
    return [{ code: 'INVALID_JSON_DESCRIPTION', message: `${message}\n at ${location}`, location }];
  }
  if (typeof definition !== 'object' || definition === null || Array.isArray(definition)) return notAnObject;
  const lacking = [...findLacking(definition as StateGraph, '')];
  return lacking.length > 0 ? lacking : checkDefinition(definition as Definition, type === 'EXPRESS');
}

function* findLacking(graph: Partial<StateGraph> | undefined, at: string): Generator<Diagnostic> {
  if (typeof graph !== 'object' || graph === null) return;
  const lack = (where: string, what = '') => ({
    code: SCHEMA,
    message: `the embedded AWS lacks distributed Map${what}`,
    location: `${at}${where}`,
  });
  const { ProcessorConfig: config } = graph as { ProcessorConfig?: { Mode?: string } };
  if (config?.Mode === 'DISTRIBUTED') yield lack('/ProcessorConfig');
  for (const [name, state] of Object.entries(graph.States ?? {})) {
    if (typeof state !== 'object' || state === null) continue;
    const path = `/States/${name}`;
    for (const member of Object.keys(state))
      if (LACKING.includes(member)) yield lack(`${path}/${member}`, ` (${member})`);
    yield* findLacking(state.ItemProcessor ?? state.Iterator, `${at}${path}/ItemProcessor`);
    if (Array.isArray(state.Branches))
      for (const [i, branch] of state.Branches.entries())
        yield* findLacking(branch, `${at}${path}/Branches[${i}]`);
  }
}
