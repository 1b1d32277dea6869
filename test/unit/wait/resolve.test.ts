import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Context } from 'aws-lambda';
import { compilePattern } from 'aws-languages/event-pattern';
import { parse } from 'yaml';
import type * as z from 'zod';
import { handler } from '../../../functions/resolve-wait';
import { CleanUpEvent } from '../../../src/build/end/recover';
import { ResourceEvent } from '../../../src/wait/resolve';

const context = { functionName: 'test' } as Context;

test.each(['', 'a'.repeat(256)])(
  'an event whose id no resource of AWS has is refused, not looked for',
  async (id) => {
    const events = [
      {
        'detail-type': 'EC2 AMI State Change',
        source: 'aws.ec2',
        detail: { ImageId: id, State: 'deregistered' },
      },
      {
        'detail-type': 'EC2 Auto Scaling Instance Refresh Succeeded',
        source: 'aws.autoscaling',
        detail: { InstanceRefreshId: id },
      },
      {
        'detail-type': 'EC2 Instance Launch Successful',
        source: 'aws.autoscaling',
        detail: { AutoScalingGroupName: id },
      },
      {
        'detail-type': 'EC2 Command Invocation Status-change Notification',
        source: 'aws.ssm',
        detail: { 'command-id': id },
      },
      { 'detail-type': 'Inspector2 Scan', source: 'aws.inspector2', detail: { 'instance-id': id } },
    ];
    for (const event of events)
      await expect(handler(event, context)).rejects.toMatchObject({ name: 'InvalidRequest' });
  },
);

type Pattern = Readonly<Record<string, unknown>>;

interface Rule {
  readonly eventBridge?: { readonly pattern: Pattern };
}

const ROOT = join(__dirname, '../../..');
const { resolveWait, cleanUp } = parse(readFileSync(join(ROOT, 'serverless/functions.yml'), 'utf8'), {
  merge: true,
}) as Record<'resolveWait' | 'cleanUp', { events: Rule[] }>;
const samples = readdirSync(join(ROOT, 'events')).map((file): unknown =>
  JSON.parse(readFileSync(join(ROOT, 'events', file), 'utf8')),
);

const patternsOf = (events: readonly Rule[]): Pattern[] =>
  events.flatMap(({ eventBridge }) => (eventBridge ? [eventBridge.pattern] : []));

const rules: { pattern: Pattern; schema: z.ZodType }[] = [
  ...patternsOf(resolveWait.events).map((pattern) => ({ pattern, schema: ResourceEvent })),
  ...patternsOf(cleanUp.events).map((pattern) => ({ pattern, schema: CleanUpEvent })),
];

test.each(rules)('of the events of a rule there is a sample that the function takes: $pattern', (rule) => {
  const { pattern, schema } = rule;
  // What names the deployment is written only when it is deployed.
  const isWritten = ([name, values]: [string, unknown]) =>
    name !== 'stateMachineArn' && !JSON.stringify(values).includes('{"Fn::');
  const { detail = {}, ...others } = pattern;
  const written = Object.entries(detail as object).filter(isWritten);
  const matches = compilePattern({
    ...others,
    ...(written.length > 0 && { detail: Object.fromEntries(written) }),
  });
  const found = samples.filter(matches);
  expect(found).not.toEqual([]);
  for (const sample of found) expect(schema.safeParse(sample).error).toBeUndefined();
});

/** https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-scanning-enhanced-events.html */
test('a scan of a container image, which somebody else of the account has pushed, calls nothing', () => {
  const scan = {
    'detail-type': 'Inspector2 Scan',
    source: 'aws.inspector2',
    detail: {
      'scan-status': 'INITIAL_SCAN_COMPLETE',
      'repository-name': 'arn:aws:ecr:us-east-1:000000000000:repository/shop',
      'image-digest': 'sha256:36c7b282abd0186e01419f2e58743e1bf635808043aae4fb2ee4dd5c1e2bd30f',
      'image-tags': ['latest'],
    },
  };
  const matching = patternsOf(resolveWait.events).filter((pattern) => compilePattern(pattern)(scan));
  expect(matching).toEqual([]);
});
