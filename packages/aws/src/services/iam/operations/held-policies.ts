import { limitExceeded, noSuchEntity } from '../errors';
import { readPermissionPolicy } from '../read-policy';
import type { IamState } from '../state';
import { checkName } from './check-names';
import { takePage } from './paging';
import { encodeDocument } from './roles';

/** Who has policies: those written into it, and those attached to it. */
export interface PolicyHolder {
  readonly name: string;
  /** Inline policies: name to document. */
  readonly inline: Map<string, string>;
  /** ARNs of attached managed policies. */
  readonly attached: Set<string>;
}

/** What differs between roles and users: IAM quotas, and the words of errors. */
export interface HolderKind {
  readonly word: 'role' | 'user';
  /** The most characters, white space not counted, that its inline policies may have together. */
  readonly inlineQuota: number;
  /** The quota of attached policies, and its name. */
  readonly attachedQuota: readonly [name: string, most: number];
}

interface Page {
  readonly Marker?: string;
  readonly MaxItems?: number;
}

/** What is done with the policies of one kind of holder. */
export function heldPolicies(state: IamState, kind: HolderKind) {
  const missing = (name: string | undefined) =>
    noSuchEntity(`The ${kind.word} policy with name ${name} cannot be found.`);
  return {
    /** @throws AwsError `MalformedPolicyDocument`, `LimitExceeded` */
    put(holder: PolicyHolder, policyName: string | undefined, document = ''): void {
      const name = checkName('policyName', policyName, 128);
      readPermissionPolicy(document);
      const others = [...holder.inline].filter(([other]) => other !== name).map(([, text]) => text);
      const size = [...others, document].join('').replace(/\s/g, '').length;
      if (size > kind.inlineQuota)
        throw limitExceeded(
          `Maximum policy size of ${kind.inlineQuota} bytes exceeded for ${kind.word} ${holder.name}`,
        );
      holder.inline.set(name, document);
    },

    /** @throws AwsError `NoSuchEntity` */
    get(holder: PolicyHolder, name: string | undefined) {
      const document = holder.inline.get(name ?? '');
      if (document === undefined) throw missing(name);
      return { PolicyName: name, PolicyDocument: encodeDocument(document) };
    },

    list(holder: PolicyHolder, input: Page) {
      const page = takePage([...holder.inline.keys()].sort(), input);
      return { PolicyNames: page.items, IsTruncated: page.IsTruncated, Marker: page.Marker };
    },

    /** @throws AwsError `NoSuchEntity` */
    delete(holder: PolicyHolder, name: string | undefined): void {
      if (!holder.inline.delete(name ?? '')) throw missing(name);
    },

    /** @throws AwsError `NoSuchEntity`, `LimitExceeded` */
    attach(holder: PolicyHolder, arn: string | undefined): void {
      const policy = state.findPolicy(arn ?? '');
      if (!policy) throw noSuchEntity(`Policy ${arn} does not exist or is not attachable.`);
      const [quota, most] = kind.attachedQuota;
      if (!holder.attached.has(policy.arn) && holder.attached.size >= most)
        throw limitExceeded(`Cannot exceed quota for ${quota}: ${most}`);
      holder.attached.add(policy.arn);
    },

    /** @throws AwsError `NoSuchEntity` */
    detach(holder: PolicyHolder, arn: string | undefined): void {
      if (!holder.attached.delete(arn ?? '')) throw noSuchEntity(`Policy ${arn} was not found.`);
    },

    listAttached(holder: PolicyHolder, input: Page & { readonly PathPrefix?: string }) {
      const attached = [...holder.attached]
        .map((arn) => state.policy(arn))
        .filter(({ path }) => path.startsWith(input.PathPrefix ?? '/'))
        .map(({ name, arn }) => ({ PolicyName: name, PolicyArn: arn }));
      const page = takePage(attached, input);
      return { AttachedPolicies: page.items, IsTruncated: page.IsTruncated, Marker: page.Marker };
    },
  };
}
