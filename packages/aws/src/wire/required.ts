import type { NormalizedSchema } from '@smithy/core/schema';
import { AwsError } from '../core/aws-error';
import { requiredMembers } from '../core/service-model';
import { memberKey } from './query-input';

/** How a protocol writes the way to what is missing. */
interface Naming {
  member(name: string, schema: NormalizedSchema): string;
  item(list: string, index: number): string;
}

/** EC2 names the fields of its requests. */
const FIELDS: Naming = {
  member: (name, schema) => memberKey(name, schema, { ec2: true }),
  item: (list, index) => `${list}.${index}`,
};

/** The others name the members of the API's model. */
const MEMBERS: Naming = { member: String, item: (list, index) => `${list}.${index}.member` };

/**
 * Checks that all members are there that the API's model requires, nested ones included.
 *
 * @throws AwsError as the protocol's services say it: EC2 `MissingParameter`, the others `ValidationError` or `ValidationException`
 */
export function checkRequired(schema: NormalizedSchema, input: unknown, protocol: string): void {
  const missing = findMissing(schema, input, '', protocol === 'ec2Query' ? FIELDS : MEMBERS);
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

function findMissing(schema: NormalizedSchema, value: unknown, path: string, naming: Naming): string[] {
  if (value === undefined || value === null) return [];
  if (schema.isStructSchema()) {
    const members = value as Record<string, unknown>;
    const required = requiredMembers(schema);
    return [...schema.structIterator()].flatMap(([name, member]) => {
      const isMissing = members[name] === undefined || members[name] === null;
      const place = join(path, naming.member(name, member));
      if (isMissing) return required.includes(name) ? [place] : [];
      return findMissing(member, members[name], place, naming);
    });
  }
  if (schema.isListSchema() && Array.isArray(value)) {
    const member = schema.getValueSchema();
    return value.flatMap((item, i) => findMissing(member, item, naming.item(path, i + 1), naming));
  }
  return [];
}

function join(path: string, name: string): string {
  return path ? `${path}.${name}` : name;
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
