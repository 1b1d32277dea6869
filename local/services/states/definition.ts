import { AwsError } from '../../wire/aws-error';
import type { Definition, StateGraph } from './language';
import { findFaults } from './validate';

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
export function readDefinition(text: string): Definition {
  if (Buffer.byteLength(text) > DEFINITION_BYTES)
    throw invalid('DEFINITION_SIZE_LIMIT_EXCEEDED: the definition is larger than 1 MB');
  let definition: Definition;
  try {
    definition = JSON.parse(text);
  } catch (error) {
    throw invalid(`INVALID_JSON_DESCRIPTION: ${error instanceof Error ? error.message : error}`);
  }
  refuseLacking(definition, '');
  const faults = findFaults(definition);
  if (faults.length > 0) throw invalid(`SCHEMA_VALIDATION_FAILED: ${faults.join(', ')}`);
  return definition;
}

function refuseLacking(graph: Partial<StateGraph> | undefined, at: string): void {
  if (typeof graph !== 'object' || graph === null) return;
  const language = (graph as { QueryLanguage?: string }).QueryLanguage;
  if (language !== undefined && language !== 'JSONPath')
    throw lacking(`the query language ${language}`, `${at}/QueryLanguage`);
  const mode = (graph as { ProcessorConfig?: { Mode?: string } }).ProcessorConfig?.Mode;
  if (mode === 'DISTRIBUTED') throw lacking('distributed Map', `${at}/ProcessorConfig`);
  for (const [name, state] of Object.entries(graph.States ?? {})) {
    const path = `${at}/States/${name}`;
    for (const member of Object.keys(state ?? {})) {
      const what = LACKING[member];
      if (what && !(member === 'Output' && state.Type === 'Fail')) throw lacking(what, `${path}/${member}`);
    }
    if ((state as { QueryLanguage?: string } | null)?.QueryLanguage === 'JSONata')
      throw lacking('the query language JSONata', `${path}/QueryLanguage`);
    refuseLacking(state?.ItemProcessor ?? state?.Iterator, `${path}/ItemProcessor`);
    for (const [i, branch] of (state?.Branches ?? []).entries())
      refuseLacking(branch, `${path}/Branches[${i}]`);
  }
}

function lacking(what: string, at: string): AwsError {
  return invalid(`SCHEMA_VALIDATION_FAILED: the embedded AWS lacks ${what} at ${at}`);
}

function invalid(reason: string): AwsError {
  return new AwsError('InvalidDefinition', `Invalid State Machine Definition: '${reason}'`);
}
