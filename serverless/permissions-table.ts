import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isMap, isScalar, type Pair, parse, parseDocument } from 'yaml';

/** What functions may do, as `docs/security.md` shows it. */
export interface Permissions {
  functions: { name: string; does: string; statements: string[] }[];
  statements: { name: string; effect: string; actions: string[]; isAnywhere: boolean; reason: string }[];
}

const ONE = /^\$\{self:custom\.may\.(\w+)\}$/;

/**
 * Reads which statements each function has, and why there is each.
 *
 * @param root the folder of the service
 * @throws Error for a statement without the comment that gives its reason
 */
export function readPermissions(root: string): Permissions {
  const read = (file: string) => readFileSync(join(root, 'serverless', file), 'utf8');
  const functions = parse(read('functions.yml'), { merge: true }) as Record<
    string,
    { description: string; iamRoleStatements?: string[] }
  >;
  const document = parseDocument(read('permissions.yml'));
  if (!isMap(document.contents)) throw new Error('serverless/permissions.yml is no map of statements');
  const values = document.toJS();
  const statements = document.contents.items.map((pair) => {
    const { Effect, Action, Resource } = values[String(pair.key)];
    const isAnywhere = Resource === '*';
    return { name: String(pair.key), effect: Effect, actions: Action, isAnywhere, reason: reasonOf(pair) };
  });
  return {
    functions: Object.entries(functions).map(([name, { description, iamRoleStatements = [] }]) => ({
      name,
      does: description,
      statements: [...new Set(iamRoleStatements.map((text) => ONE.exec(text)?.[1] ?? text))],
    })),
    statements,
  };
}

/** The paragraph right above a statement; what stands before it is the heading of several. */
function reasonOf({ key }: Pair): string {
  const comment = isScalar(key) ? (key.commentBefore ?? '') : '';
  const reason = comment
    .split(/\n\s*\n/)
    .at(-1)
    ?.replaceAll(/\s+/g, ' ')
    .trim();
  if (!reason)
    throw new Error(
      `serverless/permissions.yml: ${key} has no comment above it that says why functions may do that`,
    );
  return reason.replace(/\s*:?\s*https:\/\/\S+$/, (link) => ` (${link.replace(/^\s*:?\s*/, '')})`);
}

/** The two tables of the page: what each statement allows and why, and what each function may do. */
export function writeTables({ functions, statements }: Permissions): string {
  const actionsOf = new Map(statements.map((one) => [one.name, one]));
  const code = (words: string[]) => words.map((word) => `\`${word}\``).join(', ');
  const asked = functions.map(({ name, does, statements: names }) => {
    const actions = names.flatMap((one) =>
      actionsOf.get(one)?.effect === 'Allow' ? (actionsOf.get(one)?.actions ?? []) : [],
    );
    const may = actions.length === 0 ? 'nothing' : code([...new Set(actions)].toSorted());
    return `| \`${name}\` | ${does} | ${code(names)} | ${may} |`;
  });
  const allowed = statements.map(
    ({ name, effect, actions, isAnywhere, reason }) =>
      `| \`${name}\` | ${effect === 'Deny' ? 'never ' : ''}${code(actions)}${isAnywhere && effect === 'Allow' ? ', of everything' : ''} | ${reason} |`,
  );
  return [
    '### Why there is each statement',
    '',
    '| statement | allows | because |',
    '| --- | --- | --- |',
    ...allowed,
    '',
    '### What each function may do',
    '',
    '| function | does | has the statements | may |',
    '| --- | --- | --- | --- |',
    ...asked,
  ].join('\n');
}

const [BEGIN, END] = ['<!-- written by npm run permissions -->', '<!-- until here -->'];

/** The page with the tables as they are now. */
export function insertTables(page: string, tables: string): string {
  const [before, rest] = page.split(BEGIN);
  const after = rest?.split(END)[1];
  if (after === undefined) throw new Error(`docs/security.md has no "${BEGIN}" with "${END}" after it`);
  return `${before}${BEGIN}\n\n${tables}\n\n${END}${after}`;
}
