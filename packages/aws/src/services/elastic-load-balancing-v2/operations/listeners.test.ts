import { LoadBalancedRegion } from '../../../testing/load-balancing';

let region: LoadBalancedRegion;
beforeEach(async () => {
  region = await LoadBalancedRegion.start();
});
afterEach(() => region.stop());

function fixed(StatusCode = '200') {
  return [{ Type: 'fixed-response' as const, FixedResponseConfig: { StatusCode } }];
}

test('a port has one listener, and protocols must fit the load balancer', async () => {
  const { arn } = await region.balance();
  const listen = (input: object) =>
    region.elb.CreateListener({
      LoadBalancerArn: arn,
      Port: 81,
      Protocol: 'HTTP',
      DefaultActions: fixed(),
      ...input,
    });
  await expect(listen({ Port: 80 })).rejects.toMatchObject({ code: 'DuplicateListener' });
  await expect(listen({ Protocol: 'TCP' })).rejects.toMatchObject({
    code: 'ValidationError',
    message: "Listener protocol 'TCP' must be one of 'HTTPS, HTTP'",
  });
  await expect(listen({ Protocol: 'HTTPS' })).rejects.toThrow(/certificate must be specified/);
  const overTcp = await region.createTargetGroup('tcp', 'TCP');
  const forward = [{ Type: 'forward', TargetGroupArn: overTcp }];
  await expect(listen({ DefaultActions: forward })).rejects.toMatchObject({ code: 'IncompatibleProtocols' });
  await expect(listen({ LoadBalancerArn: `${arn}0` })).rejects.toMatchObject({
    code: 'LoadBalancerNotFound',
  });
});

test('a Network Load Balancer takes no HTTP, and here no TLS', async () => {
  const { arn, targetGroupArn } = await region.balance({ kind: 'network' });
  const listen = (Protocol: 'HTTP' | 'TLS') =>
    region.elb.CreateListener({
      LoadBalancerArn: arn,
      Port: 81,
      Protocol,
      DefaultActions: [{ Type: 'forward', TargetGroupArn: targetGroupArn }],
    });
  await expect(listen('HTTP')).rejects.toMatchObject({
    code: 'ValidationError',
    message: "Listener protocol 'HTTP' must be one of 'UDP, TCP, TCP_UDP, TLS'",
  });
  await expect(listen('TLS')).rejects.toMatchObject({ code: 'UnsupportedProtocol' });
});

test('a listener moves to another port, and goes', async () => {
  const { arn, listenerArn } = await region.balance();
  const { Listeners } = await region.elb.ModifyListener({ ListenerArn: listenerArn, Port: 8080 });
  expect(Listeners).toMatchObject([{ ListenerArn: listenerArn, Port: 8080, Protocol: 'HTTP' }]);
  expect(region.ports()).toMatchObject([{ listenerPort: 8080 }]);
  const describe = () => region.elb.DescribeListeners({ LoadBalancerArn: arn });
  expect((await describe()).Listeners).toEqual(Listeners);
  await region.elb.DeleteListener({ ListenerArn: listenerArn });
  expect((await describe()).Listeners).toEqual([]);
  expect(region.ports()).toEqual([]);
});

test('what is no ARN of its kind is not valid', async () => {
  const { arn, listenerArn, targetGroupArn } = await region.balance();
  const calls: [Promise<unknown>, string][] = [
    [region.elb.DescribeTargetHealth({ TargetGroupArn: arn }), `'${arn}' is not a valid target group ARN`],
    [region.elb.DescribeLoadBalancers({ LoadBalancerArns: ['x'] }), "'x' is not a valid load balancer ARN"],
    [
      region.elb.DescribeRules({ ListenerArn: targetGroupArn }),
      `'${targetGroupArn}' is not a valid listener ARN`,
    ],
    [region.elb.DeleteRule({ RuleArn: listenerArn }), `'${listenerArn}' is not a valid listener rule ARN`],
  ];
  for (const [call, message] of calls)
    await expect(call).rejects.toMatchObject({ code: 'ValidationError', message });
});

test('an HTTPS listener has more certificates than its default one', async () => {
  const { arn } = await region.balance();
  const certificate = (name: string) => ({
    CertificateArn: `arn:aws:acm:us-east-1:000000000000:certificate/${name}`,
  });
  const { Listeners } = await region.elb.CreateListener({
    LoadBalancerArn: arn,
    Port: 443,
    Protocol: 'HTTPS',
    Certificates: [certificate('one')],
    DefaultActions: fixed(),
  });
  const ListenerArn = Listeners?.[0]?.ListenerArn;
  const added = await region.elb.AddListenerCertificates({
    ListenerArn,
    Certificates: [certificate('two'), certificate('three')],
  });
  expect(added.Certificates).toHaveLength(2);
  await region.elb.RemoveListenerCertificates({ ListenerArn, Certificates: [certificate('two')] });
  expect((await region.elb.DescribeListenerCertificates({ ListenerArn })).Certificates).toEqual([
    { ...certificate('one'), IsDefault: true },
    { ...certificate('three'), IsDefault: false },
  ]);
  const remove = region.elb.RemoveListenerCertificates({ ListenerArn, Certificates: [certificate('one')] });
  await expect(remove).rejects.toMatchObject({ code: 'OperationNotPermitted' });
});
