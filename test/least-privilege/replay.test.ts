import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { GetParameterCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { type ClientSettings, startAws } from 'embedded-aws';
import { assume } from './deployed-roles';
import { type Exemption, judge } from './exemptions';
import { readRecording, type WrittenRole } from './recording';
import { replay } from './replay';

const arn = 'arn:aws:iam::000000000000:role/kiln-prod-reader-us-east-1-lambdaRole';
const parameters = (...names: string[]) => names.map((name) => `arn:aws:ssm:us-east-1:*:parameter/${name}`);

/** What a role may do, and what it does. */
interface Play {
  readonly statements: readonly object[];
  readonly act: (as: ClientSettings) => Promise<unknown>;
  readonly exemptions?: readonly Exemption[];
}

/** Has an embedded AWS record what a role does, and judges its policy by that. */
async function play({ statements, act, exemptions = [] }: Play) {
  const folder = mkdtempSync(join(tmpdir(), 'kiln-decisions-'));
  try {
    await using aws = await startAws({ decisions: folder });
    const document = JSON.stringify({ Version: '2012-10-17', Statement: statements });
    const role: WrittenRole = { kind: 'role', arn, documents: [document], names: ['read'], managed: {} };
    const RoleName = arn.split('/').at(-1);
    const iam = new IAMClient(aws.client);
    const trust = {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'ec2.amazonaws.com' } }],
    };
    await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: JSON.stringify(trust) }));
    await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: 'own', PolicyDocument: document }));
    for (const name of ['a', 'b'])
      await new SSMClient(aws.client).send(
        new PutParameterCommand({
          ...{ Name: `/${name}`, Type: 'String', Value: name },
          Tags: name === 'a' ? [{ Key: 'open', Value: 'yes' }] : [],
        }),
      );
    await act(await assume(aws.client, role));
    writeFileSync(join(folder, 'roles.jsonl'), `${JSON.stringify(role)}\n`);
    const { roles, answers } = readRecording(folder);
    return judge(replay(roles, answers), exemptions);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const read = (as: ClientSettings, name: string) =>
  new SSMClient(as).send(new GetParameterCommand({ Name: `/${name}` }));
const mayRead = { Effect: 'Allow', Action: ['ssm:GetParameter'], Resource: parameters('a') };

test('a policy of which all is used is proven', async () => {
  const { parts, proven, problems } = await play({ statements: [mayRead], act: (as) => read(as, 'a') });
  expect({ parts, proven, problems }).toEqual({ parts: 3, proven: 3, problems: [] });
});

test('an action that nobody needs is found', async () => {
  const Action = ['ssm:GetParameter', 'ssm:DeleteParameter'];
  const { problems } = await play({ statements: [{ ...mayRead, Action }], act: (as) => read(as, 'a') });
  expect(problems).toEqual([
    'reader, read: action ssm:DeleteParameter: no recorded answer changes without this action ssm:DeleteParameter',
  ]);
});

test('a resource that nobody needs is found, and a statement that says what another says', async () => {
  const wide = { ...mayRead, Resource: parameters('a', 'b') };
  const { problems } = await play({ statements: [wide], act: (as) => read(as, 'a') });
  expect(problems).toEqual([expect.stringMatching(/^reader, read: resource \S+parameter\/b: /)]);
  const twice = await play({ statements: [mayRead, mayRead], act: (as) => read(as, 'a') });
  expect(twice.proven).toBe(0);
  expect(twice.problems).toHaveLength(6);
});

test('a condition is proven by what it forbids', async () => {
  const Condition = { StringEquals: { 'aws:ResourceTag/open': 'yes' } };
  const statements = [{ ...mayRead, Resource: parameters('*'), Condition }];
  const within = await play({ statements, act: (as) => read(as, 'a') });
  expect(within.problems).toEqual([
    expect.stringMatching(/: condition StringEquals aws:ResourceTag\/open: /),
  ]);
  const beyond = await play({
    statements,
    act: async (as) => {
      await read(as, 'a');
      await expect(read(as, 'b')).rejects.toThrow('is not authorized');
    },
  });
  expect(beyond.problems).toEqual([]);
});

test('an exemption counts, and is an error where it is not needed', async () => {
  const exempt = (part: string): Exemption => ({
    ...{ because: 'aws', reason: 'AWS asks for it at times that nobody can bring about.' },
    ...{ roles: ['reader'], statement: 'read', parts: [part] },
  });
  const Action = ['ssm:GetParameter', 'ssm:DeleteParameter'];
  const given = { statements: [{ ...mayRead, Action }], act: (as: ClientSettings) => read(as, 'a') };
  const needed = await play({ ...given, exemptions: [exempt('action ssm:DeleteParameter')] });
  expect(needed).toMatchObject({ proven: 3, exempt: { aws: 1, logic: 0, open: 0 }, problems: [] });
  const superfluous = await play({
    ...given,
    exemptions: [exempt('action ssm:DeleteParameter'), exempt('action ssm:GetParameter'), exempt('action *')],
  });
  expect(superfluous.problems).toEqual([
    expect.stringMatching(
      /^reader, read: action ssm:GetParameter: is exempt, and ssm:GetParameter on \S+ is refused without it$/,
    ),
    'reader, read: action *: is exempt, and is not there',
  ]);
});
