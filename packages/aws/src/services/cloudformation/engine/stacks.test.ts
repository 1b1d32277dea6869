import { type NewRegion, newRegion } from '../../../testing/region';
import { cloudFormationOf, parameter, RefusingParameters, type TestedCloudFormation } from '../testing';

let region: NewRegion;
let cfn: TestedCloudFormation;
let store: RefusingParameters;
beforeEach(async () => {
  store = new RefusingParameters();
  region = await newRegion({ region: 'eu-north-1', instead: { ssm: store.operations } });
  cfn = cloudFormationOf(region);
});
afterEach(() => region.aws.stop());

const trust = `AssumeRolePolicyDocument: { Version: "2012-10-17", Statement: [{ Effect: Allow, Principal: { Service: ec2.amazonaws.com }, Action: "sts:AssumeRole" }] }`;

test('a stack is made in the order of its dependencies, and tells of it as AWS does', async () => {
  const stack = await cfn.create(
    'net',
    `
Resources:
  B: ${parameter('/b', '!GetAtt A.Value')}
  A: ${parameter('/a', '1')}
Outputs: { Name: { Value: !Ref B } }`,
  );
  expect(stack).toMatchObject({
    StackStatus: 'CREATE_COMPLETE',
    Outputs: [{ OutputKey: 'Name', OutputValue: '/b' }],
  });
  expect(stack?.StackId).toMatch(
    /^arn:aws:cloudformation:eu-north-1:000000000000:stack\/net\/[0-9a-f-]{36}$/,
  );
  expect(store.values).toEqual(
    new Map([
      ['/a', '1'],
      ['/b', '1'],
    ]),
  );
  expect(await cfn.story('net')).toEqual([
    'net CREATE_IN_PROGRESS',
    'A CREATE_IN_PROGRESS',
    'A CREATE_IN_PROGRESS',
    'A CREATE_COMPLETE',
    'B CREATE_IN_PROGRESS',
    'B CREATE_IN_PROGRESS',
    'B CREATE_COMPLETE',
    'net CREATE_COMPLETE',
  ]);
});

test('what independent resources need is not waited for by others', async () => {
  await cfn.create('net', `Resources: { A: ${parameter('/a', '1')}, B: ${parameter('/b', '1')} }`);
  expect((await cfn.story('net')).slice(1, 3)).toEqual(['A CREATE_IN_PROGRESS', 'B CREATE_IN_PROGRESS']);
});

test('names are made from the stack, the logical id and chance; tags from the stack', async () => {
  await cfn.create(
    'net',
    `Resources: { Server: { Type: AWS::IAM::Role, Properties: { ${trust} } } }\nOutputs: { Name: { Value: !Ref Server } }`,
    {
      Capabilities: ['CAPABILITY_IAM'],
      Tags: [{ Key: 'project', Value: 'lamps' }],
    },
  );
  const name = (await cfn.outputs('net')).Name ?? '';
  expect(name).toMatch(/^net-Server-[A-Z0-9]{12}$/);
  expect((await region.api('iam').ListRoleTags({ RoleName: name })).Tags).toEqual(
    expect.arrayContaining([
      { Key: 'project', Value: 'lamps' },
      { Key: 'aws:cloudformation:stack-name', Value: 'net' },
      { Key: 'aws:cloudformation:logical-id', Value: 'Server' },
    ]),
  );
});

test.each([
  [{ OnFailure: 'DO_NOTHING' as const }, 'CREATE_FAILED', ['/a']],
  [{ DisableRollback: true }, 'CREATE_FAILED', ['/a']],
  [{ OnFailure: 'DELETE' as const }, 'DELETE_COMPLETE', []],
])('a failure under %j ends in %s', async (options, status, left) => {
  store.refused.add('/b');
  const { StackId } = await cfn.aws.CreateStack({
    StackName: 'net',
    TemplateBody: `Resources: { A: ${parameter('/a', '1')}, B: ${parameter('/b', '!GetAtt A.Value')} }`,
    ...options,
  });
  await cfn.settled(StackId);
  expect((await cfn.describe(StackId))?.StackStatus).toBe(status);
  expect([...store.values.keys()]).toEqual(left);
});

test.each([
  ['Foo: 1', '#: extraneous key [Foo] is not permitted'],
  ['Value: [a]', '#/Value: expected type: String, found: JSONArray'],
  ['Description: x', '#: required key [Value] not found'],
])('properties { %s } fail the resource with %s', async (property, message) => {
  const value = property.startsWith('Foo') ? 'Value: a, ' : '';
  await cfn.create(
    'net',
    `Resources: { A: { Type: AWS::SSM::Parameter, Properties: { Type: String, ${value}${property} } } }`,
  );
  expect(await cfn.reason('net', 'A')).toBe(
    `Properties validation failed for resource A with message:\n${message}`,
  );
});

test('a property that is changed is changed in place, one that cannot be is a new resource', async () => {
  await cfn.create(
    'net',
    `Resources: { A: ${parameter('/a', '1')}, B: ${parameter('/b', '1')}, Gone: ${parameter('/gone', '1')} }`,
  );
  store.calls.length = 0;
  const stack = await cfn.update(
    'net',
    `Resources: { A: ${parameter('/a', '2')}, B: ${parameter('/new', '1')}, C: ${parameter('/c', '!Ref B')} }`,
  );
  expect(stack?.StackStatus).toBe('UPDATE_COMPLETE');
  expect(store.values).toEqual(
    new Map([
      ['/a', '2'],
      ['/new', '1'],
      ['/c', '/new'],
    ]),
  );
  expect(store.calls).toEqual([
    'PutParameter /a',
    'PutParameter /new',
    'PutParameter /c',
    'DeleteParameter /b',
    'DeleteParameter /gone',
  ]);
  const story = await cfn.story('net');
  expect(story.slice(story.indexOf('net UPDATE_IN_PROGRESS'))).toEqual(
    expect.arrayContaining([
      'A UPDATE_COMPLETE',
      'B UPDATE_COMPLETE',
      'C CREATE_COMPLETE',
      'B DELETE_COMPLETE',
      'Gone DELETE_COMPLETE',
      'net UPDATE_COMPLETE_CLEANUP_IN_PROGRESS',
    ]),
  );
  expect(story.at(-1)).toBe('net UPDATE_COMPLETE');
});

test('a stack that is deleted while it is made waits for nothing more', async () => {
  const role = `{ Type: AWS::IAM::Role, Properties: { ${trust} } }`;
  const { StackId = '' } = await cfn.aws.CreateStack({
    StackName: 'net',
    TemplateBody: `Resources: { A: ${parameter('/a', '1')}, R: ${role}, B: ${parameter('/b', '1', ', DependsOn: [A, R]')} }`,
    Capabilities: ['CAPABILITY_IAM'],
  });
  await cfn.aws.DeleteStack({ StackName: 'net' });
  expect((await cfn.describe(StackId))?.StackStatus).toBe('DELETE_IN_PROGRESS');
  await cfn.settled(StackId);
  expect((await cfn.describe(StackId))?.StackStatus).toBe('DELETE_COMPLETE');
  expect(store.values.size).toBe(0);
  expect(store.calls).not.toContain('PutParameter /b');
});

test('an update without changes is refused', async () => {
  const body = `Resources: { A: ${parameter('/a', '1')} }`;
  await cfn.create('net', body);
  await expect(
    cfn.aws.UpdateStack({ StackName: 'net', TemplateBody: `Description: other\n${body}` }),
  ).rejects.toThrow(
    expect.objectContaining({ code: 'ValidationError', message: 'No updates are to be performed.' }),
  );
});

test('a resource with a name of its own cannot be replaced under that name', async () => {
  const role = (path: string) =>
    `Resources: { R: { Type: AWS::IAM::Role, Properties: { RoleName: mine, Path: ${path}, ${trust} } } }`;
  const Capabilities = ['CAPABILITY_NAMED_IAM' as const];
  await cfn.create('net', role('/a/'), { Capabilities });
  const stack = await cfn.update('net', role('/b/'), { Capabilities });
  expect(stack?.StackStatus).toBe('UPDATE_ROLLBACK_COMPLETE');
  expect(await cfn.reason('net', 'R')).toBe(
    'CloudFormation cannot update a stack when a custom-named resource requires replacing. Rename mine and update the stack again.',
  );
});

test('deletion goes against the dependencies and leaves what shall be retained', async () => {
  await cfn.create(
    'net',
    `Resources: { A: ${parameter('/a', '1')}, B: ${parameter('/b', '!Ref A')}, Kept: ${parameter('/kept', '!Ref B', ', DeletionPolicy: Retain')} }`,
  );
  store.calls.length = 0;
  const stack = await cfn.remove('net');
  expect(stack?.StackStatus).toBe('DELETE_COMPLETE');
  expect(store.calls).toEqual(['DeleteParameter /b', 'DeleteParameter /a']);
  expect(await cfn.story(stack?.StackId ?? '')).toContain('Kept DELETE_SKIPPED');
  await expect(cfn.aws.DescribeStacks({ StackName: 'net' })).rejects.toThrow(
    'Stack with id net does not exist',
  );
  await cfn.create('net', `Resources: { A: ${parameter('/a', '1')} }`);
});

test('what cannot be deleted is told, and can be retained at the next try', async () => {
  await cfn.create('net', `Resources: { A: ${parameter('/a', '1')} }`);
  store.refused.add('/a');
  const stack = await cfn.remove('net');
  expect(stack).toMatchObject({
    StackStatus: 'DELETE_FAILED',
    StackStatusReason: 'The following resource(s) failed to delete: [A]. ',
  });
  await cfn.aws.DeleteStack({ StackName: 'net', RetainResources: ['A'] });
  await cfn.settled(stack?.StackId ?? '');
  expect((await cfn.describe(stack?.StackId))?.StackStatus).toBe('DELETE_COMPLETE');
  expect(store.values.has('/a')).toBe(true);
});

test('termination protection is heeded', async () => {
  await cfn.create('net', `Resources: { A: ${parameter('/a', '1')} }`, {
    EnableTerminationProtection: true,
  });
  await expect(cfn.aws.DeleteStack({ StackName: 'net' })).rejects.toThrow(
    'cannot be deleted while TerminationProtection is enabled',
  );
  await cfn.aws.UpdateTerminationProtection({ StackName: 'net', EnableTerminationProtection: false });
  expect((await cfn.remove('net'))?.StackStatus).toBe('DELETE_COMPLETE');
});

test('a name is taken by one stack', async () => {
  const body = `Resources: { A: ${parameter('/a', '1')} }`;
  await cfn.create('net', body);
  await expect(cfn.aws.CreateStack({ StackName: 'net', TemplateBody: body })).rejects.toThrow(
    expect.objectContaining({ code: 'AlreadyExistsException', message: 'Stack [net] already exists' }),
  );
});

test.each([
  [`{ ${trust} }`, 'CAPABILITY_IAM'],
  [`{ RoleName: mine, ${trust} }`, 'CAPABILITY_NAMED_IAM'],
])('a role %s needs %s', async (properties, capability) => {
  await expect(
    cfn.aws.CreateStack({
      StackName: 'net',
      TemplateBody: `Resources: { R: { Type: AWS::IAM::Role, Properties: ${properties} } }`,
      Capabilities: capability === 'CAPABILITY_NAMED_IAM' ? ['CAPABILITY_IAM'] : [],
    }),
  ).rejects.toThrow(
    expect.objectContaining({
      code: 'InsufficientCapabilitiesException',
      message: `Requires capabilities : [${capability}]`,
    }),
  );
});
