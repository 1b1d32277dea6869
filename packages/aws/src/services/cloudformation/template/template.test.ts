import { openPlace, type Place } from '../place';

let place: Place;
beforeEach(() => {
  place = openPlace();
});
afterEach(() => place.close());

/** A template of nothing but outputs. */
const outputs = (body: string) => `
Resources: { Handle: { Type: AWS::CloudFormation::WaitConditionHandle } }
${body}
`;

async function evaluate(value: string, more = ''): Promise<string | undefined> {
  const stack = await place.create('values', outputs(`${more}\nOutputs: { Out: { Value: ${value} } }`));
  expect(stack?.StackStatusReason).toBeUndefined();
  return place.outputs('values').Out;
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
  await place.create('values', body);
  expect(place.outputs('values').Out).toBe('000000000000');
});

const handle = 'Type: AWS::CloudFormation::WaitConditionHandle';
test.each([
  ['no resources', 'Outputs: {}', 'Template format error: At least one Resources member must be defined.'],
  ['no mapping', '- a', 'Template format error: unsupported structure.'],
  ['broken YAML', 'a: [', /^Template format error: YAML not well-formed. \(line \d+, column \d+\)$/],
  ['broken JSON', '{ "a": ', /^Template format error: JSON not well-formed. \(line \d+, column \d+\)$/],
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
    'Template format error: Unresolved resource dependencies [Ghost] in the Outputs block of the template',
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
  await expect(place.aws.CreateStack({ StackName: 'wrong', TemplateBody })).rejects.toThrow(
    expect.objectContaining({
      code: 'ValidationError',
      message: typeof message === 'string' ? message : expect.stringMatching(message),
    }),
  );
  expect(() => place.aws.DescribeStacks({ StackName: 'wrong' })).toThrow(
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
    place.aws.CreateStack({ StackName: 'wrong', TemplateBody: withParameter(declaration), Parameters }),
  ).rejects.toThrow(expect.objectContaining({ code: 'ValidationError', message }));
});

test('a parameter that the template does not have is refused', async () => {
  const Parameters = [{ ParameterKey: 'Q', ParameterValue: '1' }];
  await expect(
    place.aws.CreateStack({ StackName: 'wrong', TemplateBody: outputs(''), Parameters }),
  ).rejects.toThrow('Parameters: [Q] do not exist in the template');
});

test.each([
  ['Type: CommaDelimitedList', 'a, b', 'a+b'],
  ['Type: List<Number>', '1,2', '1+2'],
  ['Type: "AWS::SSM::Parameter::Value<List<String>>"', '/list', 'x+y'],
  ['Type: "AWS::SSM::Parameter::Value<String>"', '/one', 'z'],
  ['Type: "AWS::SSM::Parameter::Name"', '/one', '/one'],
])('a parameter { %s } given %s is %s', async (declaration, value, expected) => {
  place.ssm.values.set('/list', 'x,y').set('/one', 'z');
  const stack = await place.create('values', withParameter(declaration), {
    Parameters: [{ ParameterKey: 'P', ParameterValue: value }],
  });
  expect(place.outputs('values').Out).toBe(expected);
  expect(stack?.Parameters?.[0]?.ParameterValue).toBe(value);
});

test('secrets are not shown', async () => {
  const stack = await place.create(
    'values',
    outputs('Parameters: { P: { Type: String, NoEcho: true, Default: secret } }'),
  );
  expect(stack?.Parameters).toEqual([{ ParameterKey: 'P', ParameterValue: '****' }]);
});

test('dynamic references are read from the Parameter Store', async () => {
  place.ssm.values.set('/a', 'hei').set('/b:2', 'du');
  await place.create(
    'values',
    'Resources: { A: { Type: AWS::SSM::Parameter, Properties: { Name: /c, Type: String, Value: "{{resolve:ssm:/a}} {{resolve:ssm:/b:2}}" } } }',
  );
  expect(place.ssm.values.get('/c')).toBe('hei du');
});

test('a template is read from its S3 address', async () => {
  place.objects.set('bucket/folder/t.yml', outputs(''));
  for (const TemplateURL of [
    'https://bucket.s3.eu-north-1.amazonaws.com/folder/t.yml',
    'https://s3.amazonaws.com/bucket/folder/t.yml',
    'https://s3.eu-north-1.amazonaws.com/bucket/folder/t.yml',
    'http://127.0.0.1:4566/bucket/folder/t.yml',
  ])
    expect((await place.aws.GetTemplateSummary({ TemplateURL })).ResourceTypes).toEqual([
      'AWS::CloudFormation::WaitConditionHandle',
    ]);
  await expect(place.aws.ValidateTemplate({ TemplateURL: 'https://example.com/t.yml' })).rejects.toThrow(
    'not a valid S3 domain',
  );
});

test('validation tells parameters and capabilities', async () => {
  const answer = await place.aws.ValidateTemplate({
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
