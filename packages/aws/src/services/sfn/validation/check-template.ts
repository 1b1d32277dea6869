import { isIntrinsic } from '../json-path/intrinsics';
import type { Check, Say } from './diagnostic';

/** A path of the input, of the context or of a variable, or the call of an intrinsic function. */
export function isPathOrIntrinsic(value: unknown): value is string {
  return typeof value === 'string' && (value.startsWith('$') || isIntrinsic(value));
}

/** A payload template of JSONPath: what its `name.$` members say. */
export function checkTemplate(template: unknown, where: string, say: Say): void {
  if (typeof template !== 'object' || template === null) return;
  for (const [key, value] of Object.entries(template)) {
    if (!key.endsWith('.$')) checkTemplate(value, `${where}/${key}`, say);
    else if (!isPathOrIntrinsic(value))
      say(
        `The value for the field '${key}' must be a valid JSONPath or a valid intrinsic function call`,
        `${where}/${key}`,
      );
  }
}

/** https://docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html#variable-naming */
const VARIABLE = /^\p{ID_Start}\p{ID_Continue}{0,79}$/u;

/** Assign of a state or of one of its rules: the names of variables and their values. */
export function checkAssign(assign: unknown, where: string, { say, queryLanguage }: Check): void {
  if (assign === undefined) return;
  if (typeof assign !== 'object' || assign === null || Array.isArray(assign)) {
    say('Value must be an object', where);
    return;
  }
  for (const key of Object.keys(assign)) {
    const name = queryLanguage === 'JSONPath' ? key.replace(/\.\$$/, '') : key;
    if (!VARIABLE.test(name)) say(`'${name}' is not a valid variable name`, `${where}/${key}`);
    else if (name === 'states') say(`'${name}' is a reserved variable name`, `${where}/${key}`);
  }
  if (queryLanguage === 'JSONPath') checkTemplate(assign, where, say);
}
