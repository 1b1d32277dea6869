import { openPlace, type Place } from './place';

let place: Place;
beforeEach(() => {
  place = openPlace();
});
afterEach(() => place.close());

const parameter = (name: string, value: string, more = '') =>
  `{ Type: AWS::SSM::Parameter, Properties: { Name: ${name}, Type: String, Value: ${value} }${more} }`;

const trust = `AssumeRolePolicyDocument: { Version: "2012-10-17", Statement: [{ Effect: Allow, Principal: { Service: ec2.amazonaws.com }, Action: "sts:AssumeRole" }] }`;

test('a stack is made in the order of its dependencies, and tells of it as AWS does', async () => {
  const stack = await place.create(
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
  expect(place.ssm.values).toEqual(
    new Map([
      ['/a', '1'],
      ['/b', '1'],
    ]),
  );
  expect(place.story('net')).toEqual([
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
  await place.create('net', `Resources: { A: ${parameter('/a', '1')}, B: ${parameter('/b', '1')} }`);
  expect(place.story('net').slice(1, 3)).toEqual(['A CREATE_IN_PROGRESS', 'B CREATE_IN_PROGRESS']);
});

test('names are made from the stack, the logical id and chance; tags from the stack', async () => {
  await place.create(
    'net',
    `Resources: { Server: { Type: AWS::IAM::Role, Properties: { ${trust} } } }\nOutputs: { Name: { Value: !Ref Server } }`,
    {
      Capabilities: ['CAPABILITY_IAM'],
      Tags: [{ Key: 'project', Value: 'kiln' }],
    },
  );
  const name = place.outputs('net').Name ?? '';
  expect(name).toMatch(/^net-Server-[A-Z0-9]{12}$/);
  expect((await place.iam.operations.ListRoleTags({ RoleName: name })).Tags).toEqual(
    expect.arrayContaining([
      { Key: 'project', Value: 'kiln' },
      { Key: 'aws:cloudformation:stack-name', Value: 'net' },
      { Key: 'aws:cloudformation:logical-id', Value: 'Server' },
    ]),
  );
});

test('a failure takes back what was made, and says why', async () => {
  place.ssm.refused.add('/b');
  const stack = await place.create(
    'net',
    `Resources: { A: ${parameter('/a', '1')}, B: ${parameter('/b', '!GetAtt A.Value')}, C: ${parameter('/c', '!GetAtt B.Value')} }`,
  );
  expect(stack).toMatchObject({ StackStatus: 'ROLLBACK_COMPLETE' });
  expect(place.reason('net', 'B')).toMatch(
    /^Resource handler returned message: "\/b is refused \(Service: Ssm, Status Code: 400, Request ID: [0-9a-f-]+\)" \(RequestToken: [0-9a-f-]+, HandlerErrorCode: InvalidRequest\)$/,
  );
  expect(place.reason('net', 'net')).toBe(
    'The following resource(s) failed to create: [B]. Rollback requested by user.',
  );
  expect(place.ssm.values.size).toBe(0);
  expect(place.story('net')).not.toContain('C CREATE_IN_PROGRESS');
  await expect(place.aws.UpdateStack({ StackName: 'net', UsePreviousTemplate: true })).rejects.toThrow(
    /is in ROLLBACK_COMPLETE state and can not be updated/,
  );
});

test.each([
  [{ OnFailure: 'DO_NOTHING' as const }, 'CREATE_FAILED', ['/a']],
  [{ DisableRollback: true }, 'CREATE_FAILED', ['/a']],
  [{ OnFailure: 'DELETE' as const }, 'DELETE_COMPLETE', []],
])('a failure under %j ends in %s', async (options, status, left) => {
  place.ssm.refused.add('/b');
  const { StackId } = await place.aws.CreateStack({
    StackName: 'net',
    TemplateBody: `Resources: { A: ${parameter('/a', '1')}, B: ${parameter('/b', '!GetAtt A.Value')} }`,
    ...options,
  });
  await place.settled(StackId);
  expect(place.aws.DescribeStacks({ StackName: StackId }).Stacks[0]?.StackStatus).toBe(status);
  expect([...place.ssm.values.keys()]).toEqual(left);
});

test.each([
  ['Foo: 1', '#: extraneous key [Foo] is not permitted'],
  ['Value: [a]', '#/Value: expected type: String, found: JSONArray'],
  ['Description: x', '#: required key [Value] not found'],
])('properties { %s } fail the resource with %s', async (property, message) => {
  const value = property.startsWith('Foo') ? 'Value: a, ' : '';
  await place.create(
    'net',
    `Resources: { A: { Type: AWS::SSM::Parameter, Properties: { Type: String, ${value}${property} } } }`,
  );
  expect(place.reason('net', 'A')).toBe(
    `Properties validation failed for resource A with message:\n${message}`,
  );
});

test('a property that is changed is changed in place, one that cannot be is a new resource', async () => {
  await place.create(
    'net',
    `Resources: { A: ${parameter('/a', '1')}, B: ${parameter('/b', '1')}, Gone: ${parameter('/gone', '1')} }`,
  );
  place.ssm.calls.length = 0;
  const stack = await place.update(
    'net',
    `Resources: { A: ${parameter('/a', '2')}, B: ${parameter('/new', '1')}, C: ${parameter('/c', '!Ref B')} }`,
  );
  expect(stack?.StackStatus).toBe('UPDATE_COMPLETE');
  expect(place.ssm.values).toEqual(
    new Map([
      ['/a', '2'],
      ['/new', '1'],
      ['/c', '/new'],
    ]),
  );
  expect(place.ssm.calls).toEqual([
    'PutParameter /a',
    'PutParameter /new',
    'PutParameter /c',
    'DeleteParameter /b',
    'DeleteParameter /gone',
  ]);
  const story = place.story('net');
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

test('an update that fails is taken back: changes, new resources and replacements', async () => {
  await place.create(
    'net',
    `Resources: { A: ${parameter('/a', '1')}, B: ${parameter('/b', '1')} }\nOutputs: { O: { Value: !GetAtt A.Value } }`,
  );
  place.ssm.refused.add('/z');
  const stack = await place.update(
    'net',
    `Resources: { A: ${parameter('/a', '2')}, B: ${parameter('/new', '!GetAtt A.Value')}, C: ${parameter('/c', '!Ref B')}, Z: ${parameter('/z', '!Ref C')} }\nOutputs: { O: { Value: x } }`,
  );
  expect(stack).toMatchObject({ StackStatus: 'UPDATE_ROLLBACK_COMPLETE', Outputs: [{ OutputValue: '1' }] });
  expect(place.ssm.values).toEqual(
    new Map([
      ['/a', '1'],
      ['/b', '1'],
    ]),
  );
  expect(place.reason('net', 'net')).toBe('The following resource(s) failed to create: [Z]. ');
  const resources = place.aws.ListStackResources({ StackName: 'net' }).StackResourceSummaries;
  expect(resources.map(({ PhysicalResourceId }) => PhysicalResourceId)).toEqual(['/a', '/b']);
  const next = await place.update(
    'net',
    `Resources: { A: ${parameter('/a', '3')}, B: ${parameter('/b', '1')} }`,
  );
  expect(next?.StackStatus).toBe('UPDATE_COMPLETE');
});

describe('a stack policy', () => {
  const body = (a: string, b = `, B: ${parameter('/b', '1')}`) =>
    `Resources: { A: ${parameter('/a', a)}${b} }`;
  const policy = (...statements: object[]) =>
    JSON.stringify({ Statement: statements.map((one) => ({ Principal: '*', ...one })) });
  const everything = { Effect: 'Allow', Action: 'Update:*', Resource: '*' };
  const keepA = policy(everything, {
    Effect: 'Deny',
    Action: ['Update:Modify', 'Update:Replace'],
    Resource: 'LogicalResourceId/A',
  });

  test('keeps updates off what it protects', async () => {
    await place.create('net', body('1'), { StackPolicyBody: keepA });
    expect((await place.update('net', body('2')))?.StackStatus).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(place.reason('net', 'A')).toBe(
      'Action denied by stack policy: Statement [#2] does not allow [Update:Modify] for resource [LogicalResourceId/A];',
    );
    await place.update('net', `Resources: { A: ${parameter('/moved', '1')} }`);
    expect(place.reason('net', 'A')).toContain('does not allow [Update:Replace]');
    expect(place.ssm.values.get('/a')).toBe('1');
    expect((await place.update('net', body('1', '')))?.StackStatus).toBe('UPDATE_COMPLETE');
  });

  test('allows nothing that it does not name', async () => {
    await place.create('net', body('1'));
    await place.aws.SetStackPolicy({
      StackName: 'net',
      StackPolicyBody: policy({ ...everything, Action: 'Update:Modify' }),
    });
    expect((await place.update('net', body('2')))?.StackStatus).toBe('UPDATE_COMPLETE');
    expect((await place.update('net', body('2', '')))?.StackStatus).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(place.reason('net', 'B')).toMatch(/^Action not allowed by stack policy: .*Update:Delete/);
    expect(place.ssm.values.get('/b')).toBe('1');
  });

  test('gives way to another for one update', async () => {
    await place.create('net', body('1'), { StackPolicyBody: keepA });
    const once = { StackPolicyDuringUpdateBody: policy(everything) };
    expect((await place.update('net', body('2'), once))?.StackStatus).toBe('UPDATE_COMPLETE');
    expect((await place.update('net', body('3')))?.StackStatus).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(place.aws.GetStackPolicy({ StackName: 'net' }).StackPolicyBody).toBe(keepA);
  });

  test.each([
    ['not a policy', 'Invalid stack policy'],
    ['{}', 'Invalid stack policy'],
    ['{"Statement":[]}', 'Invalid stack policy'],
    [
      policy({ ...everything, Resource: 'LogicalResourceId/Ghost' }),
      "Unknown logical id 'LogicalResourceId/Ghost' in statement {}",
    ],
  ])('like %s is refused', async (StackPolicyBody, message) => {
    await place.create('net', body('1'));
    await expect(place.aws.SetStackPolicy({ StackName: 'net', StackPolicyBody })).rejects.toMatchObject({
      code: 'ValidationError',
      message: expect.stringContaining(`Error validating stack policy: ${message}`),
    });
  });
});

describe('an update that failed and was left so', () => {
  const body = (a: string, b: string, more = '') =>
    `Resources: { A: ${parameter('/a', a)}, B: ${parameter('/b', b, ', DependsOn: A')}${more} }`;
  const failing = (name: string) => ({ DisableRollback: true, StackName: name });

  async function leaveFailed() {
    await place.create('net', body('1', '1'));
    place.ssm.refused.add('/b');
    const stack = await place.update('net', body('2', '2', `, C: ${parameter('/c', '1')}`), failing('net'));
    expect(stack?.StackStatus).toBe('UPDATE_FAILED');
  }

  test('does what is still to be done when it is tried again', async () => {
    await leaveFailed();
    place.ssm.refused.clear();
    const stack = await place.update('net', body('2', '2', `, C: ${parameter('/c', '1')}`));
    expect(stack?.StackStatus).toBe('UPDATE_COMPLETE');
    expect(place.ssm.values).toEqual(
      new Map([
        ['/a', '2'],
        ['/b', '2'],
        ['/c', '1'],
      ]),
    );
  });

  test('is taken back on request, and what came after it too', async () => {
    await leaveFailed();
    await place.update('net', body('3', '3'), failing('net'));
    place.ssm.refused.clear();
    place.aws.RollbackStack({ StackName: 'net' });
    await place.settled('net');
    expect(place.story('net').at(-1)).toBe('net UPDATE_ROLLBACK_COMPLETE');
    expect(place.ssm.values).toEqual(
      new Map([
        ['/a', '1'],
        ['/b', '1'],
      ]),
    );
    expect(() => place.aws.RollbackStack({ StackName: 'net' })).toThrow(/can not be rolled back/);
  });

  test('deletes what it had replaced when a later one succeeds', async () => {
    await place.create('net', body('1', '1'));
    place.ssm.refused.add('/b');
    const moved = `Resources: { A: ${parameter('/moved', '1')}, B: ${parameter('/b', '2', ', DependsOn: A')} }`;
    await place.update('net', moved, failing('net'));
    place.ssm.refused.clear();
    await place.update('net', moved);
    expect([...place.ssm.values.keys()].sort()).toEqual(['/b', '/moved']);
  });
});

test('a stack that failed to be made is taken back on request', async () => {
  place.ssm.refused.add('/b');
  const body = `Resources: { A: ${parameter('/a', '1')}, B: ${parameter('/b', '1', ', DependsOn: A')} }`;
  expect(await place.create('net', body, { DisableRollback: true })).toMatchObject({
    StackStatus: 'CREATE_FAILED',
  });
  place.aws.RollbackStack({ StackName: 'net' });
  await place.settled('net');
  expect(place.story('net').at(-1)).toBe('net ROLLBACK_COMPLETE');
  expect(place.ssm.values.size).toBe(0);
});

describe('a rollback that failed', () => {
  const body = (a: string, more = '') => `Resources: { A: ${parameter('/a', a)}${more} }`;

  async function stick() {
    await place.create('net', body('1'));
    place.ssm.refused.add('/z');
    const { StackId } = await place.aws.UpdateStack({
      StackName: 'net',
      TemplateBody: body('2', `, Z: ${parameter('/z', '1', ', DependsOn: A')}`),
    });
    // The change itself succeeds, what would take it back does not.
    place.ssm.onPut = (name) => {
      if (name === '/a') place.ssm.refused.add('/a');
    };
    await place.settled(StackId ?? '');
    expect(place.story('net').at(-1)).toBe('net UPDATE_ROLLBACK_FAILED');
  }

  test('goes on where it stopped when it is told to', async () => {
    await stick();
    place.ssm.refused.clear();
    place.aws.ContinueUpdateRollback({ StackName: 'net' });
    await place.settled('net');
    expect(place.story('net').at(-1)).toBe('net UPDATE_ROLLBACK_COMPLETE');
    expect(place.ssm.values.get('/a')).toBe('1');
    expect(() => place.aws.ContinueUpdateRollback({ StackName: 'net' })).toThrow(
      expect.objectContaining({ code: 'ValidationError' }),
    );
  });

  test('leaves out what it is told to leave out', async () => {
    await stick();
    expect(() =>
      place.aws.ContinueUpdateRollback({ StackName: 'net', ResourcesToSkip: ['Nothing'] }),
    ).toThrow(/can not be skipped/);
    place.aws.ContinueUpdateRollback({ StackName: 'net', ResourcesToSkip: ['A'] });
    await place.settled('net');
    expect(place.story('net').slice(-5)).toEqual([
      'net UPDATE_ROLLBACK_IN_PROGRESS',
      'A UPDATE_COMPLETE',
      'net UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS',
      'Z DELETE_COMPLETE',
      'net UPDATE_ROLLBACK_COMPLETE',
    ]);
    expect(place.ssm.values.get('/a')).toBe('2');
  });
});

test('a stack that is deleted while it is made waits for nothing more', async () => {
  const role = `{ Type: AWS::IAM::Role, Properties: { ${trust} } }`;
  const { StackId = '' } = await place.aws.CreateStack({
    StackName: 'net',
    TemplateBody: `Resources: { A: ${parameter('/a', '1')}, R: ${role}, B: ${parameter('/b', '1', ', DependsOn: [A, R]')} }`,
    Capabilities: ['CAPABILITY_IAM'],
  });
  place.aws.DeleteStack({ StackName: 'net' });
  expect(place.aws.DescribeStacks({ StackName: StackId }).Stacks[0]?.StackStatus).toBe('DELETE_IN_PROGRESS');
  await place.settled(StackId);
  expect(place.aws.DescribeStacks({ StackName: StackId }).Stacks[0]?.StackStatus).toBe('DELETE_COMPLETE');
  expect(place.ssm.values.size).toBe(0);
  expect(place.ssm.calls).not.toContain('PutParameter /b');
});

test('an update without changes is refused', async () => {
  const body = `Resources: { A: ${parameter('/a', '1')} }`;
  await place.create('net', body);
  await expect(
    place.aws.UpdateStack({ StackName: 'net', TemplateBody: `Description: other\n${body}` }),
  ).rejects.toThrow(
    expect.objectContaining({ code: 'ValidationError', message: 'No updates are to be performed.' }),
  );
});

test('a resource with a name of its own cannot be replaced under that name', async () => {
  const role = (path: string) =>
    `Resources: { R: { Type: AWS::IAM::Role, Properties: { RoleName: mine, Path: ${path}, ${trust} } } }`;
  const Capabilities = ['CAPABILITY_NAMED_IAM' as const];
  await place.create('net', role('/a/'), { Capabilities });
  const stack = await place.update('net', role('/b/'), { Capabilities });
  expect(stack?.StackStatus).toBe('UPDATE_ROLLBACK_COMPLETE');
  expect(place.reason('net', 'R')).toBe(
    'CloudFormation cannot update a stack when a custom-named resource requires replacing. Rename mine and update the stack again.',
  );
});

test('deletion goes against the dependencies and leaves what shall be retained', async () => {
  await place.create(
    'net',
    `Resources: { A: ${parameter('/a', '1')}, B: ${parameter('/b', '!Ref A')}, Kept: ${parameter('/kept', '!Ref B', ', DeletionPolicy: Retain')} }`,
  );
  place.ssm.calls.length = 0;
  const stack = await place.remove('net');
  expect(stack?.StackStatus).toBe('DELETE_COMPLETE');
  expect(place.ssm.calls).toEqual(['DeleteParameter /b', 'DeleteParameter /a']);
  expect(place.story(stack?.StackId ?? '')).toContain('Kept DELETE_SKIPPED');
  expect(() => place.aws.DescribeStacks({ StackName: 'net' })).toThrow('Stack with id net does not exist');
  await place.create('net', `Resources: { A: ${parameter('/a', '1')} }`);
});

test('what cannot be deleted is told, and can be retained at the next try', async () => {
  await place.create('net', `Resources: { A: ${parameter('/a', '1')} }`);
  place.ssm.refused.add('/a');
  const stack = await place.remove('net');
  expect(stack).toMatchObject({
    StackStatus: 'DELETE_FAILED',
    StackStatusReason: 'The following resource(s) failed to delete: [A]. ',
  });
  place.aws.DeleteStack({ StackName: 'net', RetainResources: ['A'] });
  await place.settled(stack?.StackId ?? '');
  expect(place.aws.DescribeStacks({ StackName: stack?.StackId }).Stacks[0]?.StackStatus).toBe(
    'DELETE_COMPLETE',
  );
  expect(place.ssm.values.has('/a')).toBe(true);
});

test('termination protection is heeded', async () => {
  await place.create('net', `Resources: { A: ${parameter('/a', '1')} }`, {
    EnableTerminationProtection: true,
  });
  expect(() => place.aws.DeleteStack({ StackName: 'net' })).toThrow(
    'cannot be deleted while TerminationProtection is enabled',
  );
  place.aws.UpdateTerminationProtection({ StackName: 'net', EnableTerminationProtection: false });
  expect((await place.remove('net'))?.StackStatus).toBe('DELETE_COMPLETE');
});

test('a name is taken by one stack', async () => {
  const body = `Resources: { A: ${parameter('/a', '1')} }`;
  await place.create('net', body);
  await expect(place.aws.CreateStack({ StackName: 'net', TemplateBody: body })).rejects.toThrow(
    expect.objectContaining({ code: 'AlreadyExistsException', message: 'Stack [net] already exists' }),
  );
});

test.each([
  [`{ ${trust} }`, 'CAPABILITY_IAM'],
  [`{ RoleName: mine, ${trust} }`, 'CAPABILITY_NAMED_IAM'],
])('a role %s needs %s', async (properties, capability) => {
  await expect(
    place.aws.CreateStack({
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

describe('exports', () => {
  const network = (value: string) =>
    `Resources: { A: ${parameter('/a', '1')} }\nOutputs: { O: { Value: ${value}, Export: { Name: !Sub "\${AWS::StackName}-vpc" } } }`;
  const user = `Resources: { B: ${parameter('/b', '!ImportValue net-vpc')} }`;

  test('are imported by name, and kept while they are', async () => {
    await place.create('net', network('v1'));
    await place.create('app', user);
    expect(place.ssm.values.get('/b')).toBe('v1');
    expect(place.aws.ListExports({}).Exports).toMatchObject([{ Name: 'net-vpc', Value: 'v1' }]);
    expect(place.aws.ListImports({ ExportName: 'net-vpc' }).Imports).toEqual(['app']);
    // AWS begins with the deletion and then lets it be: the stack is again what it was.
    const inUse = 'Delete canceled. Cannot delete export net-vpc as it is in use by app.';
    expect(await place.remove('net')).toMatchObject({
      StackStatus: 'CREATE_COMPLETE',
      StackStatusReason: inUse,
    });
    expect(place.story('net').slice(-2)).toEqual(['net DELETE_IN_PROGRESS', 'net CREATE_COMPLETE']);
    const stack = await place.update('net', network('v2'));
    expect(stack?.StackStatus).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(place.reason('net', 'net')).toBe('Cannot update export net-vpc as it is in use by app.');
    await place.update('net', `Resources: { A: ${parameter('/a', '1')} }`);
    expect(place.reason('net', 'net')).toBe(inUse);
    await place.remove('app');
    expect((await place.remove('net'))?.StackStatus).toBe('DELETE_COMPLETE');
  });

  test('that are not there fail a stack before it makes anything', async () => {
    const body = `Resources: { A: ${parameter('/a', '1')}, B: ${parameter('/b', '!ImportValue net-vpc')} }`;
    expect((await place.create('app', body))?.StackStatus).toBe('ROLLBACK_COMPLETE');
    expect(place.reason('app', 'app')).toBe('No export named net-vpc found. Rollback requested by user.');
    expect(place.story('app').slice(0, 2)).toEqual(['app CREATE_IN_PROGRESS', 'app ROLLBACK_IN_PROGRESS']);
    expect(place.ssm.calls).toEqual([]);
  });

  test('that are not there fail an update and a change set, not the request', async () => {
    await place.create('app', `Resources: { A: ${parameter('/a', '1')} }`);
    expect((await place.update('app', user))?.StackStatus).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(place.reason('app', 'app')).toBe('No export named net-vpc found.');
    const { Id } = await place.aws.CreateChangeSet({
      StackName: 'app',
      ChangeSetName: 'later',
      TemplateBody: user,
    });
    expect(place.aws.DescribeChangeSet({ ChangeSetName: Id })).toMatchObject({
      Status: 'FAILED',
      ExecutionStatus: 'UNAVAILABLE',
      StatusReason: 'No export named net-vpc found.',
    });
  });
});

describe('change sets', () => {
  const body = (value: string) =>
    `Parameters: { V: { Type: String, Default: "${value}" } }\nResources: { A: ${parameter('/a', '!Ref V')} }`;

  test('make a stack, and change it', async () => {
    const made = await place.aws.CreateChangeSet({
      StackName: 'net',
      ChangeSetName: 'first',
      ChangeSetType: 'CREATE',
      TemplateBody: body('1'),
    });
    expect(place.aws.DescribeStacks({ StackName: 'net' }).Stacks[0]?.StackStatus).toBe('REVIEW_IN_PROGRESS');
    expect(place.aws.DescribeChangeSet({ ChangeSetName: made.Id })).toMatchObject({
      Status: 'CREATE_COMPLETE',
      ExecutionStatus: 'AVAILABLE',
      Changes: [
        { ResourceChange: { Action: 'Add', LogicalResourceId: 'A', ResourceType: 'AWS::SSM::Parameter' } },
      ],
    });
    expect(place.ssm.values.size).toBe(0);
    place.aws.ExecuteChangeSet({ ChangeSetName: made.Id });
    await place.settled('net');
    expect(place.aws.DescribeStacks({ StackName: 'net' }).Stacks[0]).toMatchObject({
      StackStatus: 'CREATE_COMPLETE',
      ChangeSetId: made.Id,
    });

    await place.aws.CreateChangeSet({ StackName: 'net', ChangeSetName: 'second', TemplateBody: body('2') });
    expect(place.aws.DescribeChangeSet({ StackName: 'net', ChangeSetName: 'second' }).Changes).toMatchObject([
      {
        ResourceChange: {
          Action: 'Modify',
          Replacement: 'False',
          Scope: ['Properties'],
          PhysicalResourceId: '/a',
        },
      },
    ]);
    place.aws.ExecuteChangeSet({ StackName: 'net', ChangeSetName: 'second' });
    await place.settled('net');
    expect(place.ssm.values.get('/a')).toBe('2');
    expect(place.aws.DescribeStacks({ StackName: 'net' }).Stacks[0]?.StackStatus).toBe('UPDATE_COMPLETE');
  });

  test('without changes fail in the words that deployment tools look for', async () => {
    await place.create('net', body('1'));
    const { Id } = await place.aws.CreateChangeSet({
      StackName: 'net',
      ChangeSetName: 'same',
      TemplateBody: body('1'),
    });
    expect(place.aws.DescribeChangeSet({ ChangeSetName: Id })).toMatchObject({
      Status: 'FAILED',
      StatusReason:
        "The submitted information didn't contain changes. Submit different information to create a change set.",
      ExecutionStatus: 'UNAVAILABLE',
    });
    expect(() => place.aws.ExecuteChangeSet({ ChangeSetName: Id })).toThrow(
      expect.objectContaining({ code: 'InvalidChangeSetStatus' }),
    );
    place.aws.DeleteChangeSet({ ChangeSetName: Id });
    expect(place.aws.ListChangeSets({ StackName: 'net' }).Summaries).toEqual([]);
  });

  test('of a new resource tell replacement and what depends on it', async () => {
    const two = (name: string) =>
      `Resources: { A: ${parameter(name, '1')}, B: ${parameter('/b', '!Ref A')} }`;
    await place.create('net', two('/a'));
    const { Id } = await place.aws.CreateChangeSet({
      StackName: 'net',
      ChangeSetName: 'c',
      TemplateBody: two('/z'),
    });
    expect(place.aws.DescribeChangeSet({ ChangeSetName: Id }).Changes).toMatchObject([
      { ResourceChange: { LogicalResourceId: 'A', Action: 'Modify', Replacement: 'True' } },
      { ResourceChange: { LogicalResourceId: 'B', Action: 'Modify', Details: [{ Evaluation: 'Dynamic' }] } },
    ]);
  });

  test('of a stack that is not there are refused', async () => {
    await expect(
      place.aws.CreateChangeSet({ StackName: 'ghost', ChangeSetName: 'c', TemplateBody: body('1') }),
    ).rejects.toThrow('Stack [ghost] does not exist');
  });
});

test('the IAM types are made, changed and deleted without a rest', async () => {
  const body = (actions: string) => `
Resources:
  Role: { Type: AWS::IAM::Role, Properties: { ${trust}, ManagedPolicyArns: ["arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"], Policies: [{ PolicyName: own, PolicyDocument: { Version: "2012-10-17", Statement: [{ Effect: Allow, Action: "${actions}", Resource: "*" }] } }] } }
  Profile: { Type: AWS::IAM::InstanceProfile, Properties: { Roles: [!Ref Role] } }
  Managed: { Type: AWS::IAM::ManagedPolicy, Properties: { Roles: [!Ref Role], PolicyDocument: { Version: "2012-10-17", Statement: [{ Effect: Allow, Action: "${actions}", Resource: "*" }] } } }
  Inline: { Type: AWS::IAM::Policy, Properties: { PolicyName: inline, Roles: [!Ref Role], PolicyDocument: { Version: "2012-10-17", Statement: [{ Effect: Allow, Action: "${actions}", Resource: "*" }] } } }
Outputs: { Role: { Value: !Ref Role }, Profile: { Value: !GetAtt Profile.Arn }, Managed: { Value: !Ref Managed } }`;
  const Capabilities = ['CAPABILITY_IAM' as const];
  await place.create('net', body('s3:GetObject'), { Capabilities });
  const { Role: RoleName = '', Profile = '', Managed = '' } = place.outputs('net');
  expect(place.iam.instanceProfile(Profile)?.roleArn).toBe(`arn:aws:iam::000000000000:role/${RoleName}`);
  expect((await place.iam.operations.ListRolePolicies({ RoleName })).PolicyNames).toEqual(['inline', 'own']);
  expect((await place.iam.operations.ListAttachedRolePolicies({ RoleName })).AttachedPolicies).toHaveLength(
    2,
  );

  expect((await place.update('net', body('s3:PutObject'), { Capabilities }))?.StackStatus).toBe(
    'UPDATE_COMPLETE',
  );
  const document =
    (await place.iam.operations.GetRolePolicy({ RoleName, PolicyName: 'own' })).PolicyDocument ?? '';
  expect(decodeURIComponent(document)).toContain('s3:PutObject');
  expect((await place.iam.operations.GetPolicy({ PolicyArn: Managed })).Policy?.DefaultVersionId).toBe('v2');

  expect((await place.remove('net'))?.StackStatus).toBe('DELETE_COMPLETE');
  expect((await place.iam.operations.ListRoles({})).Roles).toEqual([]);
  expect((await place.iam.operations.ListPolicies({ Scope: 'Local' })).Policies).toEqual([]);
});
