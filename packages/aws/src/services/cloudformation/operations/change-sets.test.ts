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
      { ResourceChange: { LogicalResourceId: 'A', Action: 'Modify', Replacement: 'True' } },
      { ResourceChange: { LogicalResourceId: 'B', Action: 'Modify', Details: [{ Evaluation: 'Dynamic' }] } },
    ]);
  });

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
