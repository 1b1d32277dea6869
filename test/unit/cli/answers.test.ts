import type { z } from 'zod';
import type * as read from '../../../cli/remote/answers';
import * as told from '../../../src/api/answers';
import type { Fleet } from '../../../src/api/fleet-answers';
import type { Log } from '../../../src/api/log';
import { build, rollingOut } from './kit';

/** Fails to compile where the API tells something in another form than the command reads it. */
type Read<Told extends z.ZodType, As> = z.output<Told> extends As ? true : never;

const isRead: [
  Read<typeof told.Build, read.Build>,
  Read<typeof told.Builds, read.Builds>,
  Read<typeof told.Accepted, read.Accepted>,
  Read<typeof told.Pipelines, read.Pipelines>,
  Read<typeof told.Preview, read.Plan>,
  Read<typeof told.Pushed, read.Pushed>,
  Read<typeof Fleet, read.Fleet>,
  Read<typeof Log, read.Log>,
] = [true, true, true, true, true, true, true, true];

test('the command reads answers as the API tells them', () => {
  expect(isRead).not.toContain(false);
});

test.each([
  ['that has ended', build()],
  ['that rolls out', rollingOut()],
])('a build %s, as the tests of the command have it, is one that the API could tell', (_, sample) => {
  const problems = told.Build.safeParse(JSON.parse(JSON.stringify(sample))).error?.issues ?? [];
  expect(problems).toEqual([]);
});
