import { type NewRegion, newRegion } from '../../../testing/region';
import { cloudFormationOf, type TestedCloudFormation } from '../testing';

let region: NewRegion;
let cfn: TestedCloudFormation;
beforeEach(async () => {
  region = await newRegion({ region: 'eu-north-1' });
  cfn = cloudFormationOf(region);
});
afterEach(() => region.aws.stop());

const put = (Name: string, Value: string) =>
  region.api('ssm').PutParameter({ Name, Value, Type: 'String', Overwrite: true });

/** A template of nothing but outputs. */
const outputs = (body: string) => `
Resources: { Handle: { Type: AWS::CloudFormation::WaitConditionHandle } }
${body}
`;

async function evaluate(value: string, more = ''): Promise<string | undefined> {
  const stack = await cfn.create('values', outputs(`${more}\nOutputs: { Out: { Value: ${value} } }`));
  expect(stack?.StackStatusReason).toBeUndefined();
  return (await cfn.outputs('values')).Out;
}

test.each([
  [`!Sub "\${AWS::StackName}-\${!Literal}"`, `values-\${Literal}`],
  [`!Sub ["\${A}/\${AWS::Region}", { A: !Join [".", [a, b]] }]`, 'a.b/eu-north-1'],
  ['!Select [1, !Split ["|", "a|b|c"]]', 'b'],
  ['!Base64 hei', 'aGVp'],
  ['!Select [2, !Cidr [10.0.0.0/16, 3, 8]]', '10.0.2.0/24'],
  ['!FindInMap [M, eu-north-1, x]', '7'],
  ['!If [Yes, !Ref AWS::Partition, !Ref Nothing]', 'aws'],
  ['!Join ["", !If [No, [a], [b, !Ref AWS::NoValue]]]', 'b'],
  ['{ "Fn::Join": ["-", [1, true, x]] }', '1-true-x'],
  ['!Ref AWS::URLSuffix', 'amazonaws.com'],
])('%s is %s', async (value, expected) => {
  const more = `
Mappings: { M: { eu-north-1: { x: 7 } } }
Conditions:
  Yes: !And [!Equals [1, "1"], !Not [!Equals [a, b]]]
  No: !Or [!Not [!Condition Yes], !Equals [a, b]]
`;
  expect(await evaluate(value, more)).toBe(expected);
});

test('JSON templates read the same as YAML', async () => {
  const body = JSON.stringify({
    Resources: { Handle: { Type: 'AWS::CloudFormation::WaitConditionHandle' } },
    Outputs: { Out: { Value: { 'Fn::Sub': `\${AWS::AccountId}` } } },
  });
  await cfn.create('values', body);
  expect((await cfn.outputs('values')).Out).toBe('000000000000');
});

const handle = 'Type: AWS::CloudFormation::WaitConditionHandle';
test.each([
  ['no resources', 'Outputs: {}', 'Template format error: At least one Resources member must be defined.'],
  ['no mapping', '- a', 'Template format error: unsupported structure.'],
  ['broken YAML', 'a: [', /^Template format error: YAML not well-formed. \(line \d+, column \d+\)$/],
  [
    'JSON with a wrong character',
    '{"this is invalid JSON"="bobbins"}',
    /^Template format error: JSON not well-formed. \(line 1, column 25\)$/,
  ],
  ['broken JSON', '{ "a": ', /^Template format error: JSON not well-formed. \(line \d+, column \d+\)$/],
  [
    'JSON without an end to its depth',
    `{ "Resources": { "A": { "Type": "AWS::SNS::Topic", "Properties": { "DisplayName": ${'['.repeat(20_000)}${']'.repeat(20_000)} } } } }`,
    'Template format error: unsupported structure.',
  ],
  [
    'YAML without an end to its depth',
    `Resources: { A: { Type: AWS::SNS::Topic, Properties: { DisplayName: ${'['.repeat(9000)}${']'.repeat(9000)} } } }`,
    /^Template format error: YAML not well-formed/,
  ],
  [
    'names that every object has',
    `Mappings: { M: { a: { b: 1 } } }\nResources: { A: { ${handle} } }\nOutputs: { O: { Value: !FindInMap [M, a, constructor] } }`,
    'Template error: Unable to get mapping for M::a::constructor',
  ],
  [
    'a reference to what every object has',
    `Resources: { A: { ${handle} } }\nOutputs: { O: { Value: !Ref constructor } }`,
    'Unresolved resource dependencies [constructor] in the Outputs block of the template',
  ],
  [
    'a stranger section',
    `Resource: {}\nResources: { A: { ${handle} } }`,
    'Invalid template property or properties [Resource]',
  ],
  [
    'an unknown type',
    'Resources: { A: { Type: AWS::Foo::Bar } }',
    'Template format error: Unrecognized resource types: [AWS::Foo::Bar]',
  ],
  [
    'types that only the embedded AWS lacks',
    'Resources: { A: { Type: AWS::SQS::Queue }, B: { Type: AWS::SQS::QueuePolicy } }',
    'Template format error: the resource types [AWS::SQS::Queue, AWS::SQS::QueuePolicy] are not supported by the embedded AWS.',
  ],
  [
    'no type',
    'Resources: { A: {} }',
    'Template format error: [/Resources/A] Every Resources object must contain a Type member.',
  ],
  [
    'a bad logical id',
    `Resources: { A-b: { ${handle} } }`,
    'Template format error: Resource name A-b is non alphanumeric.',
  ],
  [
    'a function that there is not',
    'Resources: { A: { Type: AWS::SSM::Parameter, Properties: { Type: String, Value: { "Fn::Shout": a } } } }',
    /^Template Error: Encountered unsupported function: Fn::Shout Supported functions are: \[Fn::Base64, .*Fn::Cidr\]$/,
  ],
  [
    'a map that there is not',
    'Resources: { A: { Type: AWS::SSM::Parameter, Properties: { Type: String, Value: !FindInMap [M, a, b] } } }',
    "Template error: Mapping named 'M' is not present in the 'Mappings' section of template.",
  ],
  [
    'a key that its map does not have',
    'Mappings: { M: { a: { b: 1 } } }\nResources: { A: { Type: AWS::SSM::Parameter, Properties: { Type: String, Value: !FindInMap [M, !Ref AWS::Region, b] } } }',
    'Template error: Unable to get mapping for M::eu-north-1::b',
  ],
  [
    'a reference to nothing',
    'Resources: { A: { Type: AWS::SSM::Parameter, Properties: { Type: String, Value: !Ref Ghost } } }',
    'Template format error: Unresolved resource dependencies [Ghost] in the Resources block of the template',
  ],
  [
    'a DependsOn on nothing',
    `Resources: { A: { ${handle}, DependsOn: Ghost } }`,
    'Template format error: Unresolved resource dependencies [Ghost] in the Resources block of the template',
  ],
  [
    'an attribute of nothing',
    'Resources: { A: { Type: AWS::SSM::Parameter, Properties: { Type: String, Value: !GetAtt Ghost.Arn } } }',
    'Template error: instance of Fn::GetAtt references undefined resource Ghost',
  ],
  [
    'an attribute that the type has not',
    `Resources: { A: { ${handle} } }\nOutputs: { O: { Value: !GetAtt A.Arn } }`,
    'Template error: resource A does not support attribute type Arn in Fn::GetAtt',
  ],
  [
    'an output of nothing',
    `Resources: { A: { ${handle} } }\nOutputs: { O: { Value: !Ref Ghost } }`,
    'Unresolved resource dependencies [Ghost] in the Outputs block of the template',
  ],
  [
    'an output of what a condition leaves out',
    `Conditions: { No: !Equals [a, b] }\nResources: { A: { ${handle} }, B: { ${handle}, Condition: No } }\nOutputs: { O: { Value: !Ref B } }`,
    'Unresolved resource dependencies [B] in the Outputs block of the template',
  ],
  [
    'a resource in a condition',
    `Conditions: { C: !Equals [!Ref A, a] }\nResources: { A: { ${handle} } }`,
    'Template format error: Unresolved dependencies [A]. Cannot reference resources in the Conditions block of the template',
  ],
  [
    'a cycle',
    `Resources: { A: { ${handle}, DependsOn: B }, B: { ${handle}, DependsOn: A }, C: { ${handle}, DependsOn: A } }`,
    'Circular dependency between resources: [A, B]',
  ],
])('a template with %s is refused', async (_what, TemplateBody, message) => {
  await expect(cfn.aws.CreateStack({ StackName: 'wrong', TemplateBody })).rejects.toThrow(
    expect.objectContaining({
      code: 'ValidationError',
      message: typeof message === 'string' ? message : expect.stringMatching(message),
    }),
  );
  await expect(cfn.aws.DescribeStacks({ StackName: 'wrong' })).rejects.toThrow(
    'Stack with id wrong does not exist',
  );
});

const withParameter = (declaration: string) =>
  outputs(`
Parameters: { P: { ${declaration} } }
Outputs: { Out: { Value: !If [IsList, !Join ["+", !If [IsList, !Ref P, []]], !Ref P] } }
Conditions: { IsList: !Equals [${/List/.test(declaration) ? 'a' : 'b'}, a] }
`);

test.each([
  ['Type: String', undefined, 'Parameters: [P] must have values'],
  ['Type: String, AllowedValues: [a, b]', 'c', "Parameter 'P' must be one of AllowedValues"],
  ['Type: String, AllowedPattern: "[a-z]+"', 'A1', "Parameter 'P' must match pattern [a-z]+"],
  [
    'Type: String, AllowedPattern: "[a-z]+", ConstraintDescription: lower case',
    'A1',
    'Parameter P failed to satisfy constraint: lower case',
  ],
  ['Type: String, MinLength: 3', 'ab', "Parameter 'P' must contain at least 3 characters"],
  ['Type: String, MaxLength: 1', 'ab', "Parameter 'P' must contain at most 1 characters"],
  ['Type: Number', 'ab', "Parameter 'P' must be a number."],
  ['Type: Number, MinValue: 2', '1', "Parameter 'P' must be a number not less than 2"],
  ['Type: Number, MaxValue: 2', '3', "Parameter 'P' must be a number not greater than 2"],
  [
    'Type: "AWS::SSM::Parameter::Value<String>"',
    '/ghost',
    'Unable to fetch parameters [/ghost] from parameter store for this account.',
  ],
])('a parameter { %s } refuses %s', async (declaration, value, message) => {
  const Parameters = value === undefined ? [] : [{ ParameterKey: 'P', ParameterValue: value }];
  await expect(
    cfn.aws.CreateStack({ StackName: 'wrong', TemplateBody: withParameter(declaration), Parameters }),
  ).rejects.toThrow(expect.objectContaining({ code: 'ValidationError', message }));
});

test('a parameter that the template does not have is refused', async () => {
  const Parameters = [{ ParameterKey: 'Q', ParameterValue: '1' }];
  await expect(
    cfn.aws.CreateStack({ StackName: 'wrong', TemplateBody: outputs(''), Parameters }),
  ).rejects.toThrow('Parameters: [Q] do not exist in the template');
});

test.each([
  ['Type: CommaDelimitedList', 'a, b', 'a+b'],
  ['Type: List<Number>', '1,2', '1+2'],
  ['Type: "AWS::SSM::Parameter::Value<List<String>>"', '/list', 'x+y'],
  ['Type: "AWS::SSM::Parameter::Value<String>"', '/one', 'z'],
  ['Type: "AWS::SSM::Parameter::Name"', '/one', '/one'],
])('a parameter { %s } given %s is %s', async (declaration, value, expected) => {
  await put('/list', 'x,y');
  await put('/one', 'z');
  const stack = await cfn.create('values', withParameter(declaration), {
    Parameters: [{ ParameterKey: 'P', ParameterValue: value }],
  });
  expect((await cfn.outputs('values')).Out).toBe(expected);
  expect(stack?.Parameters?.[0]?.ParameterValue).toBe(value);
});

test('a block that is too small for its parts fails the resource', async () => {
  const block = '!Select [0, !Cidr [10.0.0.0/28, 3, 8]]';
  await cfn.create(
    'values',
    `Resources: { A: { Type: AWS::EC2::VPC, Properties: { CidrBlock: ${block} } } }`,
  );
  expect(await cfn.reason('values', 'A')).toBe(
    'Template error: Fn::Cidr cannot make 3 blocks of 8 bits in 10.0.0.0/28',
  );
});

test('a stack whose only output is left out by its condition has no outputs', async () => {
  const more = 'Conditions: { No: !Equals [a, b] }\nOutputs: { Out: { Condition: No, Value: a } }';
  expect(await cfn.create('values', outputs(more))).not.toHaveProperty('Outputs');
});

test('secrets are not shown', async () => {
  const stack = await cfn.create(
    'values',
    outputs('Parameters: { P: { Type: String, NoEcho: true, Default: secret } }'),
  );
  expect(stack?.Parameters).toEqual([{ ParameterKey: 'P', ParameterValue: '****' }]);
});

test('dynamic references are read from the Parameter Store', async () => {
  await put('/a', 'hei');
  await put('/b', 'first');
  await put('/b', 'du');
  await cfn.create(
    'values',
    'Resources: { A: { Type: AWS::SSM::Parameter, Properties: { Name: /c, Type: String, Value: "{{resolve:ssm:/a}} {{resolve:ssm:/b:2}}" } } }',
  );
  expect((await region.api('ssm').GetParameter({ Name: '/c' })).Parameter?.Value).toBe('hei du');
});

test('a template is read from its S3 address', async () => {
  const s3 = region.api('s3');
  await s3.CreateBucket({
    Bucket: 'bucket',
    CreateBucketConfiguration: { LocationConstraint: 'eu-north-1' },
  });
  await s3.PutObject({ Bucket: 'bucket', Key: 'folder/t.yml', Body: Buffer.from(outputs('')) });
  for (const TemplateURL of [
    'https://bucket.s3.eu-north-1.amazonaws.com/folder/t.yml',
    'https://s3.amazonaws.com/bucket/folder/t.yml',
    'https://s3.eu-north-1.amazonaws.com/bucket/folder/t.yml',
    'http://127.0.0.1:4566/bucket/folder/t.yml',
  ])
    expect((await cfn.aws.GetTemplateSummary({ TemplateURL })).ResourceTypes).toEqual([
      'AWS::CloudFormation::WaitConditionHandle',
    ]);
  await expect(cfn.aws.ValidateTemplate({ TemplateURL: 'https://example.com/t.yml' })).rejects.toThrow(
    'TemplateURL must be a supported URL.',
  );
  await expect(cfn.aws.ValidateTemplate({ TemplateURL: 's3://bucket/folder/t.yml' })).rejects.toThrow(
    'S3 error: Domain name specified in bucket is not a valid S3 domain',
  );
});

test('a template has 51,200 bytes at most in a request, and a mebibyte in S3', async () => {
  const TemplateBody = outputs(`Description: ${'x'.repeat(51_200)}`);
  await expect(cfn.aws.ValidateTemplate({ TemplateBody })).rejects.toMatchObject({
    code: 'ValidationError',
    message: `1 validation error detected: Value '${TemplateBody}' at 'templateBody' failed to satisfy constraint: Member must have length less than or equal to 51200`,
  });
  const s3 = region.api('s3');
  await s3.CreateBucket({
    Bucket: 'bucket',
    CreateBucketConfiguration: { LocationConstraint: 'eu-north-1' },
  });
  const Body = Buffer.from(outputs(`Description: ${'x'.repeat(1_048_576)}`));
  await s3.PutObject({ Bucket: 'bucket', Key: 't.yml', Body });
  const TemplateURL = 'https://bucket.s3.amazonaws.com/t.yml';
  await expect(cfn.aws.ValidateTemplate({ TemplateURL })).rejects.toThrow(
    'Template may not exceed 1048576 bytes in size.',
  );
});

test.each(['https://bucket.s3.amazonaws.com/%', 'not a URL', 'https://bucket.s3.amazonaws.com/ghost.yml'])(
  'a template at %s is refused',
  async (TemplateURL) => {
    await expect(cfn.aws.ValidateTemplate({ TemplateURL })).rejects.toMatchObject({
      code: 'ValidationError',
      message: expect.stringMatching(/^S3 error: /),
    });
  },
);

test('validation tells parameters and capabilities', async () => {
  const answer = await cfn.aws.ValidateTemplate({
    TemplateBody: `
Description: a role
Parameters: { P: { Type: Number, Default: 3, Description: three } }
Resources:
  R: { Type: AWS::IAM::Role, Properties: { RoleName: r, AssumeRolePolicyDocument: {} } }`,
  });
  expect(answer).toEqual({
    Description: 'a role',
    Parameters: [{ ParameterKey: 'P', DefaultValue: '3', NoEcho: false, Description: 'three' }],
    Capabilities: ['CAPABILITY_NAMED_IAM'],
    CapabilitiesReason: 'The following resource(s) require capabilities: [AWS::IAM::Role]',
  });
});
