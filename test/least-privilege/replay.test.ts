import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { CreateFunctionCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { CreateStateMachineCommand, SFNClient } from '@aws-sdk/client-sfn';
import { GetParameterCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { parsePolicy } from 'aws-languages/policy/document';
import { type ClientSettings, startAws } from 'embedded-aws';
import { zipSync } from 'fflate';
import { assume } from './deployed-roles';
import { type Exemption, judge } from './exemptions';
import { without } from './parts';
import { type Recording, readRecording, type WrittenRole } from './recording';
import { type Proof, replay } from './replay';

const arn = 'arn:aws:iam::000000000000:role/kiln-prod-reader-us-east-1-lambdaRole';
const [EC2, LAMBDA] = ['ec2.amazonaws.com', 'lambda.amazonaws.com'];
const parameters = (...names: string[]) => names.map((name) => `arn:aws:ssm:us-east-1:*:parameter/${name}`);

/** What a role may do, and what it does. */
interface Play {
  readonly statements: readonly object[];
  readonly act: (as: ClientSettings) => Promise<unknown>;
  readonly exemptions?: readonly Exemption[];
}

const document = (Statement: readonly object[]) => JSON.stringify({ Version: '2012-10-17', Statement });
const trusting = (...Service: string[]) => ({
  ...{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service } },
});

/** Has an embedded AWS record what happens to a role. */
async function record(
  policies: { readonly trust: readonly object[]; readonly statements: readonly object[] },
  happen: (root: ClientSettings, role: WrittenRole) => Promise<unknown>,
): Promise<Recording> {
  const folder = mkdtempSync(join(tmpdir(), 'kiln-decisions-'));
  try {
    await using aws = await startAws({ decisions: folder });
    const [trust, own] = [document(policies.trust), document(policies.statements)];
    const role: WrittenRole = { kind: 'role', arn, trust, documents: [own], names: ['read'], managed: {} };
    const RoleName = arn.split('/').at(-1);
    const iam = new IAMClient(aws.client);
    await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: trust }));
    await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: 'own', PolicyDocument: own }));
    await happen(aws.client, role);
    writeFileSync(join(folder, 'roles.jsonl'), `${JSON.stringify(role)}\n`);
    return readRecording(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const isTrust = ({ part }: Proof) => part.name.startsWith('trust');

/** Judges the policy of a role by what it does. */
async function play({ statements, act, exemptions = [] }: Play) {
  const recording = await record({ trust: [trusting(EC2)], statements }, async (root, role) => {
    for (const name of ['a', 'b'])
      await new SSMClient(root).send(
        new PutParameterCommand({
          ...{ Name: `/${name}`, Type: 'String', Value: name },
          Tags: name === 'a' ? [{ Key: 'open', Value: 'yes' }] : [],
        }),
      );
    await act(await assume(root, role));
  });
  return judge(
    replay(recording).filter((proof) => !isTrust(proof)),
    exemptions,
  );
}

/** Judges the trust policy of a role by who was given it. */
async function playTrust(trust: readonly object[], act: (root: ClientSettings) => Promise<unknown>) {
  const recording = await record({ trust, statements: [mayRead] }, act);
  return judge(replay(recording).filter(isTrust), []);
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

test('a bucket has a name of its own in each deployment, and is the same part in all', () => {
  const [statement, name] = ['Allow s3:GetObject', 'read'];
  const documentOf = (bucket: string) =>
    parsePolicy(
      document([{ Effect: 'Allow', Action: 's3:GetObject', Resource: [bucket, `${bucket}/commands/*`] }]),
      { kind: 'identity' },
    );
  for (const text of ['', '/commands/*']) {
    const part = {
      role: 'reader',
      statement,
      name,
      kind: 'resource',
      text: `arn:aws:s3:::kiln-bucket${text}`,
    } as const;
    for (const id of ['kj4pqxqjogmd', 'iauybg3y9320'])
      expect(
        without([documentOf(`arn:aws:s3:::kiln-bucket-${id}`)], part)?.[0]?.statements[0]?.resources,
      ).toEqual([`arn:aws:s3:::kiln-bucket-${id}${text === '' ? '/commands/*' : ''}`]);
  }
});

test('the policy of a VPC endpoint through which a call came is read, too', () => {
  const folder = mkdtempSync(join(tmpdir(), 'kiln-decisions-'));
  const documents = ['own', 'endpoint'].map((digest) => ({
    ...{ kind: 'policy', digest },
    document: parsePolicy(document([{ ...mayRead, Sid: digest }]), { kind: 'identity' }),
  }));
  const call = {
    ...{ kind: 'call', role: arn, service: 'ssm', operation: 'GetParameter' },
    accesses: [{ request: {}, policies: { identity: ['own'], endpoint: 'endpoint' }, effect: 'Allow' }],
  };
  const lines = [...documents, call].map((line) => `${JSON.stringify(line)}\n`);
  writeFileSync(join(folder, 'decisions.jsonl'), lines.join(''));
  const { answers } = readRecording(folder);
  rmSync(folder, { recursive: true });
  const [own, endpoint] = documents.map((one) => JSON.parse(JSON.stringify(one.document)));
  expect(answers[0]?.policies).toEqual({ identity: [own], endpoint });
});

test('an exemption counts, and is an error where it is not needed', async () => {
  const exempt = (part: string): Exemption => ({
    ...{ because: 'aws', reason: 'AWS asks for it at times that nobody can bring about.' },
    ...{ roles: ['reader'], statement: 'read', parts: [part] },
  });
  const Action = ['ssm:GetParameter', 'ssm:DeleteParameter'];
  const given = { statements: [{ ...mayRead, Action }], act: (as: ClientSettings) => read(as, 'a') };
  const needed = await play({ ...given, exemptions: [exempt('action ssm:DeleteParameter')] });
  expect(needed).toMatchObject({ proven: 3, exempt: { aws: 1, logic: 0 }, problems: [] });
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

const giveToLambda = (root: ClientSettings) =>
  new LambdaClient(root).send(
    new CreateFunctionCommand({
      ...{ FunctionName: 'reader', Role: arn, Runtime: 'nodejs22.x', Handler: 'index.handler' },
      Code: { ZipFile: zipSync({ 'index.js': Buffer.from('') }) },
    }),
  );
const giveToStates = (root: ClientSettings) =>
  new SFNClient(root).send(
    new CreateStateMachineCommand({
      ...{ name: 'reader', roleArn: arn },
      definition: '{"StartAt":"a","States":{"a":{"Type":"Succeed"}}}',
    }),
  );

test('whom a role trusts is proven by who may be it and who may not', async () => {
  const { parts, proven, problems } = await playTrust([trusting(LAMBDA)], async (root) => {
    await giveToLambda(root);
    await expect(giveToStates(root)).rejects.toThrow('assume');
  });
  expect({ parts, proven, problems }).toEqual({ parts: 3, proven: 3, problems: [] });
});

test('somebody who is trusted and never is the role is found, and so is one whose place anybody might have', async () => {
  const both = await playTrust([trusting(LAMBDA, EC2)], async (root) => {
    await giveToLambda(root);
    await expect(giveToStates(root)).rejects.toThrow('assume');
  });
  expect(both.problems).toEqual([expect.stringMatching(/^reader, trust: principal Service ec2/)]);
  const open = await playTrust([trusting(LAMBDA)], giveToLambda);
  expect(open.problems).toEqual([expect.stringMatching(/^reader, trust: principal Service lambda/)]);
});

test('a condition on trust is proven by whom it keeps out', async () => {
  const Condition = { StringEquals: { 'aws:SourceAccount': '000000000000' } };
  const { problems } = await playTrust([{ ...trusting(LAMBDA), Condition }], async (root) => {
    await giveToLambda(root);
    await expect(giveToStates(root)).rejects.toThrow('assume');
  });
  expect(problems).toEqual([
    expect.stringMatching(/^reader, trust: condition StringEquals aws:SourceAccount: /),
  ]);
});
