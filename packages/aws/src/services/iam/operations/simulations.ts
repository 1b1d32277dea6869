import type {
  ContextEntry,
  EvaluationResult,
  Statement as MatchedStatement,
  SimulateCustomPolicyCommandInput,
  SimulatePrincipalPolicyCommandInput,
} from '@aws-sdk/client-iam';
import { parseArn, splitResource } from 'aws-languages/arn';
import { authorize } from 'aws-languages/policy/authorize';
import { type PolicyDocument, parsePolicy } from 'aws-languages/policy/document';
import { evaluate } from 'aws-languages/policy/evaluate';
import { findMissingKeys } from 'aws-languages/policy/missing-keys';
import type { Caller } from 'aws-languages/policy/principal';
import type { ContextValues } from 'aws-languages/policy/variables';
import { invalidInput, noSuchEntity } from '../errors';
import { readPermissionPolicy } from '../policy-documents';
import type { Group, Role, User } from '../records';
import type { IamState, Op } from '../state';
import { pageInOrder } from './paging';

/** A policy, and what an answer calls it. */
interface Source {
  readonly id: string;
  readonly type: MatchedStatement['SourcePolicyType'];
  readonly document: PolicyDocument;
}

/** All that is given to a simulation, read. */
interface Simulation {
  readonly identity: readonly Source[];
  readonly boundary?: PolicyDocument;
  readonly resource?: PolicyDocument;
  readonly caller?: Caller;
  readonly context: ContextValues;
  readonly tags?: ReadonlyMap<string, string>;
}

type Input = Omit<SimulatePrincipalPolicyCommandInput, 'PolicySourceArn'> & SimulateCustomPolicyCommandInput;

const DECISIONS = { Allow: 'allowed', ExplicitDeny: 'explicitDeny', ImplicitDeny: 'implicitDeny' } as const;

/**
 * What a user or a role may do by its policies, others that are given, and its boundary. Nothing is known of a request but what is given.
 * https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html
 */
export const SimulatePrincipalPolicy: Op<'SimulatePrincipalPolicy'> = async (iam, input) => {
  const holder = findHolder(iam, input.PolicySourceArn ?? '');
  const own = (await Promise.all([holder, ...iam.groupsOf(holder)].map((one) => sourcesOf(iam, one)))).flat();
  const { boundary } = await iam.permissions.of(holder);
  return simulate(input, {
    identity: [...own, ...readSources(input.PolicyInputList)],
    ...(boundary && { boundary }),
    ...readRest(iam, input, holder.arn),
  });
};

/** As `SimulatePrincipalPolicy`, of policies that nobody need have. https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulateCustomPolicy.html */
export const SimulateCustomPolicy: Op<'SimulateCustomPolicy'> = (iam, input) =>
  simulate(input, { identity: readSources(input.PolicyInputList), ...readRest(iam, input) });

/** @throws AwsError `NoSuchEntity`, `InvalidInput` */
function findHolder(iam: IamState, arn: string): Role | User {
  const { type = '', id } = splitResource(parseArn(arn)?.resource ?? '');
  if (type !== 'role' && type !== 'user')
    throw invalidInput(`Invalid Entity Arn: ${arn} does not clearly define entity type and name.`);
  const found = (type === 'role' ? iam.roles : iam.users).list().find((one) => one.arn === arn);
  if (found) return found;
  throw noSuchEntity(`The ${type} with name ${id.slice(id.lastIndexOf('/') + 1)} cannot be found.`);
}

async function sourcesOf(iam: IamState, holder: Role | User | Group): Promise<Source[]> {
  const kind = splitResource(parseArn(holder.arn)?.resource ?? '').type;
  const inline = [...holder.inline].map(([name, text]) => ({
    id: `${kind}_${holder.name}_${name}`,
    type: kind as Source['type'],
    document: readPermissionPolicy(text),
  }));
  const attached = await Promise.all(
    [...holder.attached].map(async (arn) => {
      const [document] = await iam.permissions.documents([arn]);
      const isPublished = arn.startsWith('arn:aws:iam::aws:');
      const id = arn.slice(arn.lastIndexOf('/') + 1);
      return document ? [{ id, type: isPublished ? 'aws-managed' : 'user-managed', document } as const] : [];
    }),
  );
  return [...inline, ...attached.flat()];
}

/** Policies as they are given, named by their place. @throws AwsError `MalformedPolicyDocument` */
function readSources(texts: readonly string[] = []): Source[] {
  return texts.map((text, at) => ({
    id: `PolicyInputList.${at + 1}`,
    type: 'none',
    document: readPermissionPolicy(text),
  }));
}

function readRest(iam: IamState, input: Omit<Input, 'PolicyInputList'>, holderArn?: string) {
  const { PermissionsBoundaryPolicyInputList: [boundary] = [], ResourcePolicy: resource, CallerArn } = input;
  if (resource !== undefined && CallerArn === undefined && !holderArn?.includes(':user/'))
    throw invalidInput(
      'CallerArn is required when a ResourcePolicy is given and the policies are not those of a user.',
    );
  const arn = CallerArn ?? holderArn;
  return {
    ...(boundary !== undefined && { boundary: readPermissionPolicy(boundary) }),
    ...(resource !== undefined && { resource: readResourcePolicy(resource) }),
    ...(arn !== undefined && { caller: callerOf(iam, arn) }),
    context: readContext(input.ContextEntries),
  };
}

function readResourcePolicy(text: string): PolicyDocument {
  return parsePolicy(text, {
    kind: 'resource',
    refuse: ({ message }) => invalidInput(message),
  });
}

function callerOf(iam: IamState, arn: string): Caller {
  return {
    kind: 'identity',
    accountId: iam.context.accountId,
    arn,
    ...(arn.includes(':role/') && { roleArn: arn }),
  };
}

function readContext(entries: readonly ContextEntry[] = []): ContextValues {
  return Object.fromEntries(
    entries.map(({ ContextKeyName = '', ContextKeyValues = [] }) => [ContextKeyName, ContextKeyValues]),
  );
}

function simulate(input: Omit<Input, 'PolicyInputList'>, simulation: Simulation) {
  const { ActionNames = [], ResourceArns = ['*'] } = input;
  const wrong = ActionNames.find((action) => !/^[\w-]+:[\w*]+$/.test(action));
  if (wrong !== undefined)
    throw invalidInput(`Invalid Action: ${wrong}. Actions must be of the form service:action.`);
  const results = ActionNames.flatMap((action) =>
    ResourceArns.map((resource) => decide(simulation, action, resource, input.ResourceOwner)),
  );
  const page = pageInOrder(results, input, (one) => `${one.EvalActionName} ${one.EvalResourceName}`);
  return { EvaluationResults: page.items, IsTruncated: page.IsTruncated, Marker: page.Marker };
}

function decide(
  { identity, boundary, resource, caller, context }: Simulation,
  action: string,
  arn: string,
  owner: string | undefined,
): EvaluationResult & { readonly EvalActionName: string } {
  const documents = identity.map(({ document }) => document);
  const request = { action, resource: arn, caller: caller ?? NOBODY, context };
  const resourceAccountId = owner === undefined ? undefined : (parseArn(owner)?.accountId ?? owner);
  const verdict = authorize(
    {
      identity: documents,
      ...(boundary && { boundary }),
      ...(resource && { resource }),
      ...(resourceAccountId !== undefined && { resourceAccountId }),
    },
    request,
  );
  const matched = identity.find(({ document }) =>
    document.statements.some((one) => one === verdict.statement),
  );
  const all = [...documents, ...(boundary ? [boundary] : []), ...(resource ? [resource] : [])];
  return {
    EvalActionName: action,
    EvalResourceName: arn,
    EvalDecision: DECISIONS[verdict.effect],
    MatchedStatements: matched ? [{ SourcePolicyId: matched.id, SourcePolicyType: matched.type }] : [],
    MissingContextValues: findMissingKeys(all, action, context),
    ...(boundary && {
      PermissionsBoundaryDecisionDetail: {
        AllowedByPermissionsBoundary: evaluate([boundary], request).effect === 'Allow',
      },
    }),
  };
}

/** Whose policies are simulated that nobody has. */
const NOBODY: Caller = { kind: 'identity', accountId: '', arn: '' };
