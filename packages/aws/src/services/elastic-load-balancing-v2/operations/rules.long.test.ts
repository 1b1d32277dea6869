import { LoadBalancedRegion } from '../../../testing/load-balancing';

let region: LoadBalancedRegion;
beforeEach(async () => {
  region = await LoadBalancedRegion.start();
});
afterEach(() => region.stop());

function fixed(StatusCode = '200', more = {}) {
  return [{ Type: 'fixed-response' as const, FixedResponseConfig: { StatusCode, ...more } }];
}

test('a rule shows hosts and paths as old and as new clients read them', async () => {
  const { listenerArn } = await region.balance();
  const Conditions = [
    { Field: 'path-pattern', Values: ['/img/*'] },
    { Field: 'host-header', HostHeaderConfig: { Values: ['a.example.com'] } },
  ];
  const { Rules } = await region.elb.CreateRule({
    ListenerArn: listenerArn,
    Priority: 1,
    Conditions,
    Actions: fixed(),
  });
  expect(Rules?.[0]?.Conditions).toEqual([
    { Field: 'path-pattern', Values: ['/img/*'], PathPatternConfig: { Values: ['/img/*'] } },
    { Field: 'host-header', Values: ['a.example.com'], HostHeaderConfig: { Values: ['a.example.com'] } },
  ]);
});

test('priorities are unique, and may be swapped in one call', async () => {
  const { listenerArn } = await region.balance();
  const add = async (Priority: number) => {
    const { Rules } = await region.elb.CreateRule({
      ListenerArn: listenerArn,
      Priority,
      Conditions: [{ Field: 'path-pattern', Values: [`/${Priority}`] }],
      Actions: fixed(),
    });
    return Rules?.[0]?.RuleArn ?? '';
  };
  const [one, two] = [await add(1), await add(2)];
  await expect(add(2)).rejects.toMatchObject({
    code: 'PriorityInUse',
    message: "Priority '2' is currently in use",
  });
  const set = (...pairs: [string, number][]) =>
    region.elb.SetRulePriorities({
      RulePriorities: pairs.map(([RuleArn, Priority]) => ({ RuleArn, Priority })),
    });
  await expect(set([one, 2])).rejects.toMatchObject({ code: 'PriorityInUse' });
  const swapped = await set([one, 2], [two, 1]);
  expect(swapped.Rules?.map(({ Priority }) => Priority)).toEqual(['2', '1']);
  const { Rules } = await region.elb.DescribeRules({ ListenerArn: listenerArn });
  expect(Rules?.map(({ RuleArn, Priority }) => [RuleArn, Priority])).toEqual([
    [two, '1'],
    [one, '2'],
    [expect.stringMatching(/:listener-rule\/app\/front\//), 'default'],
  ]);
  const standard = Rules?.at(-1)?.RuleArn;
  await expect(region.elb.DeleteRule({ RuleArn: standard })).rejects.toMatchObject({
    code: 'OperationNotPermitted',
  });
});

test('a rule is changed and deleted', async () => {
  const { listenerArn } = await region.balance();
  const { Rules } = await region.elb.CreateRule({
    ListenerArn: listenerArn,
    Priority: 1,
    Conditions: [{ Field: 'path-pattern', Values: ['/old'] }],
    Actions: fixed(),
  });
  const RuleArn = Rules?.[0]?.RuleArn;
  const changed = await region.elb.ModifyRule({ RuleArn, Actions: fixed('404') });
  expect(changed.Rules).toMatchObject([
    { Conditions: [{ Values: ['/old'] }], Actions: [{ FixedResponseConfig: { StatusCode: '404' } }] },
  ]);
  expect(await region.elb.DeleteRule({ RuleArn })).toEqual({});
  await expect(region.elb.DescribeRules({ RuleArns: [RuleArn ?? ''] })).rejects.toMatchObject({
    code: 'RuleNotFound',
  });
});

const long = 'x'.repeat(129);

/** With the words that were recorded on AWS, where a text stands. */
test.each<[object[], RegExp | string]>([
  [[{ Field: 'nothing', Values: ['x'] }], /must be one of/],
  [[{ Field: 'constructor', Values: ['x'] }], /must be one of/],
  [[{ Field: 'path-pattern', Values: [] }], /A condition value must be specified/],
  [[{ Field: 'path-pattern', Values: ['/a b'] }], /not valid/],
  [[{ Field: 'source-ip', SourceIpConfig: { Values: ['here'] } }], /CIDR block 'here' is not valid/],
  [
    [{ Field: 'source-ip', SourceIpConfig: { Values: ['10.0.0.0/40'] } }],
    /CIDR block '10.0.0.0\/40' is not valid/,
  ],
  [
    [{ Field: 'path-pattern', PathPatternConfig: { Values: ['/1', '/2', '/3', '/4', '/5', '/6'] } }],
    /'5' condition values/,
  ],
  [[], /A condition must be specified/],
  [[{ Field: 'host-header', Values: [long] }], "The 'host-header' value is too long; the limit is '128'"],
  [
    [{ Field: 'host-header', HostHeaderConfig: { Values: [long] } }],
    "The 'host-header' value is too long; the limit is '128'",
  ],
  [
    [{ Field: 'host-header', Values: ['one', 'two'] }],
    "The 'host-header' field contains too many values; the limit is '1'",
  ],
  [[{ Field: 'host-header' }], 'A condition value must be specified'],
  [[{ Field: 'host-header', HostHeaderConfig: { Values: [] } }], 'A condition value must be specified'],
  [[{ Field: 'path-pattern', Values: [long] }], "The 'path-pattern' value is too long; the limit is '128'"],
  [
    [{ Field: 'path-pattern', Values: ['one', 'two'] }],
    "The 'path-pattern' field contains too many values; the limit is '1'",
  ],
  [
    [{ Field: 'path-pattern', Values: ['/one'], PathPatternConfig: { Values: ['/two'] } }],
    "You cannot provide both Values and 'PathPatternConfig' for a condition of type 'path-pattern'",
  ],
  [
    [{ Field: 'http-header', HttpHeaderConfig: { HttpHeaderName: 'x'.repeat(50), Values: ['y'] } }],
    "The 'HttpHeaderName' value is too long; the limit is '40'",
  ],
  [[{ Field: 'http-header', HttpHeaderConfig: { HttpHeaderName: 'a b', Values: ['y'] } }], /not valid/],
  [
    [{ Field: 'http-header', HttpHeaderConfig: { HttpHeaderName: 'x', Values: [long] } }],
    "The 'http-header' value is too long; the limit is '128'",
  ],
  [
    [{ Field: 'http-request-method', HttpRequestMethodConfig: { Values: ['get'] } }],
    "The 'http-request-method' value is invalid; the allowed characters are A-Z, hyphen and underscore",
  ],
  [
    [{ Field: 'http-request-method', HttpRequestMethodConfig: { Values: ['X'.repeat(50)] } }],
    "The 'http-request-method' value is too long; the limit is '40'",
  ],
  [
    [{ Field: 'http-request-method' }],
    "A 'HttpRequestMethodConfig' must be specified with 'http-request-method'",
  ],
  [
    [{ Field: 'query-string', QueryStringConfig: { Values: [{ Key: long, Value: 'world' }] } }],
    "The 'Key' value is too long; the limit is '128'",
  ],
  [
    [{ Field: 'query-string', QueryStringConfig: { Values: [{ Key: 'hello', Value: long }] } }],
    "The 'Value' value is too long; the limit is '128'",
  ],
  [
    [{ Field: 'query-string', QueryStringConfig: { Values: [{ Key: 'hello' }] } }],
    "A 'Value' must be specified in 'QueryStringKeyValuePair'",
  ],
  [[{ Field: 'source-ip', SourceIpConfig: { Values: [] } }], "A 'source-ip' value must be specified"],
  [[{ Field: 'source-ip' }], "A 'SourceIpConfig' must be specified with 'source-ip'"],
])('CreateRule refuses the conditions %j', async (Conditions, message) => {
  const { listenerArn } = await region.balance();
  const call = region.elb.CreateRule({
    ListenerArn: listenerArn,
    Priority: 1,
    Conditions,
    Actions: fixed(),
  });
  await expect(call).rejects.toMatchObject({
    code: 'ValidationError',
    message: typeof message === 'string' ? message : expect.stringMatching(message),
  });
});

test.each<[object, string, RegExp | string]>([
  [
    fixed('200', { ContentType: 'text/xml' })[0] ?? {},
    'InvalidLoadBalancerAction',
    "The ContentType must be one of:'text/html', 'application/json', 'application/javascript', 'text/css', 'text/plain'",
  ],
  [fixed('100')[0] ?? {}, 'ValidationError', /status/i],
  [
    { Type: 'redirect', RedirectConfig: { StatusCode: 'HTTP_301' } },
    'InvalidLoadBalancerAction',
    /would create a loop/,
  ],
  [{ Type: 'forward' }, 'ValidationError', 'A target group ARN must be specified'],
])('CreateRule refuses the action %j', async (action, code, message) => {
  const { listenerArn } = await region.balance();
  const call = region.elb.CreateRule({
    ListenerArn: listenerArn,
    Priority: 1,
    Conditions: [{ Field: 'path-pattern', Values: ['/x'] }],
    Actions: [action as never],
  });
  await expect(call).rejects.toMatchObject({
    code,
    message: typeof message === 'string' ? message : expect.stringMatching(message),
  });
});
