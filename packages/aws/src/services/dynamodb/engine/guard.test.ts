import { Readable } from 'node:stream';
import { Guard } from './guard';

const defect = () => {
  throw new Error('a defect');
};

test('a callback that throws is told, and does not throw', () => {
  const thrown: unknown[] = [];
  const guard = new Guard((error) => thrown.push(error));
  const store = guard.wrap({ get: (_key: string, callback: () => void) => callback() });
  expect(() => store.get('k', defect)).not.toThrow();
  expect(thrown).toEqual([new Error('a defect')]);
});

test('a listener of a stream that throws is told, and does not throw', async () => {
  const thrown: unknown[] = [];
  const guard = new Guard((error) => thrown.push(error));
  const store = guard.wrap({ inner: { read: () => Readable.from(['one', 'two']) } });
  const stream = store.inner.read();
  stream.on('data', defect);
  await new Promise((resolve) => stream.on('end', resolve));
  expect(thrown).toEqual([new Error('a defect'), new Error('a defect')]);
});

test('a lock that is held when something throws is given back once', () => {
  const given: string[] = [];
  const guard = new Guard(() => {});
  const store = guard.wrap({
    lock: (key: string, work: (release: (done: () => void) => () => void) => void) =>
      work((done) => () => {
        given.push(key);
        done?.();
      }),
  });
  let finish = () => {};
  store.lock('a', (release) => {
    finish = release(() => {});
  });
  store.lock('b', defect);
  finish();
  expect(given).toEqual(['a', 'b']);
});
