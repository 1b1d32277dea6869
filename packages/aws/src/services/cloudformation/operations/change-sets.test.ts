import type { Stack } from '@aws-sdk/client-cloudformation';
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

describe('change sets', () => {
  const body = (value: string) =>
    `Parameters: { V: { Type: String, Default: "${value}" } }\nResources: { A: ${parameter('/a', '!Ref V')} }`;

  test('make a stack, and change it', async () => {
    const made = await cfn.aws.CreateChangeSet({
      StackName: 'net',
      ChangeSetName: 'first',
      ChangeSetType: 'CREATE',
      TemplateBody: body('1'),
    });
    expect((await cfn.describe('net'))?.StackStatus).toBe('REVIEW_IN_PROGRESS');
    expect(await cfn.aws.DescribeChangeSet({ ChangeSetName: made.Id })).toMatchObject({
      Status: 'CREATE_COMPLETE',
      ExecutionStatus: 'AVAILABLE',
      Changes: [
        { ResourceChange: { Action: 'Add', LogicalResourceId: 'A', ResourceType: 'AWS::SSM::Parameter' } },
      ],
    });
    expect(store.values.size).toBe(0);
    await cfn.aws.ExecuteChangeSet({ ChangeSetName: made.Id });
    await cfn.settled('net');
    expect(await cfn.describe('net')).toMatchObject({
      StackStatus: 'CREATE_COMPLETE',
      ChangeSetId: made.Id,
    });

    await cfn.aws.CreateChangeSet({ StackName: 'net', ChangeSetName: 'second', TemplateBody: body('2') });
    expect(
      (await cfn.aws.DescribeChangeSet({ StackName: 'net', ChangeSetName: 'second' })).Changes,
    ).toMatchObject([
      {
        ResourceChange: {
          Action: 'Modify',
          Replacement: 'False',
          Scope: ['Properties'],
          PhysicalResourceId: '/a',
        },
      },
    ]);
    await cfn.aws.ExecuteChangeSet({ StackName: 'net', ChangeSetName: 'second' });
    await cfn.settled('net');
    expect(store.values.get('/a')).toBe('2');
    expect((await cfn.describe('net'))?.StackStatus).toBe('UPDATE_COMPLETE');
  });

  test('without changes fail in the words that deployment tools look for', async () => {
    await cfn.create('net', body('1'));
    const { Id } = await cfn.aws.CreateChangeSet({
      StackName: 'net',
      ChangeSetName: 'same',
      TemplateBody: body('1'),
    });
    expect(await cfn.aws.DescribeChangeSet({ ChangeSetName: Id })).toMatchObject({
      Status: 'FAILED',
      StatusReason:
        "The submitted information didn't contain changes. Submit different information to create a change set.",
      ExecutionStatus: 'UNAVAILABLE',
    });
    await expect(cfn.aws.ExecuteChangeSet({ ChangeSetName: Id })).rejects.toThrow(
      expect.objectContaining({ code: 'InvalidChangeSetStatus' }),
    );
    await cfn.aws.DeleteChangeSet({ ChangeSetName: Id });
    expect((await cfn.aws.ListChangeSets({ StackName: 'net' })).Summaries).toEqual([]);
  });

  test('of a new resource tell replacement and what depends on it', async () => {
    const two = (name: string) =>
      `Resources: { A: ${parameter(name, '1')}, B: ${parameter('/b', '!Ref A')} }`;
    await cfn.create('net', two('/a'));
    const { Id } = await cfn.aws.CreateChangeSet({
      StackName: 'net',
      ChangeSetName: 'c',
      TemplateBody: two('/z'),
    });
    expect((await cfn.aws.DescribeChangeSet({ ChangeSetName: Id })).Changes).toMatchObject([
      {
        ResourceChange: {
          LogicalResourceId: 'A',
          Action: 'Modify',
          Replacement: 'True',
          PolicyAction: 'ReplaceAndDelete',
          Details: [{ ChangeSource: 'DirectModification', Evaluation: 'Static' }],
        },
      },
      {
        ResourceChange: {
          LogicalResourceId: 'B',
          Action: 'Modify',
          Replacement: 'False',
          Details: [{ ChangeSource: 'ResourceReference', CausingEntity: 'A', Evaluation: 'Static' }],
        },
      },
    ]);
  });

  const detailsOf = async (id: string | undefined) =>
    (await cfn.aws.DescribeChangeSet({ ChangeSetName: id })).Changes?.map(({ ResourceChange }) => [
      ResourceChange?.LogicalResourceId,
      ResourceChange?.Scope?.join(),
      ...(ResourceChange?.Details ?? []).map(
        ({ ChangeSource, CausingEntity, Evaluation, Target }) =>
          `${Target?.Attribute} ${ChangeSource} ${CausingEntity ?? '-'} ${Evaluation}`,
      ),
    ]);

  test('name the parameters that changes come from, and say that the template may have changed too', async () => {
    await cfn.create('net', body('1'));
    const changed = await cfn.aws.CreateChangeSet({
      StackName: 'net',
      ChangeSetName: 'c',
      UsePreviousTemplate: true,
      Parameters: [{ ParameterKey: 'V', ParameterValue: '2' }],
    });
    expect(await detailsOf(changed.Id)).toEqual([
      [
        'A',
        'Properties',
        'Properties ParameterReference V Static',
        'Properties DirectModification - Dynamic',
      ],
    ]);
    const direct = await cfn.aws.CreateChangeSet({
      StackName: 'net',
      ChangeSetName: 'd',
      TemplateBody: body('1').replace('!Ref V', 'two'),
    });
    expect(await detailsOf(direct.Id)).toEqual([
      ['A', 'Properties', 'Properties DirectModification - Static'],
    ]);
  });

  test('name the attributes that changes come from: certain where the resource is replaced, else perhaps', async () => {
    const chain = (name: string, value: string) =>
      `Resources: { A: ${parameter(name, value)}, B: ${parameter('/b', '!GetAtt A.Value')} }`;
    await cfn.create('net', chain('/a', '1'));
    const attribute = (evaluation: string) => [
      'B',
      'Properties',
      `Properties ResourceAttribute A.Value ${evaluation}`,
    ];
    const updated = { StackName: 'net', ChangeSetName: 'u', TemplateBody: chain('/a', '2') };
    expect((await detailsOf((await cfn.aws.CreateChangeSet(updated)).Id))?.[1]).toEqual(attribute('Dynamic'));
    const replaced = { StackName: 'net', ChangeSetName: 'r', TemplateBody: chain('/z', '1') };
    expect((await detailsOf((await cfn.aws.CreateChangeSet(replaced)).Id))?.[1]).toEqual(attribute('Static'));
  });

  test('list what changes in the metadata of a resource alone', async () => {
    const noted = (note: string) =>
      `Resources: { A: { Metadata: { note: ${note} }, ${parameter('/a', '1').slice(1)} }`;
    await cfn.create('net', noted('old'));
    const { Id } = await cfn.aws.CreateChangeSet({
      StackName: 'net',
      ChangeSetName: 'c',
      TemplateBody: noted('new'),
    });
    expect(await detailsOf(Id)).toEqual([['A', 'Metadata', 'Metadata DirectModification - Static']]);
  });

  test('show no lists of which there is nothing, and their stack neither', async () => {
    const { Id } = await cfn.aws.CreateChangeSet({
      StackName: 'net',
      ChangeSetName: 'c',
      ChangeSetType: 'CREATE',
      TemplateBody: `Resources: { A: ${parameter('/a', '1')} }`,
    });
    const shown = await cfn.aws.DescribeChangeSet({ ChangeSetName: Id });
    expect([shown.Capabilities, shown.NotificationARNs]).toEqual([[], []]);
    expect(Object.keys(shown)).not.toContain('Parameters');
    expect(Object.keys(shown)).not.toContain('Tags');
    await cfn.aws.ExecuteChangeSet({ ChangeSetName: Id });
    await cfn.settled('net');
    const stack: Partial<Stack> = (await cfn.describe('net')) ?? {};
    expect(stack).toMatchObject({ Tags: [], NotificationARNs: [], EnableTerminationProtection: false });
    expect(stack.LastUpdatedTime).toBeInstanceOf(Date);
    for (const member of ['Parameters', 'Capabilities', 'Outputs'])
      expect(Object.keys(stack)).not.toContain(member);
    await cfn.aws.DeleteStack({ StackName: 'net' });
    await cfn.settled(stack.StackId);
    expect(Object.keys((await cfn.describe(stack.StackId)) ?? {})).not.toContain(
      'EnableTerminationProtection',
    );
  });

  test('that were executed are there by their ids when their stack is gone, and are no more what a later update came from', async () => {
    const Capabilities = ['CAPABILITY_IAM' as const];
    const first = { StackName: 'net', ChangeSetName: 'c', TemplateBody: body('1'), Capabilities };
    const { Id, StackId } = await cfn.aws.CreateChangeSet({ ...first, ChangeSetType: 'CREATE' });
    await cfn.aws.ExecuteChangeSet({ ChangeSetName: Id });
    await cfn.settled('net');
    expect((await cfn.describe('net'))?.ChangeSetId).toBe(Id);
    const updated = await cfn.update('net', body('2'));
    expect([updated?.ChangeSetId, updated?.Capabilities]).toEqual([undefined, Capabilities]);
    await cfn.aws.DeleteStack({ StackName: 'net' });
    await cfn.settled(StackId);
    expect((await cfn.aws.DescribeChangeSet({ ChangeSetName: Id })).ExecutionStatus).toBe('EXECUTE_COMPLETE');
    await expect(cfn.aws.DescribeChangeSet({ ChangeSetName: `${Id}x` })).rejects.toMatchObject({
      code: 'ChangeSetNotFound',
    });
  });

  test('leave their names free when they are executed', async () => {
    const first = {
      StackName: 'net',
      ChangeSetName: 'c',
      ChangeSetType: 'CREATE',
      TemplateBody: body('1'),
    } as const;
    await cfn.aws.CreateChangeSet(first);
    await expect(cfn.aws.CreateChangeSet(first)).rejects.toMatchObject({ code: 'AlreadyExistsException' });
    await cfn.aws.ExecuteChangeSet({ StackName: 'net', ChangeSetName: 'c' });
    await cfn.settled('net');
    const next = { StackName: 'net', ChangeSetName: 'c', TemplateBody: body('2') };
    const { Id } = await cfn.aws.CreateChangeSet(next);
    expect((await cfn.aws.DescribeChangeSet({ StackName: 'net', ChangeSetName: 'c' })).ChangeSetId).toBe(Id);
  });

  test.each(['DescribeChangeSet', 'DeleteChangeSet', 'ExecuteChangeSet'] as const)(
    '%s names a stack that is not there',
    async (operation) => {
      await expect(cfn.aws[operation]({ StackName: 'ghost', ChangeSetName: 'c' })).rejects.toMatchObject({
        code: 'ValidationError',
        message: 'Stack [ghost] does not exist',
      });
    },
  );

  test('have names as AWS’s model says', async () => {
    await cfn.create('net', body('1'));
    await expect(
      cfn.aws.CreateChangeSet({ StackName: 'net', ChangeSetName: 'a b', TemplateBody: body('2') }),
    ).rejects.toMatchObject({
      code: 'ValidationError',
      message: expect.stringContaining("Value 'a b' at 'changeSetName' failed to satisfy constraint"),
    });
  });

  test('of a stack that is not there are refused', async () => {
    await expect(
      cfn.aws.CreateChangeSet({ StackName: 'ghost', ChangeSetName: 'c', TemplateBody: body('1') }),
    ).rejects.toThrow('Stack [ghost] does not exist');
  });

  test('show the values that change to whoever asks for them', async () => {
    const template = (more: string) => `
Parameters: { Secret: { Type: String, NoEcho: true, Default: hush } }
Resources:
  A:
    Type: AWS::SSM::Parameter
    Properties: { Name: /a, Type: String, ${more} }
  ${more.includes('one') ? `B: ${parameter('/b', '1')}` : `C: ${parameter('/c', '!Join [" ", [!Ref A, !Ref Secret]]')}`}`;
    const changesOf = async (ChangeSetName: string, TemplateBody: string) => {
      await cfn.aws.CreateChangeSet({ StackName: 'net', ChangeSetName, TemplateBody });
      const asked = { StackName: 'net', ChangeSetName };
      const plain = await cfn.aws.DescribeChangeSet(asked);
      const whole = await cfn.aws.DescribeChangeSet({ ...asked, IncludePropertyValues: true });
      return { plain: plain.Changes ?? [], whole: whole.Changes ?? [] };
    };
    await cfn.create('net', template('Value: one, Description: old'));
    const { plain, whole } = await changesOf('c', template('Value: two, Tier: Standard'));
    expect(JSON.stringify(plain)).not.toMatch(/Context|BeforeValue|AfterValue|Path|AttributeChangeType/);
    const find = (id: string) => whole.find(({ ResourceChange: change }) => change?.LogicalResourceId === id);
    const contexts = (id: string) => {
      const { BeforeContext, AfterContext } = find(id)?.ResourceChange ?? {};
      return [BeforeContext, AfterContext].map((text) => text && JSON.parse(text).Properties);
    };
    expect(contexts('A')).toEqual([
      { Name: '/a', Type: 'String', Value: 'one', Description: 'old' },
      { Name: '/a', Type: 'String', Value: 'two', Tier: 'Standard' },
    ]);
    const targets = find('A')?.ResourceChange?.Details?.map(({ Target }) => Target);
    expect(targets).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          Path: '/Properties/Value',
          BeforeValue: 'one',
          AfterValue: 'two',
          AttributeChangeType: 'Modify',
        }),
        expect.objectContaining({
          Path: '/Properties/Description',
          BeforeValue: 'old',
          AttributeChangeType: 'Remove',
        }),
        expect.objectContaining({
          Path: '/Properties/Tier',
          AfterValue: 'Standard',
          AttributeChangeType: 'Add',
        }),
      ]),
    );
    expect(contexts('B')).toEqual([{ Name: '/b', Type: 'String', Value: '1' }, undefined]);
    expect(contexts('C')).toEqual([undefined, { Name: '/c', Type: 'String', Value: '/a ****' }]);
  });

  test('see no change in a parameter that a dynamic reference names, which is read anew with another change', async () => {
    // biome-ignore-start lint/suspicious/noTemplateCurlyInString: CloudFormation replaces it
    const referring = (more: string) =>
      [
        'Resources:',
        `  V: ${parameter('/v', '"1"')}`,
        '  A: { Type: AWS::SSM::Parameter, Properties: { Name: /a, Type: String, Value: !Sub "{{resolve:ssm:${V}}}"' +
          `${more} } }`,
      ].join('\n');
    // biome-ignore-end lint/suspicious/noTemplateCurlyInString: CloudFormation replaces it
    const changesOf = async (ChangeSetName: string, TemplateBody: string) => {
      const { Id } = await cfn.aws.CreateChangeSet({ StackName: 'net', ChangeSetName, TemplateBody });
      const { Changes = [] } = await cfn.aws.DescribeChangeSet({ ChangeSetName: Id });
      return Changes.flatMap(({ ResourceChange }) =>
        (ResourceChange?.Details ?? []).map(
          ({ Target }) => `${ResourceChange?.LogicalResourceId} ${Target?.Name}`,
        ),
      );
    };
    await cfn.aws.CreateChangeSet({
      StackName: 'net',
      ChangeSetName: 'first',
      ChangeSetType: 'CREATE',
      TemplateBody: referring(''),
    });
    await cfn.aws.ExecuteChangeSet({ StackName: 'net', ChangeSetName: 'first' });
    await cfn.settled('net');
    expect(store.values.get('/a')).toBe('1');

    store.values.set('/v', '7');
    expect(await changesOf('same', referring(''))).toEqual([]);
    expect(await changesOf('other', referring(', Description: other'))).toEqual(['A Description']);
    await cfn.aws.ExecuteChangeSet({ StackName: 'net', ChangeSetName: 'other' });
    await cfn.settled('net');
    expect(store.values.get('/a')).toBe('7');
  });
});
