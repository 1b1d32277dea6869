import { isOperator, takesValue } from '../json-path/choice';
import { isIntrinsic } from '../json-path/intrinsics';
import { expressionOf } from '../jsonata/evaluate';
import { checkAssign } from './check-template';
import { type Check, type Say, sayOtherLanguage } from './diagnostic';
import { LANGUAGE_OF } from './members';

type Rule = Readonly<Record<string, unknown>>;

const RETRIER = ['BackoffRate', 'Comment', 'ErrorEquals', 'IntervalSeconds', 'JitterStrategy', 'MaxAttempts'];
const CATCHER = ['Assign', 'Comment', 'ErrorEquals', 'Next', 'Output', 'ResultPath'];
/** What a rule of a Choice may say beside what it is about. */
const BESIDE = ['Comment', 'Next', 'Assign'];
/** https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html: a bit more than a year */
const LONGEST_DELAY = 31_622_400;

/** Retry of a state. */
export function checkRetriers(retriers: unknown, where: string, say: Say): void {
  for (const [rule, place] of rulesOf(retriers, where, say)) {
    checkMembers(rule, [...RETRIER, 'MaxDelaySeconds'], place, say);
    const interval = rule.IntervalSeconds ?? 1;
    const check = (field: string, isGood: (value: number) => boolean, what: string) => {
      const value = rule[field];
      if (value !== undefined && !(typeof value === 'number' && isGood(value)))
        say(`Value must be ${what}`, `${place}/${field}`);
    };
    check('IntervalSeconds', (value) => Number.isInteger(value) && value > 0, 'a positive integer');
    check(
      'MaxAttempts',
      (value) => Number.isInteger(value) && value >= 0 && value <= 99_999_999,
      'an integer between 0 and 99999999',
    );
    check('BackoffRate', (value) => value >= 1, 'greater than or equal to 1.0');
    check(
      'MaxDelaySeconds',
      (value) => Number.isInteger(value) && value > Number(interval) && value < LONGEST_DELAY,
      `an integer greater than IntervalSeconds and less than ${LONGEST_DELAY}`,
    );
    if (rule.JitterStrategy !== undefined && !['FULL', 'NONE'].includes(String(rule.JitterStrategy)))
      say('Value is not one of: [FULL, NONE]', `${place}/JitterStrategy`);
  }
}

/** Catch of a state. */
export function checkCatchers(catchers: unknown, where: string, check: Check): void {
  const { say, queryLanguage } = check;
  for (const [rule, place] of rulesOf(catchers, where, say)) {
    checkMembers(rule, CATCHER, place, say);
    for (const member of ['Output', 'ResultPath'] as const)
      if (rule[member] !== undefined && LANGUAGE_OF[member] !== queryLanguage)
        sayOtherLanguage(say, queryLanguage, member, place);
    if (typeof rule.Next !== 'string') say('These fields are required: [Next]', place);
    checkAssign(rule.Assign, `${place}/Assign`, check);
  }
}

/** The rules of a list, each with its ErrorEquals checked: States.ALL stands alone and last. */
function rulesOf(list: unknown, where: string, say: Say): [Rule, string][] {
  if (list === undefined) return [];
  if (!Array.isArray(list)) {
    say('Value must be an array', where);
    return [];
  }
  return list.flatMap((rule: unknown, i): [Rule, string][] => {
    const place = `${where}[${i}]`;
    const names = isRule(rule) ? rule.ErrorEquals : undefined;
    if (!isRule(rule) || !Array.isArray(names) || names.length === 0) {
      say('These fields are required: [ErrorEquals]', place);
      return isRule(rule) ? [[rule, place]] : [];
    }
    if (names.includes('States.ALL') && (names.length > 1 || i < list.length - 1))
      say("'States.ALL' must appear alone, and in the last rule only", `${place}/ErrorEquals`);
    return [[rule, place]];
  });
}

function checkMembers(rule: Rule, members: readonly string[], place: string, say: Say): void {
  for (const member of Object.keys(rule))
    if (!members.includes(member)) say(`Field '${member}' is not supported`, place);
}

/** Choices of a state. */
export function checkChoices(choices: readonly unknown[], where: string, check: Check): void {
  const { say, queryLanguage } = check;
  for (const [i, rule] of choices.entries()) {
    const place = `${where}[${i}]`;
    if (!isRule(rule)) {
      say('Value must be an object', place);
      continue;
    }
    if (typeof rule.Next !== 'string') say('These fields are required: [Next]', place);
    checkAssign(rule.Assign, `${place}/Assign`, check);
    const others = Object.keys(rule).filter(
      (member) => (LANGUAGE_OF[member] ?? queryLanguage) !== queryLanguage,
    );
    for (const member of others) sayOtherLanguage(say, queryLanguage, member, place);
    if (others.length > 0) continue;
    if (queryLanguage === 'JSONata') checkCondition(rule, place, say);
    else {
      const problem = problemOf(rule, place, BESIDE);
      if (problem) say(...problem);
    }
  }
}

/** A rule of JSONata: a condition, true or false or an expression of that. */
function checkCondition(rule: Rule, place: string, say: Say): void {
  checkMembers(rule, [...BESIDE, 'Condition', 'Output'], place, say);
  const { Condition: condition } = rule;
  if (condition === undefined) say('These fields are required: [Condition]', place);
  else if (typeof condition !== 'boolean' && expressionOf(condition) === undefined)
    say('Value is of the wrong type', `${place}/Condition`);
}

/** What is wrong with one rule: And, Or, Not, or a Variable and what it is compared with. Only the outermost leads on. */
function problemOf(
  rule: unknown,
  place: string,
  beside: readonly string[] = ['Comment'],
): Parameters<Say> | undefined {
  if (!isRule(rule)) return ['Value must be an object', place];
  const members = Object.keys(rule).filter((member) => member !== 'Variable' && !beside.includes(member));
  const [operator = '', ...more] = members;
  if (operator === '' || more.length > 0) return ['Exactly one comparison operator is required', place];
  const operand = rule[operator];
  if (operator === 'Not') return problemOf(operand, `${place}/Not`);
  if (operator === 'And' || operator === 'Or') {
    if (!Array.isArray(operand) || operand.length === 0)
      return ['Value must be a non-empty array', `${place}/${operator}`];
    return operand.map((part, i) => problemOf(part, `${place}/${operator}[${i}]`)).find(Boolean);
  }
  if (!isOperator(operator)) return [`Field '${operator}' is not supported`, place];
  const { Variable: variable } = rule;
  if (typeof variable !== 'string') return ['These fields are required: [Variable]', place];
  if (!variable.startsWith('$') && !isIntrinsic(variable))
    return ['Value is not a Reference Path', `${place}/Variable`];
  return takesValue(operator, operand) ? undefined : ['Value is of the wrong type', `${place}/${operator}`];
}

function isRule(value: unknown): value is Rule {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
