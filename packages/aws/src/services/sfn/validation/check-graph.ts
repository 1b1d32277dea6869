import type { Definition, State, StateGraph } from '../language/definition';
import { checkState, MEMBERS } from './check-state';
import type { Fault, Say } from './diagnostic';

const GRAPH = ['Comment', 'QueryLanguage', 'StartAt', 'States'];
const MACHINE = [...GRAPH, 'TimeoutSeconds', 'Version'];

/**
 * What is wrong with a definition, each with its place. Done by hand because asl-validator compiles its schemas at every
 * call, which takes a second of a laptop's time.
 *
 * @param isExpress whether it is one of an Express workflow, which may not wait for others
 */
export function findFaults(definition: Definition, isExpress: boolean): readonly Fault[] {
  const faults: Fault[] = [];
  const say: Say = (message, location, code = 'SCHEMA_VALIDATION_FAILED') =>
    faults.push({ code, message, location: location || '/' });
  checkGraph(definition, '', MACHINE, { say, isExpress, names: new Set() });
  const { TimeoutSeconds: timeout } = definition;
  if (timeout !== undefined && !(Number.isInteger(timeout) && timeout > 0))
    say('Value must be a positive integer', '/TimeoutSeconds');
  return faults;
}

interface Check {
  readonly say: Say;
  readonly isExpress: boolean;
  /** All states so far: a name may come once in a definition. */
  readonly names: Set<string>;
}

function checkGraph(graph: StateGraph, at: string, members: readonly string[], check: Check): void {
  const { say, names } = check;
  const { States: states } = graph;
  const isMissing = (states as unknown) === undefined;
  const missing = [...(isMissing ? ['States'] : []), ...(graph.StartAt === undefined ? ['StartAt'] : [])];
  if (missing.length > 0) say(`These fields are required: [${missing.join(', ')}]`, at);
  for (const member of Object.keys(graph))
    if (!members.includes(member)) say(`Field '${member}' is not supported`, at);
  if (isMissing) return;
  if (typeof states !== 'object' || states === null || Object.keys(states).length === 0) {
    say('At least one state is required', `${at}/States`);
    return;
  }
  const targets = new Set<string>();
  const goTo = (target: unknown, where: string) => {
    if (target === undefined) return;
    targets.add(String(target));
    if (!Object.hasOwn(states, String(target)))
      say(`Missing 'Next' target: ${target}`, where, 'MISSING_TRANSITION_TARGET');
  };
  goTo(graph.StartAt, `${at}/StartAt`);
  for (const [name, state] of Object.entries(states)) {
    const where = `${at}/States/${name}`;
    if (names.has(name)) say(`Duplicate state name: ${name}`, where, 'DUPLICATE_STATE_NAME');
    names.add(name);
    if (name.length > 80) say('A state name has at most 80 characters', where);
    if (typeof state !== 'object' || state === null || !MEMBERS[state.Type]) {
      const isTyped = typeof state === 'object' && state !== null && state.Type !== undefined;
      if (isTyped) say(`Value is not one of: [${Object.keys(MEMBERS).join(', ')}]`, `${where}/Type`);
      else say('These fields are required: [Type]', where);
      continue;
    }
    checkState(state, where, check);
    for (const [target, place] of targetsOf(state)) goTo(target, `${where}${place}`);
    const processor = state.ItemProcessor ?? state.Iterator;
    if (isObject(processor))
      checkGraph(processor, `${where}/ItemProcessor`, [...GRAPH, 'ProcessorConfig'], check);
    if (Array.isArray(state.Branches))
      for (const [i, branch] of state.Branches.entries())
        if (isObject(branch)) checkGraph(branch, `${where}/Branches[${i}]`, GRAPH, check);
  }
  for (const name of Object.keys(states))
    if (!targets.has(name))
      say(`State "${name}" is not reachable.`, `${at}/States/${name}`, 'MISSING_TRANSITION_TARGET');
}

/** Where a state may lead, and the member that says so. */
function targetsOf(state: State): [target: unknown, place: string][] {
  const rules = (list: unknown, member: string) =>
    Array.isArray(list)
      ? list.map((rule, i): [unknown, string] => [rule?.Next, `/${member}[${i}]/Next`])
      : [];
  return [
    [state.Next, '/Next'],
    [state.Default, '/Default'],
    ...rules(state.Choices, 'Choices'),
    ...rules(state.Catch, 'Catch'),
  ];
}

function isObject(value: unknown): value is StateGraph {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
