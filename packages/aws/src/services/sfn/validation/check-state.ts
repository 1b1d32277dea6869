import { isDefinitePath } from 'aws-languages/json-path';
import { expressionOf } from '../jsonata/evaluate';
import type { State } from '../language/definition';
import { isKnownResource, readResource } from '../language/resource';
import { isTimestamp } from '../language/timestamp';
import { checkExpressions } from './check-expressions';
import { checkCatchers, checkChoices, checkRetriers } from './check-rules';
import { checkAssign, checkTemplate, isPathOrIntrinsic } from './check-template';
import { type Check, type Say, sayOtherLanguage } from './diagnostic';
import { LANGUAGE_OF, MEMBERS } from './members';

/** The longest timeout and wait, in seconds. */
const MOST_SECONDS = 99_999_999;

/**
 * Checks one state by itself: its members and their values.
 *
 * @param check with the query language of the state
 * @param isDowngrade whether the state has another query language than it may have: then nobody minds members of the other
 */
export function checkState(state: State, where: string, check: Check, isDowngrade: boolean): void {
  const { say, queryLanguage } = check;
  const members = MEMBERS[state.Type];
  for (const member of Object.keys(state)) {
    const only = LANGUAGE_OF[member] ?? queryLanguage;
    if (!members.includes(member)) say(`Field '${member}' is not supported`, where);
    else if (only !== queryLanguage && !isDowngrade) sayOtherLanguage(say, queryLanguage, member, where);
  }
  if (members.includes('Next') && (state.Next === undefined) === (state.End !== true))
    say("These fields are required, and exactly one of them: ['End', 'Next']", where);
  checkRetriers(state.Retry, `${where}/Retry`, say);
  checkCatchers(state.Catch, `${where}/Catch`, check);
  checkAssign(state.Assign, `${where}/Assign`, check);
  if (queryLanguage === 'JSONata') checkExpressions(state, where, say);
  else checkPaths(state, where, say);
  checkSeconds(state, where, say, queryLanguage === 'JSONata');
  checkType(state, where, check);
}

function checkPaths(state: State, where: string, say: Say): void {
  for (const [member, value] of Object.entries(state)) {
    if (!member.endsWith('Path') || value === null) continue;
    if (member === 'ResultPath' ? !isReference(value) : !isPathOrIntrinsic(value))
      say('Value is not a Reference Path', `${where}/${member}`);
  }
  for (const field of ['Parameters', 'ItemSelector', 'ResultSelector'] as const)
    checkTemplate(state[field], `${where}/${field}`, say);
}

function checkType(state: State, where: string, check: Check): void {
  const { say } = check;
  const missing = (field: string) => say(`These fields are required: [${field}]`, where);
  switch (state.Type) {
    case 'Task':
      if (typeof state.Resource !== 'string') missing('Resource');
      else checkResource(state, state.Resource, where, check);
      return;
    case 'Choice':
      if (!Array.isArray(state.Choices) || state.Choices.length === 0) missing('Choices');
      else checkChoices(state.Choices, `${where}/Choices`, check);
      return;
    case 'Map':
      if (!state.ItemProcessor && !state.Iterator) missing('ItemProcessor');
      checkNumber(state.MaxConcurrency, `${where}/MaxConcurrency`, 0, check);
      return;
    case 'Parallel':
      if (!Array.isArray(state.Branches) || state.Branches.length === 0) missing('Branches');
      return;
    case 'Wait':
      checkWait(state, where, check);
      return;
    case 'Fail':
      for (const field of ['Error', 'Cause'] as const)
        if (state[field] !== undefined && state[`${field}Path`] !== undefined)
          say(`Only one of these fields is allowed: ['${field}', '${field}Path']`, where);
  }
}

function checkWait(state: State, where: string, check: Check): void {
  const { say, queryLanguage } = check;
  const fields =
    queryLanguage === 'JSONata'
      ? (['Seconds', 'Timestamp'] as const)
      : (['Seconds', 'SecondsPath', 'Timestamp', 'TimestampPath'] as const);
  if (fields.filter((field) => state[field] !== undefined).length !== 1)
    say(`Exactly one of these fields is required: ['${fields.join("', '")}']`, where);
  checkNumber(state.Seconds, `${where}/Seconds`, 0, check);
  const isGood = isTimestamp(state.Timestamp) || isExpression(state.Timestamp, check);
  if (state.Timestamp !== undefined && !isGood)
    say('String does not match RFC3339 timestamp', `${where}/Timestamp`);
}

function checkSeconds(state: State, where: string, say: Say, isJsonata: boolean): void {
  const check: Pick<Check, 'say' | 'queryLanguage'> = {
    say,
    queryLanguage: isJsonata ? 'JSONata' : 'JSONPath',
  };
  for (const field of ['TimeoutSeconds', 'HeartbeatSeconds'] as const) {
    checkNumber(state[field], `${where}/${field}`, 1, check);
    if (state[field] !== undefined && state[`${field}Path`] !== undefined)
      say(`Only one of these fields is allowed: ['${field}', '${field}Path']`, where);
  }
  const { TimeoutSeconds: timeout, HeartbeatSeconds: heartbeat } = state;
  if (typeof timeout === 'number' && typeof heartbeat === 'number' && heartbeat >= timeout)
    say("'HeartbeatSeconds' must be smaller than 'TimeoutSeconds'", where);
}

function checkNumber(
  value: unknown,
  where: string,
  least: number,
  check: Pick<Check, 'say' | 'queryLanguage'>,
): void {
  if (value === undefined || isExpression(value, check)) return;
  const isGood = Number.isInteger(value) && Number(value) >= least && Number(value) <= MOST_SECONDS;
  if (!isGood) check.say(`Value must be an integer between ${least} and ${MOST_SECONDS}`, where);
}

function isExpression(value: unknown, { queryLanguage }: Pick<Check, 'queryLanguage'>): boolean {
  return queryLanguage === 'JSONata' && expressionOf(value) !== undefined;
}

function checkResource(
  state: State,
  arn: string,
  where: string,
  { say, isExpress, queryLanguage }: Check,
): void {
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
  const field = queryLanguage === 'JSONata' ? 'Arguments' : 'Parameters';
  const parameters = state[field] ?? {};
  if (service !== 'lambda' || typeof parameters === 'string') return;
  if (!Object.keys(parameters as object).some((key) => key === 'FunctionName' || key === 'FunctionName.$'))
    say('The field "FunctionName" is required but was missing', `${where}/${field}`);
}

/** A path that names one place of the input. */
function isReference(value: unknown): boolean {
  return typeof value === 'string' && !value.startsWith('$$') && isDefinitePath(value);
}
