import { addActiveFunction, addRole } from '../../../testing/functions';
import { newRegion } from '../../../testing/region';

const SAYING = 'exports.handler = async () => { console.log("hello"); };';

/** Whether the line of a function comes to its group of logs, when its role may do so much. */
async function arrives(actions: readonly string[], hasGroup: boolean): Promise<boolean> {
  await using region = await newRegion();
  const logs = region.api('cloudwatch-logs');
  const logGroupName = '/aws/lambda/saying';
  if (hasGroup) await logs.CreateLogGroup({ logGroupName });
  const Role = await addRole(region, 'saying', ['lambda.amazonaws.com'], actions);
  await addActiveFunction(region, 'saying', SAYING, { Role });
  await region.api('lambda').Invoke({ FunctionName: 'saying' });
  const { logGroups = [] } = await logs.DescribeLogGroups({});
  if (logGroups.length === 0) return false;
  const { events = [] } = await logs.FilterLogEvents({ logGroupName });
  return events.some(({ message = '' }) => message.includes('hello'));
}

const WRITING = ['logs:CreateLogStream', 'logs:PutLogEvents'];

test('the lines of a function are written with the rights of its role, and lost without them', async () => {
  expect(await arrives(WRITING, true)).toBe(true);
  expect(await arrives(['logs:CreateLogGroup', ...WRITING], false)).toBe(true);
  expect(await arrives(WRITING, false)).toBe(false);
  expect(await arrives(['logs:PutLogEvents'], true)).toBe(false);
  expect(await arrives(['logs:CreateLogStream'], true)).toBe(false);
});
