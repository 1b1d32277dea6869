import { Stage } from '../stage';

let stage: Stage;
beforeEach(() => {
  stage = new Stage();
});
afterEach(() => stage.dispose());

test('a target that answers becomes healthy after its first check, through initial', async () => {
  const { targetGroupArn } = await stage.balance();
  const agents: unknown[] = [];
  await stage.runInstance('i-1', (request, response) => {
    agents.push(request.headers['user-agent']);
    response.end('ok');
  });
  const seen: unknown[] = [];
  stage.elbv2.onTargetHealth(({ health }) => seen.push(health.Reason ?? health.State));
  stage.register(targetGroupArn, 'i-1');
  expect(stage.health(targetGroupArn, 'i-1')).toEqual({
    State: 'initial',
    Reason: 'Elb.RegistrationInProgress',
    Description: 'Target registration is in progress',
  });
  await stage.until(targetGroupArn, 'i-1', 'healthy');
  expect(seen).toEqual(['Elb.RegistrationInProgress', 'Elb.InitialHealthChecking', 'healthy']);
  expect(agents).toEqual(['ELB-HealthChecker/2.0']);
  expect(stage.health(targetGroupArn, 'i-1')).toEqual({ State: 'healthy' });
});

test('a target with the wrong status turns unhealthy, and healthy again only after the threshold', async () => {
  const { targetGroupArn } = await stage.balance();
  let status = 500;
  let good = 0;
  await stage.runInstance('i-1', (_request, response) => {
    if (status === 200) good += 1;
    response.writeHead(status).end();
  });
  stage.register(targetGroupArn, 'i-1');
  await stage.until(targetGroupArn, 'i-1', 'unhealthy');
  expect(stage.health(targetGroupArn, 'i-1')).toEqual({
    State: 'unhealthy',
    Reason: 'Target.ResponseCodeMismatch',
    Description: 'Health checks failed with these codes: [500]',
  });
  status = 200;
  await stage.until(targetGroupArn, 'i-1', 'healthy');
  expect(good).toBe(2);
});

test('a target behind a closed security group times out, one with no server fails', async () => {
  const { targetGroupArn } = await stage.balance();
  await stage.runInstance('i-shut', (_request, response) => response.end());
  await stage.runInstance('i-off', (_request, response) => response.end());
  stage.network.setGroups('eni-i-shut', ['sg-default']);
  stage.network.close('eni-i-off', 80);
  stage.register(targetGroupArn, 'i-shut', 'i-off');
  await stage.until(targetGroupArn, 'i-shut', 'unhealthy');
  await stage.until(targetGroupArn, 'i-off', 'unhealthy');
  expect(stage.health(targetGroupArn, 'i-shut')).toMatchObject({ Reason: 'Target.Timeout' });
  expect(stage.health(targetGroupArn, 'i-off')).toMatchObject({ Reason: 'Target.FailedHealthChecks' });
});

test('targets of a group that no listener uses, or in a zone that is not enabled, are unused', async () => {
  const { targetGroupArn } = await stage.balance();
  const idle = stage.createTargetGroup('idle');
  await stage.runInstance('i-1', (_request, response) => response.end());
  await stage.runInstance('i-far', (_request, response) => response.end(), 'subnet-c');
  stage.register(idle, 'i-1');
  stage.register(targetGroupArn, 'i-far');
  expect(stage.health(idle, 'i-1')).toMatchObject({ State: 'unused', Reason: 'Target.NotInUse' });
  expect(stage.health(targetGroupArn, 'i-far')).toEqual({
    State: 'unused',
    Reason: 'Target.NotInUse',
    Description: 'Target is in an Availability Zone that is not enabled for the load balancer',
  });
  expect(stage.health(targetGroupArn, 'i-1')).toMatchObject({
    State: 'unused',
    Reason: 'Target.NotRegistered',
  });
});

test('an instance that stops is unused, and is checked anew when it runs again', async () => {
  const { targetGroupArn } = await stage.balance();
  await stage.runInstance('i-1', (_request, response) => response.end());
  stage.register(targetGroupArn, 'i-1');
  await stage.until(targetGroupArn, 'i-1', 'healthy');
  stage.setInstanceState('i-1', 'stopping');
  expect(stage.health(targetGroupArn, 'i-1')).toMatchObject({
    State: 'unused',
    Reason: 'Target.InvalidState',
  });
  stage.setInstanceState('i-1', 'running');
  expect(stage.health(targetGroupArn, 'i-1')).toMatchObject({ Reason: 'Elb.RegistrationInProgress' });
  await stage.until(targetGroupArn, 'i-1', 'healthy');
});

test('a deregistered target drains for its delay and is then gone', async () => {
  const { targetGroupArn } = await stage.balance({
    attributes: { 'deregistration_delay.timeout_seconds': '60' },
  });
  await stage.runInstance('i-1', (_request, response) => response.end());
  stage.register(targetGroupArn, 'i-1');
  await stage.until(targetGroupArn, 'i-1', 'healthy');
  const began = stage.clock.millis();
  stage.deregister(targetGroupArn, 'i-1');
  expect(stage.health(targetGroupArn, 'i-1')).toEqual({
    State: 'draining',
    Reason: 'Target.DeregistrationInProgress',
    Description: 'Target deregistration is in progress',
  });
  await stage.until(targetGroupArn, 'i-1', 'unused');
  expect(stage.clock.millis() - began).toBeGreaterThanOrEqual(59_000);
  expect(stage.health(targetGroupArn, 'i-1')).toMatchObject({ Reason: 'Target.NotRegistered' });
});

test('a draining target that is registered again starts from the beginning', async () => {
  const { targetGroupArn } = await stage.balance();
  await stage.runInstance('i-1', (_request, response) => response.end());
  stage.register(targetGroupArn, 'i-1');
  await stage.until(targetGroupArn, 'i-1', 'healthy');
  stage.deregister(targetGroupArn, 'i-1');
  stage.register(targetGroupArn, 'i-1');
  expect(stage.health(targetGroupArn, 'i-1')).toMatchObject({ State: 'initial' });
  await stage.until(targetGroupArn, 'i-1', 'healthy');
});
