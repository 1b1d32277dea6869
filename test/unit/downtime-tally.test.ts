import { describeRows, Tally } from '../../bench/downtime/tally';

const fail = (message: string) => async () => {
  throw new Error(message);
};
const succeed = async () => {};

test('a request counts in the phase in which it began', async () => {
  const tally = new Tally([]);
  let end: () => void = () => {};
  const slow = tally.measure('page', () => new Promise<void>((resolve) => (end = resolve)));
  tally.phase = 'during';
  await tally.measure('page', fail('it broke'));
  end();
  await slow;
  expect(tally.rows()).toMatchObject([
    { kind: 'page', phase: 'before', requests: 1, failed: 0 },
    { kind: 'page', phase: 'during', requests: 1, failed: 1, p50: Number.NaN },
  ]);
  expect(tally.failures).toEqual(['page, during: it broke']);
});

test('what stands apart is in the table, and in no sum', async () => {
  const tally = new Tally(['endless']);
  await tally.measure('endless', fail('it was cut'));
  await tally.measure('page', succeed);
  expect(tally.sum()).toEqual({ requests: 1, failed: 0 });
  expect(tally.failures).toEqual([]);
  expect(tally.rows()).toContainEqual(expect.objectContaining({ kind: 'endless', failed: 1 }));
});

test('the median and the 99th percentile are times that were measured', async () => {
  const tally = new Tally([]);
  let now = 0;
  const clock = jest.spyOn(performance, 'now').mockImplementation(() => now);
  for (let time = 1; time <= 200; time += 1)
    await tally.measure('page', async () => {
      now += time;
    });
  clock.mockRestore();
  expect(tally.rows()).toMatchObject([{ requests: 200, p50: 100, p99: 198 }]);
  expect(describeRows(tally.rows()).split('\n').at(-1)).toBe('| page | before | 200 | 0 | 100 | 198 |');
});
