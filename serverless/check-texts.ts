/** A template as far as texts in it are checked. */
export interface CheckedTemplate {
  Description?: unknown;
  Parameters?: Record<string, { Description?: unknown }>;
  Resources: Record<string, { Type: string; Properties?: Record<string, unknown> }>;
  Outputs?: Record<string, { Description?: unknown }>;
}

/** What AWS takes as a text: so many characters, and these. */
interface Limit {
  most: number;
  pattern?: RegExp;
  what?: string;
}

const NAME = /^[\w-]*$/;
const LETTERS = 'letters, digits, - and _';
/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSecurityGroup.html */
const OF_SECURITY_GROUPS = {
  most: 255,
  pattern: /^[a-zA-Z0-9 ._\-:/()#,@[\]+=&;{}!$*]*$/,
  what: 'letters, digits, spaces and ._-:/()#,@[]+=&;{}!$*',
};
/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html */
const OF_ROLES = { most: 1000, pattern: /^[\t\n\r -~\u00A1-\u00FF]*$/, what: 'Latin-1 characters' };

/** The texts of the types that templates of this repository have, from the API reference of each service. */
const LIMITS: Readonly<Record<string, Readonly<Record<string, Limit>>>> = {
  'AWS::CloudWatch::Alarm': { AlarmName: { most: 255 }, AlarmDescription: { most: 1024 } },
  'AWS::EC2::SecurityGroup': {
    GroupName: { ...OF_SECURITY_GROUPS, pattern: /^(?!sg-)[a-zA-Z0-9 ._\-:/()#,@[\]+=&;{}!$*]*$/ },
    GroupDescription: OF_SECURITY_GROUPS,
  },
  'AWS::EC2::SecurityGroupIngress': { Description: OF_SECURITY_GROUPS },
  'AWS::EC2::LaunchTemplate': {
    LaunchTemplateName: { most: 128, pattern: /^[a-zA-Z0-9().\-/_]*$/, what: 'letters, digits and ().-/_' },
    VersionDescription: { most: 255 },
  },
  'AWS::ElasticLoadBalancingV2::LoadBalancer': {
    Name: { most: 32, pattern: /^(?!internal-|-)[a-zA-Z0-9-]*(?<!-)$/, what: 'letters, digits and -' },
  },
  'AWS::ElasticLoadBalancingV2::TargetGroup': {
    Name: { most: 32, pattern: /^(?!-)[a-zA-Z0-9-]*(?<!-)$/, what: 'letters, digits and -' },
  },
  'AWS::Events::Rule': {
    Name: { most: 64, pattern: /^[.\w-]*$/, what: `${LETTERS} and .` },
    Description: { most: 512 },
  },
  'AWS::IAM::Role': {
    RoleName: { most: 64, pattern: /^[\w+=,.@-]*$/, what: `${LETTERS} and +=,.@` },
    Description: OF_ROLES,
  },
  'AWS::KMS::Key': { Description: { most: 8192 } },
  'AWS::Lambda::Function': {
    FunctionName: { most: 64, pattern: NAME, what: LETTERS },
    Description: { most: 256 },
  },
  'AWS::Logs::LogGroup': {
    LogGroupName: { most: 512, pattern: /^[\w.\-/#]*$/, what: `${LETTERS} and ./#` },
  },
  'AWS::Scheduler::Schedule': {
    Name: { most: 64, pattern: /^[.\w-]*$/, what: `${LETTERS} and .` },
    Description: { most: 512 },
    ScheduleExpression: { most: 256 },
    ScheduleExpressionTimezone: { most: 50 },
  },
  'AWS::SNS::Topic': { TopicName: { most: 256, pattern: NAME, what: LETTERS }, DisplayName: { most: 100 } },
  'AWS::SSM::Parameter': {
    Name: {
      most: 1011,
      pattern: /^(?!\/?(aws|ssm))[\w.\-/]*$/i,
      what: `${LETTERS}, . and /, beginning with neither aws nor ssm`,
    },
    Description: { most: 1024 },
    Value: { most: 4096 },
  },
  'AWS::StepFunctions::StateMachine': { StateMachineName: { most: 80, pattern: NAME, what: LETTERS } },
};

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html */
const OF_TEMPLATES: Limit = { most: 1024 };
const OF_PARAMETERS: Limit = { most: 4000 };
/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html */
const MOST_PATTERN = 2048;
/** https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html */
const MOST_TAGS = 50;
const TAG_KEY: Limit = {
  most: 128,
  pattern: /^(?!aws:)[\p{L}\p{Z}\p{N}_.:/=+\-@]+$/iu,
  what: 'a key of letters, digits, spaces and _.:/=+-@ that does not begin with aws:',
};
const TAG_VALUE: Limit = {
  most: 256,
  pattern: /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u,
  what: 'letters, digits, spaces and _.:/=+-@',
};

/**
 * Finds the texts of a template that AWS would refuse, minutes after its deployment has begun: names, descriptions and tags that are too
 * long, of other characters, or too many. What is known only then is not looked at.
 *
 * @param known what `Ref` and `Fn::Sub` stand for, by name, such as `AWS::StackName`
 * @returns each problem with its place, and what was expected
 */
export function findTextProblems(
  template: CheckedTemplate,
  known: Readonly<Record<string, string>> = {},
): string[] {
  const { Parameters = {}, Resources, Outputs = {} } = template;
  const read = (value: unknown) => readText(value, known);
  const ofDescriptions = (
    where: string,
    described: Record<string, { Description?: unknown }>,
    limit: Limit,
  ) =>
    Object.entries(described).flatMap(([id, one]) =>
      findProblem(`${where}.${id}.Description`, read(one.Description), limit),
    );
  return [
    ...findProblem('Description', read(template.Description), OF_TEMPLATES),
    ...ofDescriptions('Parameters', Parameters, OF_PARAMETERS),
    ...ofDescriptions('Outputs', Outputs, OF_TEMPLATES),
    ...Object.entries(Resources).flatMap(([id, { Type, Properties = {} }]) => [
      ...Object.entries(LIMITS[Type] ?? {}).flatMap(([property, limit]) =>
        findProblem(`${id}.${property}`, read(Properties[property]), limit),
      ),
      ...findTagProblems(id, Properties, read),
      ...findRuleProblems(id, Properties, read),
      ...findPatternProblems(id, Properties),
    ]),
  ];
}

function findProblem(where: string, text: string | undefined, { most, pattern, what }: Limit): string[] {
  if (text === undefined) return [];
  if (text.length > most) return [`${where}: expected at most ${most} characters, got ${text.length}`];
  if (!pattern || pattern.test(text)) return [];
  return [`${where}: expected ${what}, got ${JSON.stringify(text)}`];
}

function findTagProblems(
  id: string,
  properties: Record<string, unknown>,
  read: (value: unknown) => string | undefined,
): string[] {
  const lists = [['Tags', properties.Tags] as const, ...tagsWithin(properties)];
  return lists.flatMap(([path, tags]) => {
    const pairs = Array.isArray(tags)
      ? tags.map(({ Key, Value }) => [read(Key), read(Value)] as const)
      : Object.entries((tags as object | undefined) ?? {}).map(([key, value]) => [key, read(value)] as const);
    const count =
      pairs.length > MOST_TAGS
        ? [`${id}.${path}: expected at most ${MOST_TAGS} tags, got ${pairs.length}`]
        : [];
    return [
      ...count,
      ...pairs.flatMap(([key, value]) => [
        ...findProblem(`${id}.${path}`, key, TAG_KEY),
        ...findProblem(`${id}.${path}.${key}`, value, TAG_VALUE),
      ]),
    ];
  });
}

/** Tags that stand elsewhere in the properties: those of what a launch template launches. */
function tagsWithin(value: unknown, path = ''): (readonly [string, unknown])[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    const at = path ? `${path}.${key}` : key;
    if (key === 'Tags' && path) return [[at, inner] as const];
    return tagsWithin(inner, at);
  });
}

/** The rules that stand in a security group. */
function findRuleProblems(
  id: string,
  properties: Record<string, unknown>,
  read: (value: unknown) => string | undefined,
): string[] {
  return ['SecurityGroupIngress', 'SecurityGroupEgress'].flatMap((property) =>
    ((properties[property] ?? []) as { Description?: unknown }[]).flatMap(({ Description }, at) =>
      findProblem(`${id}.${property}[${at}].Description`, read(Description), OF_SECURITY_GROUPS),
    ),
  );
}

function findPatternProblems(id: string, { EventPattern }: Record<string, unknown>): string[] {
  const length = EventPattern === undefined ? 0 : JSON.stringify(EventPattern).length;
  if (length <= MOST_PATTERN) return [];
  return [`${id}.EventPattern: expected at most ${MOST_PATTERN} characters of JSON, got ${length}`];
}

/** A text, as far as it is known before the deployment. */
function readText(value: unknown, known: Readonly<Record<string, string>>): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null) return undefined;
  const { Ref, 'Fn::Sub': sub } = value as { Ref?: unknown; 'Fn::Sub'?: unknown };
  if (typeof Ref === 'string') return known[Ref];
  if (typeof sub !== 'string') return undefined;
  const text = sub.replace(/\$\{([\w:]+)\}/g, (whole, name: string) => known[name] ?? whole);
  return /\$\{(?!!)/.test(text) ? undefined : text.replaceAll('${!', '${');
}
