import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PolicySet } from 'aws-languages/policy/authorize';
import { type PolicyDocument, parsePolicy } from 'aws-languages/policy/document';
import type { AccessRequest } from 'aws-languages/policy/evaluate';

/** What a role has asked for, an action on a resource, and whether it was allowed. */
export interface Answer {
  /** The name of the role, the same in each deployment: `finish`. */
  readonly role: string;
  readonly request: AccessRequest;
  readonly policies: PolicySet;
  readonly isAllowed: boolean;
}

/** Whether somebody may be a role, as its trust policy says. */
export interface TrustAnswer {
  /** As an answer has it. */
  readonly role: string;
  readonly request: AccessRequest;
  readonly trust: PolicyDocument;
  readonly isAllowed: boolean;
}

/** What runs have written. */
export interface Recording {
  readonly roles: readonly Role[];
  readonly answers: readonly Answer[];
  readonly trusts: readonly TrustAnswer[];
}

/** A role with its policies, as it is deployed. */
export interface Role {
  readonly name: string;
  /** Who may be it. */
  readonly trust: PolicyDocument;
  /** Its own policies. */
  readonly documents: readonly PolicyDocument[];
  /** What the statements of these are called, one after another. */
  readonly names: readonly string[];
  /** Those of AWS that it has, by ARN. */
  readonly managed: Readonly<Record<string, PolicyDocument>>;
}

/** A call with a role's credentials, as the embedded AWS writes it; policies stand in the same file by their digest. */
interface RecordedCall {
  readonly kind: 'call';
  readonly role: string;
  readonly accesses: readonly {
    readonly request: AccessRequest;
    readonly policies: Omit<PolicySet, 'identity' | 'boundary' | 'session' | 'endpoint' | 'resource'> & {
      readonly identity: readonly string[];
      readonly boundary?: string;
      readonly session?: readonly string[];
      readonly endpoint?: string;
      readonly resource?: string;
    };
    readonly effect: string;
  }[];
}

/** A decision on who may be a role. */
interface RecordedTrust {
  readonly kind: 'trust';
  readonly role: string;
  readonly request: AccessRequest;
  /** By its digest. */
  readonly trust: string;
  readonly effect: string;
}

type Line =
  | RecordedCall
  | RecordedTrust
  | WrittenRole
  | { readonly kind: 'policy'; readonly digest: string; readonly document: PolicyDocument };

/** What `recordRoles` writes, beside the decisions. */
export interface WrittenRole {
  readonly kind: 'role';
  readonly arn: string;
  readonly trust: string;
  readonly documents: readonly string[];
  readonly names: readonly string[];
  readonly managed: Readonly<Record<string, string>>;
}

/** All that runs have written into a folder. Where a role was deployed several times, the last one counts. */
export function readRecording(folder: string): Recording {
  const answers: Answer[] = [];
  const trusts: TrustAnswer[] = [];
  const roles = new Map<string, Role>();
  for (const file of readdirSync(folder).sort()) {
    const documents = new Map<string, PolicyDocument>();
    for (const text of readFileSync(join(folder, file), 'utf8').split('\n')) {
      if (text === '') continue;
      const line = JSON.parse(text) as Line;
      if (line.kind === 'policy') documents.set(line.digest, line.document);
      else if (line.kind === 'call') answers.push(...readCall(line, documents));
      else if (line.kind === 'trust') trusts.push(readTrust(line, documents));
      else roles.set(nameOfRole(line.arn), readRole(line));
    }
  }
  return { answers, trusts, roles: [...roles.values()] };
}

function readRole({ arn, trust, documents, names, managed }: WrittenRole): Role {
  const read = (text: string) => parsePolicy(text, { kind: 'identity' });
  return {
    name: nameOfRole(arn),
    trust: parsePolicy(trust, { kind: 'trust' }),
    documents: documents.map(read),
    names,
    managed: Object.fromEntries(Object.entries(managed).map(([name, text]) => [name, read(text)])),
  };
}

function readCall(
  { role, accesses }: RecordedCall,
  documents: ReadonlyMap<string, PolicyDocument>,
): Answer[] {
  const find = (digest: string) => findPolicy(documents, digest, role);
  return accesses.map(({ request, policies, effect }) => {
    const { identity, boundary, session, endpoint, resource, ...rest } = policies;
    return {
      role: nameOfRole(role),
      request,
      policies: {
        ...rest,
        identity: listOf(identity, find),
        ...(boundary !== undefined && { boundary: find(boundary) }),
        ...(session && { session: session.map(find) }),
        ...(endpoint !== undefined && { endpoint: find(endpoint) }),
        ...(resource !== undefined && { resource: find(resource) }),
      },
      isAllowed: effect === 'Allow',
    };
  });
}

function readTrust(
  { role, request, trust, effect }: RecordedTrust,
  documents: ReadonlyMap<string, PolicyDocument>,
): TrustAnswer {
  const isAllowed = effect === 'Allow';
  return { role: nameOfRole(role), request, trust: findPolicy(documents, trust, role), isAllowed };
}

function findPolicy(
  documents: ReadonlyMap<string, PolicyDocument>,
  digest: string,
  role: string,
): PolicyDocument {
  const found = documents.get(digest);
  if (!found) throw new Error(`the recording has no policy ${digest}, which a decision on ${role} names`);
  return found;
}

const lists = new WeakMap<PolicyDocument, PolicyDocument[][]>();

/** The same list for the same policies, so that what is made of it can be kept. */
function listOf(
  digests: readonly string[],
  find: (digest: string) => PolicyDocument,
): readonly PolicyDocument[] {
  const made = digests.map(find);
  const [first] = made;
  if (!first) return made;
  const known = lists.get(first) ?? [];
  lists.set(first, known);
  const same = known.find((list) => list.length === made.length && list.every((one, at) => one === made[at]));
  if (!same) known.push(made);
  return same ?? made;
}

/** Without the stack, and without what CloudFormation makes up: `kiln-prod-finish-us-east-1-lambdaRole` is that of `finish`. */
export function nameOfRole(arn: string): string {
  const name = arn.split('/').at(-1) ?? '';
  return name
    .replace(/^kiln-[a-z0-9]+-/, '')
    .replace(/-[a-z0-9-]+-lambdaRole$/, '')
    .replace(/-[A-Z0-9]{8,}$/, '');
}
