import type { StateMachineType } from '@aws-sdk/client-sfn';
import { AwsError } from '../../../core/aws-error';
import type { Definition, StateGraph } from '../language/definition';
import { findFaults } from './check-graph';
import { type Fault, fault } from './diagnostic';

/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_CreateStateMachine.html */
const DEFINITION_BYTES = 1_048_576;

/** Members of the language that the embedded AWS lacks, and what to say of them. */
const LACKING: Readonly<Record<string, string>> = {
  Assign: 'variables (Assign)',
  Arguments: 'JSONata (Arguments)',
  Output: 'JSONata (Output)',
  ItemReader: 'distributed Map (ItemReader)',
  ItemBatcher: 'distributed Map (ItemBatcher)',
  ResultWriter: 'distributed Map (ResultWriter)',
  ToleratedFailureCount: 'distributed Map (ToleratedFailureCount)',
  ToleratedFailurePercentage: 'distributed Map (ToleratedFailurePercentage)',
};

/**
 * Reads and checks a definition.
 * @throws AwsError InvalidDefinition, as Step Functions says it; also for JSONata, variables and distributed Map, which the
 *   embedded AWS lacks
 */
export function readDefinition(text: string, type?: StateMachineType): Definition {
  const faults = diagnose(text, type);
  if (faults.length === 0) return JSON.parse(text);
  const reasons = faults.map(
    ({ code, message, location }) => `${code}: ${message}${location ? ` at ${location}` : ''}`,
  );
  throw new AwsError('InvalidDefinition', `Invalid State Machine Definition: '${reasons.join(', ')}'`);
}

/** All that is wrong with a definition; nothing when it is good. */
export function diagnose(text: string, type?: StateMachineType): readonly Fault[] {
  if (Buffer.byteLength(text) > DEFINITION_BYTES)
    return [{ code: 'DEFINITION_SIZE_LIMIT_EXCEEDED', message: 'The definition is larger than 1 MB' }];
  const notAnObject = [fault('Definition must be a valid JSON object')];
  if (text.trim() === '') return notAnObject;
  let definition: unknown;
  try {
    definition = JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return [{ code: 'INVALID_JSON_DESCRIPTION', message: error.message }];
  }
  if (typeof definition !== 'object' || definition === null || Array.isArray(definition)) return notAnObject;
  const lacking = findLacking(definition as StateGraph, '');
  return lacking.length > 0 ? lacking : findFaults(definition as Definition, type === 'EXPRESS');
}

function findLacking(graph: Partial<StateGraph> | undefined, at: string): Fault[] {
  if (typeof graph !== 'object' || graph === null) return [];
  const faults: Fault[] = [];
  const lack = (what: string, where: string) =>
    faults.push(fault(`the embedded AWS lacks ${what}`, `${at}${where}`));
  const language = (graph as { QueryLanguage?: string }).QueryLanguage;
  if (language !== undefined && language !== 'JSONPath')
    lack(`the query language ${language}`, '/QueryLanguage');
  const mode = (graph as { ProcessorConfig?: { Mode?: string } }).ProcessorConfig?.Mode;
  if (mode === 'DISTRIBUTED') lack('distributed Map', '/ProcessorConfig');
  for (const [name, state] of Object.entries(graph.States ?? {})) {
    if (typeof state !== 'object' || state === null) continue;
    const path = `/States/${name}`;
    for (const member of Object.keys(state)) {
      const what = LACKING[member];
      if (what && !(member === 'Output' && state.Type === 'Fail')) lack(what, `${path}/${member}`);
    }
    if ((state as { QueryLanguage?: string }).QueryLanguage === 'JSONata')
      lack('the query language JSONata', `${path}/QueryLanguage`);
    faults.push(...findLacking(state.ItemProcessor ?? state.Iterator, `${at}${path}/ItemProcessor`));
    if (Array.isArray(state.Branches))
      for (const [i, branch] of state.Branches.entries())
        faults.push(...findLacking(branch, `${at}${path}/Branches[${i}]`));
  }
  return faults;
}
