import type { PolicyDocument, Statement } from 'aws-languages/policy/document';
import type { Role } from './recording';

/** What can be taken out of a statement, or, of a condition, away. */
export type Kind = 'policy' | 'statement' | 'action' | 'resource' | 'condition' | 'value';

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
  const inline = keyed(documents).flatMap(
    ({ key: statement, statement: { actions, resources, conditions } }, at) => {
      const part = (kind: Kind, text: string): Part => ({
        ...{ role, statement, name: names[at] ?? statement, kind, text },
      });
      return [
        part('statement', ''),
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
  return [...attached, ...inline];
}

/** The policies without a part; undefined where they do not have it. */
export function without(
  documents: readonly PolicyDocument[],
  { statement: wanted, kind, text }: Part,
  managed: Role['managed'] = {},
): readonly PolicyDocument[] | undefined {
  if (kind === 'policy') {
    const policy = JSON.stringify(managed[wanted]);
    return documents.filter((one) => JSON.stringify(one) !== policy);
  }
  const found = keyed(documents).find(({ key }) => key === wanted);
  if (!found) return undefined;
  const changed = cut(found.statement, kind, text);
  if (changed === found.statement) return undefined;
  return documents.map((document) => ({
    ...document,
    statements: document.statements.flatMap((one) =>
      one === found.statement ? (changed ? [changed] : []) : [one],
    ),
  }));
}

/** @returns undefined where nothing is left of it, and the statement itself where it has no such part */
function cut(statement: Statement, kind: Kind, text: string): Statement | undefined {
  if (kind === 'statement') return undefined;
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

function keyOf({ effect, actions, conditions }: Statement): string {
  const asked = conditions.map(nameOfCondition).sort();
  return `${effect} ${[...actions].sort().join(' ')}${asked.length > 0 ? ` if ${asked.join(' ')}` : ''}`;
}

function nameOfCondition({ operator, key }: Statement['conditions'][number]): string {
  const { quantifier, name, ifExists } = operator;
  return `${quantifier ? `${quantifier}:` : ''}${name}${ifExists ? 'IfExists' : ''} ${key}`;
}

/** Without what AWS makes up anew for each deployment. */
function generalize(text: string): string {
  return text
    .replace(/-[A-Z0-9]{10,}(?=$|\/)/, '')
    .replace(/-[a-z0-9]{12}(?=\/\*$)/, '')
    .replace(/\b(sg|subnet|vpc)-[0-9a-f]{8,}/, '$1-…')
    .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/, '…');
}
