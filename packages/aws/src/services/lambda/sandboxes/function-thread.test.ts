import { addActiveFunction } from '../../../testing/functions';
import { newRegion } from '../../../testing/region';

test('a thread that dies while somebody sleeps on the clock tells of what, and its time is not over', async () => {
  await using region = await newRegion();
  const source =
    "exports.handler = () => new Promise(() => { setTimeout(() => { throw new RangeError('late'); }, 1); });";
  await addActiveFunction(region, 'dies', source, { Timeout: 3 });
  const [{ Payload }] = await Promise.all([
    region.api('lambda').Invoke({ FunctionName: 'dies' }),
    region.aws.clock.sleep(60),
  ]);
  expect(JSON.parse(Buffer.from(Payload ?? []).toString())).toMatchObject({ errorType: 'RangeError' });
});
