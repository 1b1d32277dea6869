import { z } from 'zod';
import { AwsError } from '../../../core/aws-error';
import { accessDenied, entityTooSmall } from '../errors';
import type { PostForm } from '../wire/post-form';

const Policy = z.object({
  expiration: z.string().refine((text) => !Number.isNaN(Date.parse(text))),
  conditions: z.array(
    z.union([
      z.record(z.string(), z.string()),
      z.tuple([z.string(), z.union([z.string(), z.number()]), z.union([z.string(), z.number()])]),
    ]),
  ),
});

/** Fields that no condition of a policy has to allow. */
const FREE = /^(policy|file|awsaccesskeyid|signature|x-amz-signature|x-ignore-.*)$/;

/**
 * Checks a posted form against its policy: a signature lets nothing in that the policy does not allow.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html
 *
 * @param isPast says whether a time (milliseconds) is over
 * @throws AwsError `AccessDenied`, `InvalidPolicyDocument`, `EntityTooLarge`, `EntityTooSmall`
 */
export function checkPostPolicy(form: PostForm, bucket: string, isPast: (millis: number) => boolean): void {
  const text = form.fields.get('policy');
  const signed = form.fields.has('x-amz-signature') || form.fields.has('signature');
  if (text === undefined || !signed) throw accessDenied();
  const policy = readPolicy(text);
  if (isPast(Date.parse(policy.expiration))) throw refused('Policy expired.');
  const fieldOf = (name: string) =>
    name === 'bucket' ? bucket : name === 'key' ? form.key : (form.fields.get(name) ?? '');
  const allowed = new Set<string>();
  for (const condition of policy.conditions) {
    const rules = Array.isArray(condition)
      ? [condition]
      : Object.entries(condition).map(([name, value]) => ['eq', `$${name}`, value] as const);
    for (const rule of rules) {
      if (String(rule[0]).toLowerCase() === 'content-length-range') {
        checkLength(form.file.length, Number(rule[1]), Number(rule[2]));
        continue;
      }
      const name = String(rule[1]).replace(/^\$/, '').toLowerCase();
      allowed.add(name);
      if (!holds(String(rule[0]), fieldOf(name), String(rule[2])))
        throw refused(`Policy Condition failed: ${JSON.stringify(rule).replaceAll(',"', ', "')}`);
    }
  }
  const extra = [...form.fields.keys()].filter((name) => !FREE.test(name) && !allowed.has(name));
  if (extra.length > 0) throw refused(`Extra input fields: ${extra.join(', ')}`);
}

function readPolicy(text: string): z.infer<typeof Policy> {
  try {
    const parsed = Policy.safeParse(JSON.parse(Buffer.from(text, 'base64').toString()));
    if (parsed.success) return parsed.data;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new AwsError('InvalidPolicyDocument', 'Invalid Policy: Invalid JSON.');
}

function holds(operator: string, value: string, wanted: string): boolean {
  return operator.toLowerCase() === 'starts-with' ? value.startsWith(wanted) : value === wanted;
}

function checkLength(ProposedSize: number, least: number, most: number): void {
  if (ProposedSize < least) throw entityTooSmall(ProposedSize, least);
  if (ProposedSize > most)
    throw new AwsError('EntityTooLarge', 'Your proposed upload exceeds the maximum allowed size', 400, {
      ProposedSize,
      MaxSizeAllowed: most,
    });
}

function refused(why: string): AwsError {
  return accessDenied(`Invalid according to Policy: ${why}`);
}
