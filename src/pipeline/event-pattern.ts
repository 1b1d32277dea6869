/** What an EventBridge rule takes: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html */
const LONGEST = 2048;

/**
 * Checks the shape of an event pattern: fields hold lists of what matches, or further fields.
 * See https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern.html
 *
 * @returns what is wrong with it, or undefined if nothing is
 */
export function findPatternProblem(pattern: Record<string, unknown>): string | undefined {
  const length = JSON.stringify(pattern).length;
  if (length > LONGEST) return `expected at most ${LONGEST} characters, got ${length}`;
  return findFieldProblem(pattern, '');
}

function findFieldProblem(fields: Record<string, unknown>, at: string): string | undefined {
  const entries = Object.entries(fields);
  if (entries.length === 0) return `expected at least one field${at && ` in ${at}`}`;
  for (const [key, value] of entries) {
    const field = at ? `${at}.${key}` : key;
    const problem = findValueProblem(key, value, field);
    if (problem) return problem;
  }
  return undefined;
}

function findValueProblem(key: string, value: unknown, field: string): string | undefined {
  if (Array.isArray(value)) {
    if (value.length === 0) return `expected at least one value in the list of ${field}`;
    if (key !== '$or') return undefined;
    return firstProblem(value, (choice) =>
      isMapping(choice) ? findFieldProblem(choice, field) : `expected event patterns in the list of ${field}`,
    );
  }
  return isMapping(value)
    ? findFieldProblem(value, field)
    : `expected a list of values or further fields in ${field}`;
}

function firstProblem<T>(values: readonly T[], find: (value: T) => string | undefined): string | undefined {
  return values.map(find).find((problem) => problem !== undefined);
}

function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
