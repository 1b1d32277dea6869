import { isDefinitePath } from '../../../core/json-path';
import { isTimestamp } from '../json-path/choice';
import { isIntrinsic } from '../json-path/intrinsics';
import type { State } from '../language/definition';
import { isKnownResource, readResource } from '../language/resource';
import { checkCatchers, checkChoices, checkRetriers } from './check-rules';
import type { Say } from './diagnostic';

const COMMON = ['Type', 'Comment', 'InputPath', 'OutputPath', 'QueryLanguage'];
const NEXT = ['Next', 'End'];
const RESULT = ['Parameters', 'ResultPath', 'ResultSelector'];
const ERRORS = ['Retry', 'Catch'];

/** Members that a state of each type may have. https://states-language.net/spec.html#state-type-table */
export const MEMBERS: Readonly<Record<State['Type'], readonly string[]>> = {
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

/** The longest timeout and wait, in seconds. */
const MOST_SECONDS = 99_999_999;

/** Checks one state by itself: its members and their values. */
export function checkState(
  state: State,
  where: string,
  { say, isExpress }: { readonly say: Say; readonly isExpress: boolean },
): void {
  const members = MEMBERS[state.Type];
  for (const member of Object.keys(state))
    if (!members.includes(member)) say(`Field '${member}' is not supported`, where);
  if (members.includes('Next') && (state.Next === undefined) === (state.End !== true))
    say("These fields are required, and exactly one of them: ['End', 'Next']", where);
  for (const [member, value] of Object.entries(state)) {
    if (!/Path$/.test(member) || value === null) continue;
    if (member === 'ResultPath' ? !isReference(value) : !isExpression(value))
      say('Value is not a Reference Path', `${where}/${member}`);
  }
  for (const field of ['Parameters', 'ItemSelector', 'ResultSelector'] as const)
    checkTemplate(state[field], `${where}/${field}`, say);
  checkRetriers(state.Retry, `${where}/Retry`, say);
  checkCatchers(state.Catch, `${where}/Catch`, say);
  checkSeconds(state, where, say);
  checkType(state, where, say, isExpress);
}

function checkType(state: State, where: string, say: Say, isExpress: boolean): void {
  const missing = (field: string) => say(`These fields are required: [${field}]`, where);
  switch (state.Type) {
    case 'Task':
      if (typeof state.Resource !== 'string') missing('Resource');
      else checkResource(state, state.Resource, where, say, isExpress);
      return;
    case 'Choice':
      if (!Array.isArray(state.Choices) || state.Choices.length === 0) missing('Choices');
      else checkChoices(state.Choices, `${where}/Choices`, say);
      return;
    case 'Map':
      if (!state.ItemProcessor && !state.Iterator) missing('ItemProcessor');
      checkNumber(state.MaxConcurrency, `${where}/MaxConcurrency`, 0, say);
      return;
    case 'Parallel':
      if (!Array.isArray(state.Branches) || state.Branches.length === 0) missing('Branches');
      return;
    case 'Wait': {
      const given = [state.Seconds, state.SecondsPath, state.Timestamp, state.TimestampPath];
      if (given.filter((one) => one !== undefined).length !== 1)
        say(
          "Exactly one of these fields is required: ['Seconds', 'SecondsPath', 'Timestamp', 'TimestampPath']",
          where,
        );
      checkNumber(state.Seconds, `${where}/Seconds`, 0, say);
      if (state.Timestamp !== undefined && !isTimestamp(state.Timestamp))
        say('Value is not a valid ISO-8601 extended offset date-time', `${where}/Timestamp`);
      return;
    }
    case 'Fail':
      for (const field of ['Error', 'Cause'] as const)
        if (state[field] !== undefined && state[`${field}Path`] !== undefined)
          say(`Only one of these fields is allowed: ['${field}', '${field}Path']`, where);
  }
}

function checkSeconds(state: State, where: string, say: Say): void {
  for (const field of ['TimeoutSeconds', 'HeartbeatSeconds'] as const) {
    checkNumber(state[field], `${where}/${field}`, 1, say);
    if (state[field] !== undefined && state[`${field}Path`] !== undefined)
      say(`Only one of these fields is allowed: ['${field}', '${field}Path']`, where);
  }
  const { TimeoutSeconds: timeout, HeartbeatSeconds: heartbeat } = state;
  if (timeout !== undefined && heartbeat !== undefined && heartbeat >= timeout)
    say("'HeartbeatSeconds' must be smaller than 'TimeoutSeconds'", where);
}

function checkNumber(value: unknown, where: string, least: number, say: Say): void {
  if (value === undefined) return;
  const isGood = Number.isInteger(value) && Number(value) >= least && Number(value) <= MOST_SECONDS;
  if (!isGood) say(`Value must be an integer between ${least} and ${MOST_SECONDS}`, where);
}

function checkResource(state: State, arn: string, where: string, say: Say, isExpress: boolean): void {
  if (!isKnownResource(arn)) {
    say(
      `The resource provided ${arn} is not recognized. The value is not a valid resource ARN, or the resource is not available in this region.`,
      `${where}/Resource`,
    );
    return;
  }
  const { service, pattern } = readResource(arn);
  if (isExpress && pattern !== 'request')
    say(
      // The space is AWS's.
      pattern === 'token'
        ? "Express state machine does not support '.waitForTaskToken' service integration "
        : "Express state machine does not support '.sync' service integration",
      `${where}/Resource`,
    );
  const parameters = (state.Parameters ?? {}) as Readonly<Record<string, unknown>>;
  if (service === 'lambda' && !('FunctionName' in parameters) && !('FunctionName.$' in parameters))
    say('The field "FunctionName" is required but was missing', `${where}/Parameters`);
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

/** A path that names one place of the input. */
function isReference(value: unknown): boolean {
  return typeof value === 'string' && !value.startsWith('$$') && isDefinitePath(value);
}
