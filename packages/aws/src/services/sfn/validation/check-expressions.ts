import { expressionOf } from '../jsonata/evaluate';
import { findExpressionProblems, type StatesMember } from '../jsonata/references';
import type { State } from '../language/definition';
import type { Say } from './diagnostic';

/** The members of a state whose strings may be expressions, before it has done anything. */
const BEFORE = [
  ...['Arguments', 'Items', 'ItemSelector', 'Credentials', 'Error', 'Cause', 'Timestamp'],
  ...['TimeoutSeconds', 'HeartbeatSeconds', 'Seconds', 'MaxConcurrency'],
] as const;
/** And after it. */
const AFTER = ['Assign', 'Output'] as const;

/**
 * The expressions of a JSONata state: whether they are some, and read only what there is where they stand.
 * https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html
 */
export function checkExpressions(state: State, where: string, say: Say): void {
  const hasResult = ['Task', 'Parallel', 'Map'].includes(state.Type);
  const members = state as unknown as Readonly<Record<string, unknown>>;
  for (const member of BEFORE) checkValue(members[member], `${where}/${member}`, [], say);
  for (const member of AFTER)
    checkValue(members[member], `${where}/${member}`, hasResult ? ['result'] : [], say);
  checkRules(state.Choices, `${where}/Choices`, ['Condition', ...AFTER], [], say);
  checkRules(state.Catch, `${where}/Catch`, AFTER, ['errorOutput'], say);
}

function checkRules(
  rules: unknown,
  where: string,
  members: readonly string[],
  available: readonly StatesMember[],
  say: Say,
): void {
  if (!Array.isArray(rules)) return;
  for (const [i, rule] of rules.entries())
    for (const member of members) checkValue(rule?.[member], `${where}[${i}]/${member}`, available, say);
}

function checkValue(value: unknown, where: string, available: readonly StatesMember[], say: Say): void {
  if (typeof value === 'string') checkText(value, where, available, say);
  else if (Array.isArray(value))
    for (const [i, item] of value.entries()) checkValue(item, `${where}[${i}]`, available, say);
  else if (typeof value === 'object' && value !== null)
    for (const [key, member] of Object.entries(value)) checkValue(member, `${where}/${key}`, available, say);
}

function checkText(text: string, where: string, available: readonly StatesMember[], say: Say): void {
  const expression = expressionOf(text);
  if (expression !== undefined)
    for (const { code, message } of findExpressionProblems(expression, available)) say(message, where, code);
  else if (text.startsWith('{%') || text.endsWith('%}'))
    say("A JSONata expression must start with '{%' and end with '%}'", where, 'INVALID_JSONATA_EXPRESSION');
}
