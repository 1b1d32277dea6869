import type { Definition, QueryLanguage, State, StateGraph } from '../language/definition';
import { checkState } from './check-state';
import { type Check, type Diagnostic, type Say, SCHEMA } from './diagnostic';
import { MEMBERS } from './members';

const GRAPH = ['Comment', 'StartAt', 'States'];
const STATE_MACHINE = [...GRAPH, 'QueryLanguage', 'TimeoutSeconds', 'Version'];

/**
 * What is wrong with a definition, each with its place. Done by hand because asl-validator compiles its schemas at every
 * call, which takes a second of a laptop's time.
 */
export function checkDefinition(definition: Definition, isExpress: boolean): readonly Diagnostic[] {
  const found: Diagnostic[] = [];
  const say: Say = (message, location, code = SCHEMA) =>
    found.push({ code, message, location: location || '/' });
  checkQueryLanguage(definition.QueryLanguage, '/QueryLanguage', say);
  const queryLanguage = languageOf(definition.QueryLanguage, 'JSONPath');
  const names = new Set<string>();
  checkGraph(definition, '', STATE_MACHINE, { say, isExpress, queryLanguage, names });
  const { TimeoutSeconds: timeout } = definition;
  if (timeout !== undefined && !(Number.isInteger(timeout) && timeout > 0))
    say('Value must be a positive integer', '/TimeoutSeconds');
  return found;
}

interface GraphCheck extends Check {
  /** All states so far: a name may come once in a definition. */
  readonly names: Set<string>;
}

function checkGraph(graph: StateGraph, at: string, members: readonly string[], check: GraphCheck): void {
  const { say } = check;
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
    if (!checkNamedState(name, state, where, check)) continue;
    for (const [target, place] of targetsOf(state)) goTo(target, `${where}${place}`);
    checkInner(state, where, check);
  }
  // Without a beginning nothing is reachable, which was said.
  if (graph.StartAt === undefined) return;
  for (const name of Object.keys(states))
    if (!targets.has(name))
      say(`State "${name}" is not reachable.`, `${at}/States/${name}`, 'MISSING_TRANSITION_TARGET');
}

/** Checks a state by itself. Returns whether it is one at all. */
function checkNamedState(name: string, state: State, where: string, check: GraphCheck): boolean {
  const { say, names } = check;
  if (names.has(name)) say(`Duplicate state name: ${name}`, where, 'DUPLICATE_STATE_NAME');
  names.add(name);
  if (name.length > 80) say('A state name has at most 80 characters', where);
  if (!isObject(state) || (state as Partial<State>).Type === undefined) {
    say('These fields are required: [Type]', where);
    return false;
  }
  if (!Object.hasOwn(MEMBERS, state.Type)) {
    const types = 'Task, Wait, Pass, Succeed, Fail, Choice, Parallel, Map';
    say(`The field 'Type' should have one of these values: [${types}]`, `${where}/Type`);
    return false;
  }
  const own = languageOf(state.QueryLanguage, check.queryLanguage);
  checkQueryLanguage(state.QueryLanguage, `${where}/QueryLanguage`, say);
  const isDowngrade = check.queryLanguage === 'JSONata' && own === 'JSONPath';
  if (isDowngrade)
    say("'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine", where);
  checkState(state, where, { ...check, queryLanguage: own }, isDowngrade);
  return true;
}

/** The graphs within a state. */
function checkInner(state: State, where: string, check: GraphCheck): void {
  for (const member of ['ItemProcessor', 'Iterator'] as const) {
    const graph = state[member];
    if (isObject(graph)) checkGraph(graph, `${where}/${member}`, [...GRAPH, 'ProcessorConfig'], check);
  }
  if (!Array.isArray(state.Branches)) return;
  for (const [i, branch] of state.Branches.entries())
    if (isObject(branch)) checkGraph(branch, `${where}/Branches[${i}]`, GRAPH, check);
}

function checkQueryLanguage(value: unknown, where: string, say: Say): void {
  if (value === undefined || value === 'JSONPath' || value === 'JSONata') return;
  if (typeof value === 'string') say('Value should be one of the following: [JSONPath, JSONata]', where);
  else say('Expected value of type [STRING]', where);
}

/** Whatever is not JSONPath by name is taken for JSONata, as AWS takes it. */
function languageOf(value: unknown, inherited: QueryLanguage): QueryLanguage {
  if (value === undefined) return inherited;
  return value === 'JSONPath' ? 'JSONPath' : 'JSONata';
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
