import { createHash, randomBytes } from 'node:crypto';
import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { PolicySet } from 'aws-languages/policy/authorize';
import type { PolicyDocument } from 'aws-languages/policy/document';
import type { AccessRequest, Decision } from 'aws-languages/policy/evaluate';
import type { TrustListener } from '../../core/authorization/trust';
import type { JudgementListener } from './judgement';

/** What a call asked for, and how it was judged. Policies stand in the same file by their digest. */
export interface RecordedAccess {
  readonly request: AccessRequest;
  readonly policies: Omit<PolicySet, 'identity' | 'boundary' | 'session' | 'endpoint' | 'resource'> & {
    readonly identity: readonly string[];
    readonly boundary?: string;
    readonly session?: readonly string[];
    readonly endpoint?: string;
    readonly resource?: string;
  };
  readonly effect: Decision['effect'];
}

/** A call with a role's credentials: it is allowed if all accesses are. */
export interface RecordedCall {
  readonly kind: 'call';
  /** ARN of the role. */
  readonly role: string;
  /** As IAM's ARNs name it: `ec2`. */
  readonly service: string;
  readonly operation: string;
  readonly accesses: readonly RecordedAccess[];
}

/** A decision on who may be a role. */
export interface RecordedTrust {
  readonly kind: 'trust';
  /** ARN of the role. */
  readonly role: string;
  /** Who asked, and on whose behalf. */
  readonly request: AccessRequest;
  /** The trust policy, by its digest. */
  readonly trust: string;
  readonly effect: Decision['effect'];
}

/** A policy as calls of the same file name it. */
export interface RecordedPolicy {
  readonly kind: 'policy';
  readonly digest: string;
  readonly document: PolicyDocument;
}

/** A line of a file of decisions. */
export type DecisionLine = RecordedCall | RecordedTrust | RecordedPolicy;

/** Who is to be told of decisions, so that they are written. */
export interface DecisionRecorder {
  readonly call: JudgementListener;
  readonly trust: TrustListener;
}

/** They tell calls apart that are the same to every policy that does not ask for the time. */
const OF_THE_MOMENT = ['aws:CurrentTime', 'aws:EpochTime', 'aws:TokenIssueTime'];

/**
 * Writes each decision on a call that is made with a role's credentials, and on who may be a role, into a file of its own in the folder, a
 * line of JSON each, and the same one once.
 *
 * @param folder is made where it is not there
 */
export function recordDecisions(folder: string): DecisionRecorder {
  const file = join(folder, `decisions-${process.pid}-${uniqueSuffix()}.jsonl`);
  const seen = new Set<string>();
  const digests = new WeakMap<PolicyDocument, string>();
  mkdirSync(folder, { recursive: true });
  const withoutMoment = (key: string, value: unknown) => (OF_THE_MOMENT.includes(key) ? undefined : value);
  const write = (line: DecisionLine) => {
    const identity = JSON.stringify(line, withoutMoment);
    const digest = digestOf(identity);
    if (seen.has(digest)) return;
    seen.add(digest);
    appendFileSync(file, `${JSON.stringify(line)}\n`);
  };
  const nameOf = (document: PolicyDocument) => {
    let digest = digests.get(document);
    if (digest === undefined) {
      digest = digestOf(JSON.stringify(document));
      digests.set(document, digest);
      write({ kind: 'policy', digest, document });
    }
    return digest;
  };
  const call: JudgementListener = (to, { operation, call }, judgements) => {
    const { roleArn } = call.principal;
    if (roleArn === undefined || judgements.length === 0) return;
    const accesses = judgements.map(({ access, caller, context, policies, verdict }): RecordedAccess => {
      const { identity, boundary, session, endpoint, resource, resourceAccountId, isResourceDecisive } =
        policies;
      return {
        request: { action: access.action, resource: access.resource, caller, context },
        policies: {
          identity: identity.map(nameOf),
          ...(boundary && { boundary: nameOf(boundary) }),
          ...(session && { session: session.map(nameOf) }),
          ...(endpoint && { endpoint: nameOf(endpoint) }),
          ...(resource && { resource: nameOf(resource) }),
          ...(resourceAccountId !== undefined && { resourceAccountId }),
          ...(isResourceDecisive && { isResourceDecisive }),
        },
        effect: verdict.effect,
      };
    });
    write({ kind: 'call', role: roleArn, service: to.definition.signingName, operation, accesses });
  };
  const trust: TrustListener = (role, request, effect) =>
    write({ kind: 'trust', role: role.arn, request, trust: nameOf(role.trust), effect });
  return { call, trust };
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 16);
}

/** Not of the seed: runs that can be repeated draw the same. */
function uniqueSuffix(): string {
  return randomBytes(6).toString('hex');
}
