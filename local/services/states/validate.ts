import { isIntrinsic } from './intrinsics';
import type { State, StateGraph } from './language';
import { readResource } from './resource';
import { StatesError } from './states-error';

const COMMON = ['Type', 'Comment', 'InputPath', 'OutputPath', 'QueryLanguage'];
const NEXT = ['Next', 'End'];
const RESULT = ['Parameters', 'ResultPath', 'ResultSelector'];
const ERRORS = ['Retry', 'Catch'];

/** Members that a state of each type may have. https://states-language.net/spec.html#state-type-table */
const MEMBERS: Readonly<Record<State['Type'], readonly string[]>> = {
  Task: [
    ...[...COMMON, ...NEXT, ...RESULT, ...ERRORS, 'Resource', 'Credentials'],
    ...['TimeoutSeconds', 'TimeoutSecondsPath', 'HeartbeatSeconds', 'HeartbeatSecondsPath'],
  ],
  Parallel: [...COMMON, ...NEXT, ...RESULT, ...ERRORS, 'Branches'],
  Map: [
    ...[...COMMON, ...NEXT, ...RESULT, ...ERRORS, 'ItemProcessor', 'Iterator', 'ItemsPath', 'ItemSelector'],
    ...['MaxConcurrency', 'MaxConcurrencyPath', 'Label'],
  ],
  Pass: [...COMMON, ...NEXT, 'Parameters', 'ResultPath', 'Result'],
  Wait: [...COMMON, ...NEXT, 'Seconds', 'SecondsPath', 'Timestamp', 'TimestampPath'],
  Choice: [...COMMON, 'Choices', 'Default'],
  Succeed: COMMON,
  Fail: ['Type', 'Comment', 'Error', 'ErrorPath', 'Cause', 'CausePath', 'QueryLanguage'],
};

/**
 * What is wrong with the structure of a graph, each with its place. Done by hand because the validator of the states-language
 * package compiles its schemas at every call, which takes a second of a laptop's time.
 */
export function findFaults(graph: StateGraph, at = '', names = new Set<string>()): string[] {
  const faults: string[] = [];
  const say = (message: string, where: string) => faults.push(`${message} at ${where || '/'}`);
  if (typeof graph.StartAt !== 'string') say("The field 'StartAt' is required but was missing", at);
  if (typeof graph.States !== 'object' || graph.States === null || Object.keys(graph.States).length === 0) {
    say("The field 'States' is required and needs at least one state", at);
    return faults;
  }
  const { States: states } = graph;
  const targets = new Set([graph.StartAt]);
  const goTo = (target: string | undefined, where: string) => {
    if (target === undefined) return;
    targets.add(target);
    if (!Object.hasOwn(states, target))
      say(`MISSING_TRANSITION_TARGET: Missing 'Next' target: ${target}`, where);
  };
  goTo(graph.StartAt, `${at}/StartAt`);
  for (const [name, state] of Object.entries(states)) {
    const where = `${at}/States/${name}`;
    if (names.has(name)) say(`DUPLICATE_STATE_NAME: '${name}'`, where);
    names.add(name);
    if (name.length > 80) say('A state name has at most 80 characters', where);
    const members = MEMBERS[state?.Type];
    if (!members) {
      say(`Value is not one of: [${Object.keys(MEMBERS).join(', ')}]`, `${where}/Type`);
      continue;
    }
    for (const member of Object.keys(state))
      if (!members.includes(member)) say(`Field '${member}' is not supported`, where);
    checkState(state, where, say);
    goTo(state.Next, `${where}/Next`);
    goTo(state.Default, `${where}/Default`);
    for (const [i, rule] of (state.Choices ?? []).entries())
      goTo((rule as { Next?: string })?.Next, `${where}/Choices[${i}]/Next`);
    for (const [i, catcher] of (state.Catch ?? []).entries()) goTo(catcher.Next, `${where}/Catch[${i}]/Next`);
    const processor = state.ItemProcessor ?? state.Iterator;
    if (processor) faults.push(...findFaults(processor, `${where}/ItemProcessor`, names));
    for (const [i, branch] of (state.Branches ?? []).entries())
      faults.push(...findFaults(branch, `${where}/Branches[${i}]`, names));
  }
  for (const name of Object.keys(states))
    if (!targets.has(name))
      say(`MISSING_TRANSITION_TARGET: State "${name}" is not reachable.`, `${at}/States/${name}`);
  return faults;
}

type Say = (message: string, where: string) => void;

function checkState(state: State, where: string, say: Say): void {
  const canGoOn = MEMBERS[state.Type].includes('Next');
  if (canGoOn && (state.Next === undefined) === (state.End !== true))
    say("These fields are required, and exactly one of them: ['End', 'Next']", where);
  for (const [member, value] of Object.entries(state)) {
    if (!/Path$/.test(member) || value === null) continue;
    if (!isExpression(value)) say('Value is not a Reference Path or JSONPath', `${where}/${member}`);
  }
  for (const field of ['Parameters', 'ItemSelector', 'ResultSelector'] as const)
    checkTemplate(state[field], `${where}/${field}`, say);
  for (const [i, rule] of [...(state.Retry ?? []), ...(state.Catch ?? [])].entries())
    if (!Array.isArray(rule.ErrorEquals) || rule.ErrorEquals.length === 0)
      say("The field 'ErrorEquals' is required and must not be empty", `${where}/Retry or Catch[${i}]`);
  checkType(state, where, say);
}

function checkType(state: State, where: string, say: Say): void {
  switch (state.Type) {
    case 'Task':
      if (typeof state.Resource !== 'string') say("The field 'Resource' is required but was missing", where);
      else checkResource(state.Resource, where, say);
      return;
    case 'Choice':
      if (!state.Choices?.length) say("The field 'Choices' is required and must not be empty", where);
      for (const [i, rule] of (state.Choices ?? []).entries())
        if (typeof (rule as { Next?: string })?.Next !== 'string')
          say("The field 'Next' is required but was missing", `${where}/Choices[${i}]`);
      return;
    case 'Map':
      if (!state.ItemProcessor && !state.Iterator)
        say("The field 'ItemProcessor' is required but was missing", where);
      return;
    case 'Parallel':
      if (!state.Branches?.length) say("The field 'Branches' is required and must not be empty", where);
      return;
    case 'Wait': {
      const given = [state.Seconds, state.SecondsPath, state.Timestamp, state.TimestampPath];
      if (given.filter((one) => one !== undefined).length !== 1)
        say(
          "Exactly one of these fields is required: ['Seconds', 'SecondsPath', 'Timestamp', 'TimestampPath']",
          where,
        );
    }
  }
}

function checkResource(resource: string, where: string, say: Say): void {
  try {
    readResource(resource);
  } catch (error) {
    if (!(error instanceof StatesError)) throw error;
    say(`The resource provided ${resource} is not recognized`, `${where}/Resource`);
  }
}

function checkTemplate(template: unknown, where: string, say: Say): void {
  if (typeof template !== 'object' || template === null) return;
  for (const [key, value] of Object.entries(template)) {
    if (!key.endsWith('.$')) checkTemplate(value, `${where}/${key}`, say);
    else if (!isExpression(value))
      say(
        `The value for the field '${key}' must be a valid JSONPath or a valid intrinsic function call`,
        `${where}/${key}`,
      );
  }
}

/** A path of the input or the context, or the call of an intrinsic function. */
function isExpression(value: unknown): boolean {
  return typeof value === 'string' && (value.startsWith('$') || isIntrinsic(value));
}
