import type { NormalizedSchema } from '@smithy/core/schema';
import { AwsError } from './aws-error';
import { requiredMembers } from './model';

/**
 * Checks that all members are there that the API's model requires, nested ones included.
 *
 * @throws AwsError as the protocol's services say it: EC2 `MissingParameter`, the others `ValidationError` or `ValidationException`
 */
export function checkRequired(schema: NormalizedSchema, input: unknown, protocol: string): void {
  const missing = findMissing(schema, input, '');
  if (missing.length === 0) return;
  if (protocol === 'ec2Query') {
    throw new AwsError('MissingParameter', `The request must contain the parameter ${missing[0]}`);
  }
  const errors = missing.map(
    (path) => `Value null at '${lowerFirst(path)}' failed to satisfy constraint: Member must not be null`,
  );
  const count = errors.length === 1 ? '1 validation error' : `${errors.length} validation errors`;
  throw new AwsError(
    protocol === 'awsQuery' ? 'ValidationError' : 'ValidationException',
    `${count} detected: ${errors.join('; ')}`,
  );
}

function findMissing(schema: NormalizedSchema, value: unknown, path: string): string[] {
  if (value === undefined || value === null) return [];
  if (schema.isStructSchema()) {
    const members = value as Record<string, unknown>;
    const missing = requiredMembers(schema)
      .filter((name) => members[name] === undefined || members[name] === null)
      .map((name) => join(path, name));
    for (const [name, member] of schema.structIterator()) {
      if (members[name] !== undefined) missing.push(...findMissing(member, members[name], join(path, name)));
    }
    return missing;
  }
  if (schema.isListSchema() && Array.isArray(value)) {
    const member = schema.getValueSchema();
    return value.flatMap((item, i) => findMissing(member, item, `${path}.${i + 1}.member`));
  }
  return [];
}

function join(path: string, name: string): string {
  return path ? `${path}.${name}` : name;
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
