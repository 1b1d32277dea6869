import type { Clock } from '../core/clock';
import type { WireRequest } from '../core/service';
import { dateFor } from './date-header';

const clock = { millis: () => Date.UTC(2031, 4, 6, 7, 8, 9) } as Clock;
const INSIDE = 'Tue, 06 May 2031 07:08:09 GMT';

function requestWith(more: Partial<WireRequest>): WireRequest {
  return {
    ...{
      method: 'POST',
      path: '/',
      query: new URLSearchParams(),
      rawQuery: '',
      headers: {},
      body: Buffer.alloc(0),
    },
    ...{ host: '127.0.0.1', ...more },
  };
}
const yearOf = (date: string) => new Date(date).getUTCFullYear();

test('a client on the clock of the embedded AWS is told that time', () => {
  expect(dateFor(requestWith({ headers: { 'x-amz-date': '20310506T070000Z' } }), clock)).toBe(INSIDE);
  expect(dateFor(requestWith({ query: new URLSearchParams('X-Amz-Date=20310506T070000Z') }), clock)).toBe(
    INSIDE,
  );
});

test('a client on real time is told the real time, and so is one that tells none', () => {
  const signedAt = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
  const now = new Date().getUTCFullYear();
  expect(yearOf(dateFor(requestWith({ headers: { 'x-amz-date': signedAt } }), clock))).toBe(now);
  expect(yearOf(dateFor(requestWith({}), clock))).toBe(now);
});
