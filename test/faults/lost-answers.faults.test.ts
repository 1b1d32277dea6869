import { Serving } from './serving';

jest.setTimeout(600_000);

/** What a build changes in AWS, by the service that the call is signed for: the answer of each is lost up to four times, its effect is not. */
const LOST: [service: string, operation: string][] = [
  ['ec2', 'RunInstances'],
  ['ec2', 'CreateImage'],
  ['ec2', 'TerminateInstances'],
  ['ec2', 'EnableImageDeprecation'],
  ['ec2', 'CreateLaunchTemplateVersion'],
  ['ec2', 'ModifyLaunchTemplate'],
  ['autoscaling', 'StartInstanceRefresh'],
  ['autoscaling', 'CreateOrUpdateTags'],
  ['states', 'SendTaskSuccess'],
  ['ssm', 'PutParameter'],
  ['events', 'PutEvents'],
  ['dynamodb', 'PutItem'],
  ['dynamodb', 'UpdateItem'],
  ['dynamodb', 'DeleteItem'],
];
const TIMES = 4;

let serving: Serving;
beforeAll(async () => {
  serving = await Serving.start({}, 'image: { parameter: /kiln/web/image }');
});
afterAll(() => serving?.stop());

/** AWS refuses the repeated call, since the first took effect: its name is taken, its refresh runs. The fault meets both, and there is no third. */
const LOST_TIMES: Readonly<Record<string, number>> = { CreateImage: 2, StartInstanceRefresh: 2 };

afterEach(() => serving.sample.aws.faults.clear());

test.each(LOST)('a build succeeds though the answers of %s %s are lost', async (service, operation) => {
  const { sample } = serving;
  // A group that is claimed already is not claimed again.
  if (operation === 'CreateOrUpdateTags') await serving.unclaimGroup();
  const id = await sample.startBuild('web', { VERSION: operation });
  await sample.aws.faults.add({
    ...{ service, operation, times: TIMES },
    ...{ kind: 'afterEffect', code: 'ServiceUnavailable', status: 503 },
  });
  const build = await sample.ended(id);
  expect([build.status, build.error]).toEqual(['SUCCEEDED', undefined]);
  const [left] = await sample.aws.faults.list();
  expect(TIMES - (left?.times ?? 0)).toBe(LOST_TIMES[operation] ?? TIMES);
  await sample.aws.faults.clear();
  await serving.isCalm();
  expect((await serving.servers()).map(({ imageId }) => imageId)).toEqual([build.imageId, build.imageId]);
});

test('no visitor was turned away', () => {
  const { requests, failed, failures } = serving.seen();
  expect(requests).toBeGreaterThan(1000);
  expect([failed, failures]).toEqual([0, []]);
});
