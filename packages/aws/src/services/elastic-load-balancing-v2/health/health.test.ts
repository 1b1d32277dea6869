import { LoadBalancedRegion } from '../../../testing/load-balancing';

let region: LoadBalancedRegion;
beforeEach(async () => {
  region = await LoadBalancedRegion.start();
});
afterEach(() => region.stop());

test('a target that answers becomes healthy after its first check, through initial', async () => {
  const { targetGroupArn } = await region.balance();
  const agents: unknown[] = [];
  await region.runInstance('i-1', (request, response) => {
    agents.push(request.headers['user-agent']);
    response.end('ok');
  });
  const seen: unknown[] = [];
  region.region
    .state('elastic-load-balancing-v2')
    .onTargetHealth(({ health }) => seen.push(health.Reason ?? health.State));
  await region.register(targetGroupArn, 'i-1');
  expect(await region.health(targetGroupArn, 'i-1')).toEqual({
    State: 'initial',
    Reason: 'Elb.RegistrationInProgress',
    Description: 'Target registration is in progress',
  });
  await region.untilTarget(targetGroupArn, 'i-1', 'healthy');
  expect(seen).toEqual(['Elb.RegistrationInProgress', 'Elb.InitialHealthChecking', 'healthy']);
  expect(agents).toEqual(['ELB-HealthChecker/2.0']);
  expect(await region.health(targetGroupArn, 'i-1')).toEqual({ State: 'healthy' });
});

test('a target with the wrong status turns unhealthy, and healthy again only after the threshold', async () => {
  const { targetGroupArn } = await region.balance();
  let status = 500;
  let good = 0;
  await region.runInstance('i-1', (_request, response) => {
    if (status === 200) good += 1;
    response.writeHead(status).end();
  });
  await region.register(targetGroupArn, 'i-1');
  await region.untilTarget(targetGroupArn, 'i-1', 'unhealthy');
  expect(await region.health(targetGroupArn, 'i-1')).toEqual({
    State: 'unhealthy',
    Reason: 'Target.ResponseCodeMismatch',
    Description: 'Health checks failed with these codes: [500]',
  });
  status = 200;
  await region.untilTarget(targetGroupArn, 'i-1', 'healthy');
  expect(good).toBe(2);
});

test('a target behind a closed security group times out, one with no server fails', async () => {
  const { targetGroupArn } = await region.balance();
  await region.runInstance('i-shut', (_request, response) => response.end());
  await region.runInstance('i-off', (_request, response) => response.end());
  await region.ec2.ModifyInstanceAttribute({
    InstanceId: region.idOf('i-shut'),
    Groups: [region.groups.default],
  });
  region.network.close(await region.interfaceOf('i-off'), 80);
  await region.register(targetGroupArn, 'i-shut', 'i-off');
  await region.untilTarget(targetGroupArn, 'i-shut', 'unhealthy');
  await region.untilTarget(targetGroupArn, 'i-off', 'unhealthy');
  expect(await region.health(targetGroupArn, 'i-shut')).toMatchObject({ Reason: 'Target.Timeout' });
  expect(await region.health(targetGroupArn, 'i-off')).toMatchObject({ Reason: 'Target.FailedHealthChecks' });
});

test('a target that does not go on with TLS times out', async () => {
  const { listenerArn } = await region.balance();
  await region.runTcpInstance('i-silent', (socket) => {
    socket.on('error', () => socket.destroy()).resume();
  });
  const { TargetGroups: [group] = [] } = await region.elb.CreateTargetGroup({
    ...{ Name: 'silent', Protocol: 'HTTPS', Port: 80, VpcId: region.vpcId },
    ...{ HealthCheckIntervalSeconds: 5, HealthCheckTimeoutSeconds: 2 },
  });
  const { TargetGroupArn = '' } = group ?? {};
  const DefaultActions = [{ Type: 'forward' as const, TargetGroupArn }];
  await region.elb.ModifyListener({ ListenerArn: listenerArn, DefaultActions });
  await region.register(TargetGroupArn, 'i-silent');
  await region.untilTarget(TargetGroupArn, 'i-silent', 'unhealthy');
  expect(await region.health(TargetGroupArn, 'i-silent')).toMatchObject({ Reason: 'Target.Timeout' });
});

test('targets of a group that no listener uses, or in a zone that is not enabled, are unused', async () => {
  const { targetGroupArn } = await region.balance();
  const idle = await region.createTargetGroup('idle');
  await region.runInstance('i-1', (_request, response) => response.end());
  await region.runInstance('i-far', (_request, response) => response.end(), region.subnets[2]);
  await region.register(idle, 'i-1');
  await region.register(targetGroupArn, 'i-far');
  expect(await region.health(idle, 'i-1')).toMatchObject({ State: 'unused', Reason: 'Target.NotInUse' });
  expect(await region.health(targetGroupArn, 'i-far')).toEqual({
    State: 'unused',
    Reason: 'Target.NotInUse',
    Description: 'Target is in an Availability Zone that is not enabled for the load balancer',
  });
  expect(await region.health(targetGroupArn, 'i-1')).toMatchObject({
    State: 'unused',
    Reason: 'Target.NotRegistered',
  });
});

test('an instance that stops is unused, and is checked anew when it runs again', async () => {
  const { targetGroupArn } = await region.balance();
  await region.runInstance('i-1', (_request, response) => response.end());
  await region.register(targetGroupArn, 'i-1');
  await region.untilTarget(targetGroupArn, 'i-1', 'healthy');
  await region.ec2.StopInstances({ InstanceIds: [region.idOf('i-1')] });
  expect(await region.health(targetGroupArn, 'i-1')).toMatchObject({
    State: 'unused',
    Reason: 'Target.InvalidState',
  });
  await region.untilInstance('i-1', 'stopped');
  await region.ec2.StartInstances({ InstanceIds: [region.idOf('i-1')] });
  expect(await region.health(targetGroupArn, 'i-1')).toMatchObject({ Reason: 'Elb.RegistrationInProgress' });
  await region.untilTarget(targetGroupArn, 'i-1', 'healthy');
});

test('a deregistered target drains for its delay and is then gone', async () => {
  const { targetGroupArn } = await region.balance({
    attributes: { 'deregistration_delay.timeout_seconds': '60' },
  });
  await region.runInstance('i-1', (_request, response) => response.end());
  await region.register(targetGroupArn, 'i-1');
  await region.untilTarget(targetGroupArn, 'i-1', 'healthy');
  const began = region.clock.millis();
  await region.deregister(targetGroupArn, 'i-1');
  expect(await region.health(targetGroupArn, 'i-1')).toEqual({
    State: 'draining',
    Reason: 'Target.DeregistrationInProgress',
    Description: 'Target deregistration is in progress',
  });
  await region.untilTarget(targetGroupArn, 'i-1', 'unused');
  expect(region.clock.millis() - began).toBeGreaterThanOrEqual(59_000);
  expect(await region.health(targetGroupArn, 'i-1')).toMatchObject({ Reason: 'Target.NotRegistered' });
});

test('a draining target that is registered again starts from the beginning', async () => {
  const { targetGroupArn } = await region.balance();
  await region.runInstance('i-1', (_request, response) => response.end());
  await region.register(targetGroupArn, 'i-1');
  await region.untilTarget(targetGroupArn, 'i-1', 'healthy');
  await region.deregister(targetGroupArn, 'i-1');
  await region.register(targetGroupArn, 'i-1');
  expect(await region.health(targetGroupArn, 'i-1')).toMatchObject({ State: 'initial' });
  await region.untilTarget(targetGroupArn, 'i-1', 'healthy');
});

test('with fewer healthy targets than its group asks for all of them get requests', async () => {
  const { targetGroupArn, url } = await region.balance();
  await region.runInstance('i-well', (_request, response) => response.end('well'));
  await region.runInstance('i-ill', (request, response) => {
    const isCheck = request.headers['user-agent'] === 'ELB-HealthChecker/2.0';
    response.writeHead(isCheck ? 500 : 200).end('ill');
  });
  await region.register(targetGroupArn, 'i-well', 'i-ill');
  await region.untilTarget(targetGroupArn, 'i-well', 'healthy');
  await region.untilTarget(targetGroupArn, 'i-ill', 'unhealthy');
  const ask = async () => (await region.network.fetch('internet', url)).text();
  const askTwice = async () => [await ask(), await ask()].sort();
  const threshold = 'target_group_health.unhealthy_state_routing.minimum_healthy_targets';
  const atLeast = async (count: string, percentage: string) => {
    await region.elb.ModifyTargetGroupAttributes({
      TargetGroupArn: targetGroupArn,
      Attributes: [
        { Key: `${threshold}.count`, Value: count },
        { Key: `${threshold}.percentage`, Value: percentage },
      ],
    });
    return askTwice();
  };
  expect(await atLeast('1', 'off')).toEqual(['well', 'well']);
  expect(await atLeast('2', 'off')).toEqual(['ill', 'well']);
  expect(await atLeast('1', '50')).toEqual(['well', 'well']);
  expect(await atLeast('1', '51')).toEqual(['ill', 'well']);
});
