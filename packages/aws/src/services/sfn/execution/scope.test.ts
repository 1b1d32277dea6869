import { getMaxListeners } from 'node:events';
import { type Scope, signalOfPart } from './scope';

test('what runs in a part ends with the part and with the whole, and any number of states may wait for that', () => {
  const [whole, stop, other] = [new AbortController(), new AbortController(), new AbortController()];
  const scope = { signal: whole.signal } as Scope;
  const [part, otherPart] = [signalOfPart(scope, stop), signalOfPart(scope, other)];
  // Node.js would take more than ten for a leak, and say so.
  expect([part, otherPart].map(getMaxListeners)).toEqual([
    Number.POSITIVE_INFINITY,
    Number.POSITIVE_INFINITY,
  ]);
  stop.abort();
  expect([part.aborted, otherPart.aborted]).toEqual([true, false]);
  whole.abort();
  expect(otherPart.aborted).toBe(true);
});
