import type { PolicyDocument, Statement } from 'aws-languages/policy/document';
import type { Role } from './recording';

/** What can be taken out of a statement, or, of a condition, away. */
export type Kind = 'policy' | 'statement' | 'principal' | 'action' | 'resource' | 'condition' | 'value';

/** What the statements of a role's trust policy are called. */
const TRUST = 'trust';

/** One thing that a role's policies say, and that something must need. */
export interface Part {
  readonly role: string;
  /** The statement, by what it is about: the same in each deployment. Of a managed policy its ARN. */
  readonly statement: string;
  /** What the statement is called in `serverless/permissions.yml`, or its policy in `serverless/resources.yml`. */
  readonly name: string;
  readonly kind: Kind;
  /** The action, the ARN, the operator with its key, the value of a condition; empty for the whole statement. */
  readonly text: string;
}

/** @returns `finish, endBuilds: action dynamodb:Query` */
export function describePart(part: Part): string {
  return `${part.role}, ${part.name}: ${describeWithin(part)}`;
}

/** @returns `action dynamodb:Query` */
export function describeWithin({ kind, text }: Pick<Part, 'kind' | 'text'>): string {
  return text === '' ? kind : `${kind} ${text}`;
}

/**
 * All parts of a role. A list of one value of a condition is the condition itself. A policy that AWS manages is one part: what is in it
 * is AWS's affair.
 */
export function partsOf({ name: role, documents, names, managed }: Role): Part[] {
  const attached = Object.keys(managed).map(
    (statement): Part => ({
      role,
      statement,
      name: statement.split('/').at(-1) ?? '',
      kind: 'policy',
      text: '',
    }),
  );
  return [...attached, ...partsOfStatements(role, documents, names)];
}

/** All parts of the policy that says who may be a role. */
export function trustPartsOf({ name: role, trust }: Role): Part[] {
  return partsOfStatements(
    role,
    [trust],
    trust.statements.map((_one, at) => nameOfPlace(TRUST, at)),
  );
}

/** @returns `read-secrets (2)` for the second place */
export function nameOfPlace(name: string, place: number): string {
  return place === 0 ? name : `${name} (${place + 1})`;
}

function partsOfStatements(
  role: string,
  documents: readonly PolicyDocument[],
  names: readonly string[],
): Part[] {
  return keyed(documents).flatMap(
    ({ key: statement, statement: { principals, actions, resources, conditions } }, at) => {
      const part = (kind: Kind, text: string): Part => ({
        ...{ role, statement, name: names[at] ?? statement, kind, text },
      });
      return [
        part('statement', ''),
        ...namesOf(principals).map((principal) => part('principal', principal)),
        ...actions.map((action) => part('action', action)),
        ...[...new Set(resources.map(generalize))].map((resource) => part('resource', resource)),
        ...conditions.flatMap((condition) => [
          part('condition', nameOfCondition(condition)),
          ...(condition.values.length > 1
            ? condition.values.map((value) =>
                part('value', `${nameOfCondition(condition)} ${generalize(value)}`),
              )
            : []),
        ]),
      ];
    },
  );
}

/** @returns `Service lambda.amazonaws.com` */
function namesOf(principals: Statement['principals']): string[] {
  return Object.entries(principals).flatMap(([kind, names]) => names.map((name) => `${kind} ${name}`));
}

/** The statement of documents that a part is of. */
export function statementOf(
  documents: readonly PolicyDocument[],
  { statement: wanted }: Part,
): Statement | undefined {
  return keyed(documents).find(({ key }) => key === wanted)?.statement;
}

/** The trust policy with anybody in the place of whom a part names; undefined where it does not name him. */
export function withAnybody(trust: PolicyDocument, part: Part): PolicyDocument | undefined {
  const found = statementOf([trust], part);
  if (part.kind !== 'principal' || !found) return undefined;
  const widened: Statement = { ...found, principals: { '*': ['*'] } };
  return { ...trust, statements: trust.statements.map((one) => (one === found ? widened : one)) };
}

/** The policies without a part; undefined where they do not have it. */
export function without(
  documents: readonly PolicyDocument[],
  part: Part,
  managed: Role['managed'] = {},
): readonly PolicyDocument[] | undefined {
  const { statement: wanted, kind, text } = part;
  if (kind === 'policy') {
    const policy = JSON.stringify(managed[wanted]);
    return documents.filter((one) => JSON.stringify(one) !== policy);
  }
  const found = statementOf(documents, part);
  if (!found) return undefined;
  const changed = cut(found, kind, text);
  if (changed === found) return undefined;
  return documents.map((document) => ({
    ...document,
    statements: document.statements.flatMap((one) => (one === found ? (changed ? [changed] : []) : [one])),
  }));
}

/** @returns undefined where nothing is left of it, and the statement itself where it has no such part */
function cut(statement: Statement, kind: Kind, text: string): Statement | undefined {
  if (kind === 'statement') return undefined;
  if (kind === 'principal') {
    const left = Object.entries(statement.principals).map(
      ([of, names]) => [of, names.filter((name) => `${of} ${name}` !== text)] as const,
    );
    const principals = Object.fromEntries(left.filter(([, names]) => names.length > 0));
    return Object.keys(principals).length > 0 ? { ...statement, principals } : undefined;
  }
  if (kind === 'condition') {
    const conditions = statement.conditions.filter((one) => nameOfCondition(one) !== text);
    return conditions.length < statement.conditions.length ? { ...statement, conditions } : statement;
  }
  if (kind === 'value') {
    const conditions = statement.conditions.map((one) => ({
      ...one,
      values: one.values.filter((value) => `${nameOfCondition(one)} ${generalize(value)}` !== text),
    }));
    const isCut = conditions.some(
      (one, at) => one.values.length < (statement.conditions[at]?.values.length ?? 0),
    );
    return isCut ? { ...statement, conditions } : statement;
  }
  const member = kind === 'action' ? 'actions' : 'resources';
  const left = statement[member].filter((one) => generalize(one) !== text);
  if (left.length === statement[member].length) return statement;
  // A statement that names nothing would be about everything.
  return left.length > 0 ? { ...statement, [member]: left } : undefined;
}

const keys = new WeakMap<readonly PolicyDocument[], { key: string; statement: Statement }[]>();

/** The statements, each by effect, actions and conditions; equal ones are counted. */
function keyed(documents: readonly PolicyDocument[]): { key: string; statement: Statement }[] {
  const known = keys.get(documents);
  if (known) return known;
  const counts = new Map<string, number>();
  const made = documents
    .flatMap(({ statements }) => statements)
    .map((statement) => {
      const key = keyOf(statement);
      const count = (counts.get(key) ?? 0) + 1;
      counts.set(key, count);
      return { key: count === 1 ? key : `${key} (${count})`, statement };
    });
  keys.set(documents, made);
  return made;
}

function keyOf({ effect, principals, actions, conditions }: Statement): string {
  const who = namesOf(principals).sort();
  const asked = conditions.map(nameOfCondition).sort();
  return [
    ...[effect, ...[...actions].sort()],
    ...(who.length > 0 ? ['for', ...who] : []),
    ...(asked.length > 0 ? ['if', ...asked] : []),
  ].join(' ');
}

function nameOfCondition({ operator, key }: Statement['conditions'][number]): string {
  const { quantifier, name, ifExists } = operator;
  return `${quantifier ? `${quantifier}:` : ''}${name}${ifExists ? 'IfExists' : ''} ${key}`;
}

/** Without what AWS makes up anew for each deployment. */
function generalize(text: string): string {
  return text
    .replace(/-[A-Z0-9]{10,}(?=$|\/)/, '')
    .replace(/(?<=^arn:aws:s3:::[a-z0-9-]+)-[a-z0-9]{12}(?=$|\/)/, '')
    .replace(/\b(sg|subnet|vpc)-[0-9a-f]{8,}/, '$1-…')
    .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/, '…');
}
