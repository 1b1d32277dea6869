import type { ParameterInlinePolicy } from '@aws-sdk/client-ssm';
import { z } from 'zod';
import { AwsError } from '../../../core/aws-error';
import { invalid } from '../errors';

const HOUR = 3_600_000;

const amount = z.string().regex(/^\d{1,4}$/);
const unit = z.enum(['Days', 'Hours']);
const version = z.literal('1.0');
const Expiration = z.object({
  Type: z.literal('Expiration'),
  Version: version,
  Attributes: z.strictObject({ Timestamp: z.string().refine((text) => !Number.isNaN(Date.parse(text))) }),
});
const ExpirationNotification = z.object({
  Type: z.literal('ExpirationNotification'),
  Version: version,
  Attributes: z.strictObject({ Before: amount, Unit: unit }),
});
const NoChangeNotification = z.object({
  Type: z.literal('NoChangeNotification'),
  Version: version,
  Attributes: z.strictObject({ After: amount, Unit: unit }),
});
const Policy = z.discriminatedUnion('Type', [Expiration, ExpirationNotification, NoChangeNotification]);

/** What is done with a parameter by itself at some time: it expires, or somebody is told. */
export interface ParameterPolicy {
  readonly type: 'Expiration' | 'ExpirationNotification' | 'NoChangeNotification';
  /** As it was given, for answers and events. */
  readonly text: string;
  /** When it acts, for a version that was made then (both milliseconds). */
  readonly dueAt: (modifiedAt: number) => number;
  status: 'Pending' | 'Finished';
}

/**
 * Reads the policies of a PutParameter; an empty list takes all away.
 * https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-policies.html
 *
 * @throws AwsError `InvalidPolicyTypeException`, `InvalidPolicyAttributeException`, `IncompatiblePolicyException`
 */
export function readPolicies(text: string): ParameterPolicy[] {
  const given = parse(text).filter((one) => Object.keys(Object(one)).length > 0);
  const policies = given.map(readPolicy);
  const expirations = policies.filter(({ Type }) => Type === 'Expiration');
  if (expirations.length > 1)
    throw new AwsError(
      'IncompatiblePolicyException',
      "There is a conflict in the policies specified for this parameter. You can't, for example, specify two Expiration policies for a parameter. Review your policies, and try again.",
    );
  const [expiration] = expirations;
  const expiresAt =
    expiration?.Type === 'Expiration' ? Date.parse(expiration.Attributes.Timestamp) : undefined;
  return policies.map((policy) => ({
    type: policy.Type,
    text: JSON.stringify(policy),
    dueAt: (modifiedAt) => dueAt(policy, expiresAt, modifiedAt),
    status: 'Pending',
  }));
}

/** Policies as DescribeParameters and GetParameterHistory show them. */
export function viewPolicies(policies: readonly ParameterPolicy[]): ParameterInlinePolicy[] {
  return policies.map(({ text, type, status }) => ({
    PolicyText: text,
    PolicyType: type,
    PolicyStatus: status,
  }));
}

function parse(text: string): unknown[] {
  try {
    return [JSON.parse(text)].flat();
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw invalid('Invalid policies input: the policies must be a JSON array.');
  }
}

function readPolicy(given: unknown): z.infer<typeof Policy> {
  const read = Policy.safeParse(given);
  if (read.success) return read.data;
  if (read.error.issues.some(({ path }) => path[0] === 'Type'))
    throw new AwsError(
      'InvalidPolicyTypeException',
      "The policy type isn't supported. Parameter Store supports the following policy types: Expiration, ExpirationNotification, and NoChangeNotification.",
    );
  throw new AwsError('InvalidPolicyAttributeException', 'A policy attribute or its value is invalid.');
}

function dueAt(policy: z.infer<typeof Policy>, expiresAt: number | undefined, modifiedAt: number): number {
  switch (policy.Type) {
    case 'Expiration':
      return expiresAt ?? 0;
    case 'ExpirationNotification': {
      const { Before, Unit } = policy.Attributes;
      // There is nothing to tell of a parameter that does not expire.
      return (expiresAt ?? Number.POSITIVE_INFINITY) - Number(Before) * hoursOf(Unit);
    }
    case 'NoChangeNotification':
      return modifiedAt + Number(policy.Attributes.After) * hoursOf(policy.Attributes.Unit);
  }
}

function hoursOf(name: 'Days' | 'Hours'): number {
  return name === 'Days' ? 24 * HOUR : HOUR;
}
