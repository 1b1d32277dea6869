import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compileWildcard } from 'aws-languages/wildcard';
import { projectFolder } from '../cli/project';

/** A statement of a role's policy, its resources as ARNs. */
export interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** AWS's Service Authorization Reference of one service, as `packages/aws/scripts/generate-authorization.ts` writes it. */
interface Published {
  readonly prefix: string;
  readonly keys: readonly string[];
  readonly resources: Readonly<Record<string, readonly [arn: string, keys: readonly number[]]>>;
  readonly actions: Readonly<
    Record<string, readonly [keys: readonly number[], resources: readonly (readonly number[])[]]>
  >;
}

/** What an action may be done to. */
interface Target {
  readonly type: string;
  readonly format: string;
  readonly isRequired: boolean;
  /** Without what a variable stands for, in lower case: `aws:resourcetag/`. */
  readonly keys: ReadonlySet<string>;
}

interface Action {
  readonly keys: ReadonlySet<string>;
  readonly targets: readonly Target[];
}

/**
 * Actions that are checked against a resource, of which the reference tells nothing: a task's token is a state machine's.
 * https://github.com/aws/aws-cdk/pull/8486
 */
const UNTOLD = /^states:SendTask(Success|Failure)$/;

/** Keys of a request that say who asks, and how, whatever the action. */
const OF_EVERY_REQUEST = /^(aws:(?!resourcetag\/|requesttag\/|tagkeys$)|lambda:sourcefunctionarn$)/;

const FOLDER = join(projectFolder, 'packages/aws/data/authorization');

/**
 * What AWS would never hold to be so in the policies of one role, in words: actions that are not there, resources that none of the actions is
 * about, statements on some resources whose action knows none or needs others too, and conditions on keys that requests for the action do not
 * have. Services of which the embedded AWS has no reference are passed over.
 *
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
 */
export function findPolicyProblems(statements: readonly Statement[]): string[] {
  return [...statements.flatMap(findStatementProblems), ...findMissing(statements)];
}

function findStatementProblems(statement: Statement): string[] {
  const names = listOf(statement.Action).filter((name) => isKnownService(name) && !UNTOLD.test(name));
  const unknown = names.filter((name) => !findAction(name)).map((name) => `${name} is no action`);
  const resources = listOf(statement.Resource).filter((resource) => resource !== '*');
  const about = names.flatMap((name) => {
    const targets = findAction(name)?.targets ?? [];
    if (resources.length > 0 && !resources.some((arn) => targets.some((target) => isOf(arn, target))))
      return [`${name} is about none of ${resources.join(', ')}`];
    return findKeyProblems(name, statement);
  });
  const all = names.flatMap((name) => findAction(name)?.targets ?? []);
  const idle = resources
    .filter((arn) => names.length > 0 && !all.some((target) => isOf(arn, target)))
    .map((arn) => `${arn} is of no type that ${names.join(', ')} is about`);
  return [...unknown, ...about, ...idle];
}

/** A key that a request does not have makes most conditions false, so that nothing is allowed. */
function findKeyProblems(name: string, { Resource, Condition = {} }: Statement): string[] {
  const action = findAction(name);
  if (!action) return [];
  const asked = Object.values(Condition).flatMap((keys) => Object.keys(keys));
  const meant = action.targets.filter((target) =>
    listOf(Resource).some((arn) => arn === '*' || isOf(arn, target)),
  );
  return asked.flatMap((key) => {
    const plain = withoutVariable(key);
    if (OF_EVERY_REQUEST.test(plain) || action.keys.has(plain)) return [];
    const without = meant.filter(({ keys }) => !keys.has(plain)).map(({ type }) => type);
    if (meant.length > 0 && without.length === 0) return [];
    return [`${name} has no ${key}${without.length > 0 ? ` on ${without.join(', ')}` : ''}`];
  });
}

/** Who limits an action to resources must name all that it is about. */
function findMissing(statements: readonly Statement[]): string[] {
  const allowed = statements.filter(({ Effect }) => Effect === 'Allow');
  const names = new Set(allowed.flatMap(({ Action }) => listOf(Action)));
  return [...names].flatMap((name) => {
    const targets = findAction(name)?.targets ?? [];
    const arns = allowed
      .filter(({ Action }) => listOf(Action).includes(name))
      .flatMap(({ Resource }) => listOf(Resource));
    const named = targets.filter((target) => arns.some((arn) => arn === '*' || isOf(arn, target)));
    const missing = targets.filter(
      (target) =>
        target.isRequired && !named.includes(target) && !named.some((other) => isAlternative(other, target)),
    );
    return missing.map(({ type }) => `${name} is about resources of the type ${type}, too, and names none`);
  });
}

/** Types with a variable in common stand for one another: an execution of one kind of state machine or the other. */
function isAlternative(one: Target, other: Target): boolean {
  const variables = variablesOf(other.format);
  return variablesOf(one.format).some((variable) => variables.includes(variable));
}

function variablesOf(format: string): string[] {
  return [...format.matchAll(/\$\{(\w+)\}/g)]
    .map(([, name = '']) => name)
    .filter((name) => !['Partition', 'Region', 'Account'].includes(name));
}

/** Whether an ARN, which may have wildcards and variables, can be of something of a type. */
function isOf(arn: string, { format }: Target): boolean {
  const [parts, wanted] = [arn.replace(/\$\{[^}]*\}/g, '*').split(':'), format.split(':')];
  return (
    parts.length === wanted.length &&
    wanted.every((part, at) => {
      const given = parts[at] ?? '';
      const pattern = part.replace(/[.+?^()[\]\\|]/g, '\\$&').replace(/\$\{(\w+)\}/g, '.*');
      return compileWildcard(given).test(part) || new RegExp(`^${pattern}$`).test(given);
    })
  );
}

const services = new Map<string, ReadonlyMap<string, Action>>();

function isKnownService(name: string): boolean {
  return actionsOf(name).size > 0;
}

function findAction(name: string): Action | undefined {
  return actionsOf(name).get(name);
}

function actionsOf(name: string): ReadonlyMap<string, Action> {
  if (services.size === 0) for (const file of listReference()) readService(file);
  return services.get(name.split(':')[0] ?? '') ?? new Map();
}

function listReference(): string[] {
  if (!existsSync(FOLDER))
    throw new Error(`there is no ${FOLDER}, with AWS's Service Authorization Reference`);
  return readdirSync(FOLDER).filter((file) => file.endsWith('.json'));
}

function readService(file: string): void {
  const data = JSON.parse(readFileSync(join(FOLDER, file), 'utf8')) as Published;
  const types = Object.entries(data.resources);
  const keysAt = (positions: readonly number[]) =>
    new Set(positions.map((at) => withoutVariable(data.keys[at] ?? '')));
  const actions = Object.entries(data.actions).map(([name, [keys, on]]): [string, Action] => {
    const targets = on.flatMap(([at = -1, isRequired, ...own]): Target[] => {
      const [type, [format, ofType]] = types[at] ?? ['', ['', []]];
      // Where AWS names keys for the action on a type, these are all.
      const found = keysAt(own.length > 0 ? own : ofType);
      return type === '' ? [] : [{ type, format, isRequired: isRequired === 1, keys: found }];
    });
    return [`${data.prefix}:${name}`, { keys: keysAt(keys), targets }];
  });
  services.set(data.prefix, new Map(actions));
}

function withoutVariable(key: string): string {
  return key.toLowerCase().replace(/\/.*$/, '/');
}

function listOf<Item>(value: Item | readonly Item[]): readonly Item[] {
  return [value].flat() as Item[];
}
