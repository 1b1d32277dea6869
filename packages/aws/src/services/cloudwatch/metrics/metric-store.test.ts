import { MetricStore } from './metric-store';

const DAY = 86_400_000;

/** A store, and how to let days pass. */
function newStore() {
  let now = Date.UTC(2026, 0, 1);
  const store = new MetricStore({ millis: () => now });
  const names = () => store.list().map(({ name }) => name);
  return {
    store,
    names,
    add: (MetricName: string) => store.add('N', { MetricName, Value: 1 }),
    pass: (days: number) => {
      now += days * DAY;
    },
  };
}

test('a point is forgotten after 15 days, also where no newer one comes', () => {
  const { store, add, pass } = newStore();
  add('m');
  pass(14);
  expect(store.find('N', 'm')?.samples).toHaveLength(1);
  pass(2);
  expect(store.find('N', 'm')?.samples).toEqual([]);
});

test('a metric without a point of the last 15 days is not listed, whichever was made first', () => {
  const { store, names, add, pass } = newStore();
  for (const name of ['kept', 'silent', 'looked at']) add(name);
  pass(10);
  add('kept');
  pass(6);
  store.find('N', 'looked at');
  expect(names()).toEqual(['kept']);
});
