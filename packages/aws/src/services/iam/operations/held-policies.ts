import { parseArn } from 'aws-languages/arn';
import { limitExceeded, noSuchEntity, validationError } from '../errors';
import { encodeDocument, readPermissionPolicy } from '../policy-documents';
import type { IamState } from '../state';
import { pageByName, pageInOrder } from './paging';

/** Who has policies: those written into it, and those attached to it. */
export interface PolicyHolder {
  readonly name: string;
  /** Inline policies: name to document. */
  readonly inline: Map<string, string>;
  /** ARNs of attached managed policies. */
  readonly attached: Set<string>;
}

/** What differs between roles, users and groups: IAM quotas, and the words of errors. */
export interface HolderKind {
  readonly word: 'role' | 'user' | 'group';
  /** The most characters, white space not counted, that its inline policies may have together. */
  readonly inlineQuota: number;
  /** The quota of attached policies, and its name. */
  readonly attachedQuota: readonly [name: string, most: number];
}

interface PageInput {
  readonly Marker?: string;
  readonly MaxItems?: number;
}

/** Writes a policy into a holder. @throws AwsError `MalformedPolicyDocument`, `LimitExceeded` */
export function putInline(
  kind: HolderKind,
  holder: PolicyHolder,
  { PolicyName: name = '', PolicyDocument: document = '' }: { PolicyName?: string; PolicyDocument?: string },
): void {
  readPermissionPolicy(document);
  const others = [...holder.inline].filter(([other]) => other !== name).map(([, text]) => text);
  const size = [...others, document].join('').replace(/\s/g, '').length;
  if (size > kind.inlineQuota)
    throw limitExceeded(
      `Maximum policy size of ${kind.inlineQuota} bytes exceeded for ${kind.word} ${holder.name}`,
    );
  holder.inline.set(name, document);
}

/** @throws AwsError `NoSuchEntity` */
export function getInline({ word }: HolderKind, holder: PolicyHolder, name: string | undefined) {
  const document = holder.inline.get(name ?? '');
  if (document === undefined) throw missing(word, name);
  return { PolicyName: name, PolicyDocument: encodeDocument(document) };
}

export function listInline(holder: PolicyHolder, input: PageInput) {
  const page = pageByName([...holder.inline.keys()].sort(), input, String);
  return { PolicyNames: page.items, IsTruncated: page.IsTruncated, Marker: page.Marker };
}

/** @throws AwsError `NoSuchEntity` */
export function deleteInline({ word }: HolderKind, holder: PolicyHolder, name: string | undefined): void {
  if (!holder.inline.delete(name ?? '')) throw missing(word, name);
}

/** @throws AwsError `ValidationError`, `NoSuchEntity`, `LimitExceeded` */
export async function attach(
  iam: IamState,
  kind: HolderKind,
  holder: PolicyHolder,
  arn: string | undefined,
): Promise<void> {
  if (!parseArn(arn)) throw validationError('Invalid ARN:  Could not be parsed!');
  const policy = await iam.findPolicy(arn ?? '');
  if (!policy) throw noSuchEntity(`Policy ${arn} does not exist or is not attachable.`);
  const [quota, most] = kind.attachedQuota;
  if (!holder.attached.has(policy.arn) && holder.attached.size >= most)
    throw limitExceeded(`Cannot exceed quota for ${quota}: ${most}`);
  holder.attached.add(policy.arn);
}

/** @throws AwsError `NoSuchEntity` */
export function detach(holder: PolicyHolder, arn: string | undefined): void {
  if (!holder.attached.delete(arn ?? '')) throw noSuchEntity(`Policy ${arn} was not found.`);
}

export async function listAttached(
  iam: IamState,
  holder: PolicyHolder,
  input: PageInput & { readonly PathPrefix?: string },
) {
  const policies = await Promise.all([...holder.attached].map((arn) => iam.policy(arn)));
  const attached = policies
    .filter(({ path }) => path.startsWith(input.PathPrefix ?? '/'))
    .map(({ name, arn }) => ({ PolicyName: name, PolicyArn: arn }));
  const page = pageInOrder(attached, input, ({ PolicyArn }) => PolicyArn);
  return { AttachedPolicies: page.items, IsTruncated: page.IsTruncated, Marker: page.Marker };
}

function missing(word: string, name: string | undefined) {
  return noSuchEntity(`The ${word} policy with name ${name} cannot be found.`);
}
