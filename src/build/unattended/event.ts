import { readPath } from 'aws-languages/json-path';
import { InvalidParameter } from '../../errors';
import { show } from '../../pipeline/definition/expected';

/**
 * Takes the values of parameters from the fields of an event. EventBridge's own input transformer leaves a field that is not there
 * out of its output in silence (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html), so the rule
 * hands on the whole event, and the fields are read here.
 *
 * @param paths the JSON path of each parameter's field
 * @throws InvalidParameter if the event has no such field, or one that is no text, number, true or false; names all of them
 */
export function readFields(event: unknown, paths: Record<string, string>): Record<string, string> {
  const problems: string[] = [];
  const values = Object.entries(paths).map(([name, path]) => {
    const value = readPath(event, path);
    const problem = findProblem(value);
    if (problem) problems.push(`parameter ${name}: the event has ${problem} at ${path}`);
    return [name, String(value)] as const;
  });
  if (problems.length > 0) throw new InvalidParameter(problems.join('; '));
  return Object.fromEntries(values);
}

function findProblem(value: unknown): string | undefined {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return undefined;
    case 'number':
      // JSON.parse has rounded it already.
      return Number.isInteger(value) && !Number.isSafeInteger(value)
        ? `a number that is too long (${value}), expected it as a text,`
        : undefined;
    case 'undefined':
      return 'nothing';
    default:
      return `${show(value)}, expected a text, a number, true or false,`;
  }
}
