import { type NewRegion, newRegion } from '../../../testing/region';
import { outputOf, runnerOf, type StateMachineRunner, typesOf } from '../../../testing/state-machines';

let region: NewRegion;
let machines: StateMachineRunner;

beforeAll(async () => {
  region = await newRegion();
  machines = runnerOf(region);
});

afterAll(() => region.aws.stop());

const api = () => region.api('sfn');
const put = (Name: string) => region.api('ssm').PutParameter({ Name, Value: Name, Type: 'String' });
/** Fails until there is a parameter of this name. */
const read = (more: object = {}) => ({
  Type: 'Task',
  Resource: 'arn:aws:states:::aws-sdk:ssm:getParameter',
  Parameters: { 'Name.$': '$.name' },
  ResultSelector: { 'value.$': '$.Parameter.Value' },
  End: true,
  ...more,
});

test('a redriven execution goes on at the state that failed, with the input that it had', async () => {
  const execution = await machines.run(
    { First: { Type: 'Pass', Result: { name: 'one' }, Next: 'Second' }, Second: read() },
    { name: 'lost' },
  );
  expect(execution.status).toBe('FAILED');
  const { executionArn } = { executionArn: execution.arn };
  expect(await api().DescribeExecution({ executionArn })).toMatchObject({
    redriveCount: 0,
    redriveStatus: 'REDRIVABLE',
  });
  await put('one');
  const { redriveDate } = await api().RedriveExecution({ executionArn });
  await execution.ended;
  expect(outputOf(execution)).toEqual({ value: 'one' });
  expect(typesOf(execution).filter((type) => type === 'PassStateEntered')).toHaveLength(1);
  expect(typesOf(execution)).toContain('ExecutionRedriven');
  expect(await api().DescribeExecution({ executionArn })).toMatchObject({
    status: 'SUCCEEDED',
    redriveCount: 1,
    redriveDate,
    redriveStatus: 'NOT_REDRIVABLE',
    redriveStatusReason: 'Execution is SUCCEEDED and cannot be redriven',
  });
});

test('of a Map only the iterations are run again that did not succeed', async () => {
  await put('there');
  const execution = await machines.run(
    {
      All: {
        Type: 'Map',
        MaxConcurrency: 1,
        ItemProcessor: { StartAt: 'Read', States: { Read: read() } },
        End: true,
      },
    },
    [{ name: 'there' }, { name: 'two' }],
  );
  expect(execution.status).toBe('FAILED');
  await put('two');
  await api().RedriveExecution({ executionArn: execution.arn });
  await execution.ended;
  expect(outputOf(execution)).toEqual([{ value: 'there' }, { value: 'two' }]);
  const begun = execution.events.flatMap((event) => event.mapIterationStartedEventDetails?.index ?? []);
  expect(begun).toEqual([0, 1, 1]);
});

test('of a Parallel only the branches are run again that did not succeed', async () => {
  const branch = (name: string, state: object) => ({ StartAt: name, States: { [name]: state } });
  const execution = await machines.run(
    {
      Both: {
        Type: 'Parallel',
        Branches: [branch('Done', { Type: 'Pass', Result: 1, End: true }), branch('Read', read())],
        End: true,
      },
    },
    { name: 'three' },
  );
  await put('three');
  await api().RedriveExecution({ executionArn: execution.arn });
  await execution.ended;
  expect(outputOf(execution)).toEqual([1, { value: 'three' }]);
  expect(typesOf(execution).filter((type) => type === 'PassStateEntered')).toHaveLength(1);
});

test('an execution that was stopped goes on where it was, and can be stopped again', async () => {
  const wait = { Type: 'Wait', Seconds: 9e6, Next: 'After' };
  const stateMachineArn = await machines.create({
    StartAt: 'Before',
    States: { Before: { Type: 'Pass', Next: 'Wait' }, Wait: wait, After: { Type: 'Succeed' } },
  });
  const execution = await machines.start(stateMachineArn);
  const { arn: executionArn } = execution;
  await api().StopExecution({ executionArn });
  await api().RedriveExecution({ executionArn });
  expect((await api().DescribeExecution({ executionArn })).status).toBe('RUNNING');
  await expect(api().RedriveExecution({ executionArn })).rejects.toMatchObject({
    code: 'ExecutionNotRedrivable',
    message: 'Execution is RUNNING and cannot be redriven.',
  });
  await api().StopExecution({ executionArn });
  expect(execution.status).toBe('ABORTED');
  expect(typesOf(execution).filter((type) => type === 'PassStateEntered')).toHaveLength(1);
});

test('one that ended at a Fail state fails again, and the same call comes twice as once', async () => {
  const execution = await machines.run({ Fail: { Type: 'Fail', Error: 'Broken', Cause: 'why' } });
  const { arn: executionArn } = execution;
  const first = await api().RedriveExecution({ executionArn, clientToken: 'once' });
  await execution.ended;
  expect(execution).toMatchObject({ status: 'FAILED', error: 'Broken', redriveCount: 1 });
  expect(await api().RedriveExecution({ executionArn, clientToken: 'once' })).toEqual(first);
  expect(execution.redriveCount).toBe(1);
});

test('what has succeeded, and what is no execution, cannot be redriven', async () => {
  const { arn: executionArn } = await machines.run({ Done: { Type: 'Succeed' } });
  await expect(api().RedriveExecution({ executionArn })).rejects.toMatchObject({
    code: 'ExecutionNotRedrivable',
  });
  await expect(api().RedriveExecution({ executionArn: `${executionArn}-2` })).rejects.toMatchObject({
    code: 'ExecutionDoesNotExist',
  });
});
