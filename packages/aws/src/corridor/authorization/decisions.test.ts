import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Call } from '../../core/service';
import { rootCall } from '../../testing/api';
import { type NewRegion, newRegion } from '../../testing/region';
import { assumeRole } from '../../testing/role-session';
import type { DecisionLine } from './decisions';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'decisions-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const lines = () =>
  readdirSync(folder).flatMap((file) =>
    readFileSync(join(folder, file), 'utf8')
      .trim()
      .split('\n')
      .map((text) => JSON.parse(text) as DecisionLine),
  );

async function asReader(region: NewRegion): Promise<Call> {
  const iam = region.api('iam');
  const document = (statement: object) => JSON.stringify({ Version: '2012-10-17', Statement: statement });
  await iam.CreateRole({
    RoleName: 'reader',
    AssumeRolePolicyDocument: document({
      ...{ Effect: 'Allow', Principal: { AWS: '000000000000' }, Action: 'sts:AssumeRole' },
    }),
  });
  await iam.PutRolePolicy({
    ...{ RoleName: 'reader', PolicyName: 'own' },
    PolicyDocument: document({ Effect: 'Allow', Action: 'ssm:GetParameter', Resource: '*' }),
  });
  const { Credentials } = await assumeRole(region, {
    ...{ RoleArn: 'arn:aws:iam::000000000000:role/reader', RoleSessionName: 'session' },
  });
  const principal = region.state('iam').principalOf(Credentials?.AccessKeyId ?? '');
  return { ...rootCall(), principal };
}

test('what roles ask for is written with the answer, its context and the policies, the same once', async () => {
  await using region = await newRegion({ decisions: folder });
  await region.api('ssm').PutParameter({ Name: '/a', Type: 'String', Value: 'a' });
  const reader = region.apiAs('ssm', await asReader(region));
  await reader.GetParameter({ Name: '/a' });
  await region.aws.clock.sleep(5);
  await reader.GetParameter({ Name: '/a' });
  await expect(reader.DeleteParameter({ Name: '/a' })).rejects.toThrow('is not authorized');
  const [, , policy, read, remove, ...more] = lines();
  expect(more).toEqual([]);
  if (policy?.kind !== 'policy' || read?.kind !== 'call') throw new Error('the policy comes first');
  expect(policy.document.statements).toMatchObject([{ effect: 'Allow', actions: ['ssm:GetParameter'] }]);
  expect(read).toMatchObject({
    role: 'arn:aws:iam::000000000000:role/reader',
    ...{ service: 'ssm', operation: 'GetParameter' },
    accesses: [
      {
        request: {
          ...{ action: 'ssm:GetParameter', resource: 'arn:aws:ssm:us-east-1:000000000000:parameter/a' },
          context: { 'aws:PrincipalType': 'AssumedRole', 'aws:RequestedRegion': 'us-east-1' },
        },
        policies: { identity: [policy.digest], resourceAccountId: '000000000000' },
        effect: 'Allow',
      },
    ],
  });
  expect(remove).toMatchObject({ operation: 'DeleteParameter', accesses: [{ effect: 'ImplicitDeny' }] });
});

test('who would be a role is written with the answer and the policy that says who may', async () => {
  await using region = await newRegion({ decisions: folder });
  await asReader(region);
  const role = region.state('iam').role('reader');
  expect(role?.trusts('ec2.amazonaws.com', 'arn:aws:ec2:us-east-1:000000000000:instance/i-1')).toBe(false);
  const [policy, operator, service, ...more] = lines();
  expect(more).toEqual([]);
  if (policy?.kind !== 'policy') throw new Error('the policy comes first');
  expect(policy.document.statements).toMatchObject([{ principals: { AWS: ['000000000000'] } }]);
  const recorded = { kind: 'trust', role: role?.arn, trust: policy.digest };
  expect(operator).toMatchObject({
    ...{ ...recorded, effect: 'Allow' },
    request: { action: 'sts:AssumeRole', resource: role?.arn, caller: { kind: 'identity' } },
  });
  expect(service).toMatchObject({
    ...{ ...recorded, effect: 'ImplicitDeny' },
    request: {
      caller: { kind: 'service', name: 'ec2.amazonaws.com' },
      context: { 'aws:SourceArn': 'arn:aws:ec2:us-east-1:000000000000:instance/i-1' },
    },
  });
});

test('what the account itself does is not written', async () => {
  await using region = await newRegion({ decisions: folder });
  await region.api('ssm').PutParameter({ Name: '/a', Type: 'String', Value: 'a' });
  expect(readdirSync(folder)).toEqual([]);
});
