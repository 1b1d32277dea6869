import { services } from '../../src/services';
import { type NewRegion, newRegion } from '../../src/testing/region';
import { Caller } from './caller';
import { serviceNames } from './every-operation';
import { SMALLEST } from './inputs/input-maker';
import { misnamed } from './known';
import { readServices, type TestedService } from './services';

let region: NewRegion;
let tested: TestedService[];
let caller: Caller;

beforeAll(async () => {
  region = await newRegion();
  tested = await readServices();
  caller = new Caller(region.aws.endpoint);
});
afterAll(async () => {
  await caller.close();
  await region[Symbol.asyncDispose]();
});

test.each(serviceNames)(
  'every operation of the SDK for %s, there or not, is logged under its own name',
  async (name) => {
    const { all, maker } = tested.find((one) => one.name === name) as TestedService;
    const wrong: Record<string, string> = {};
    for (const [operation, { input }] of all) {
      const made = await maker.make(input, SMALLEST, async () => undefined);
      const { exchange, error } = await caller.call(name, operation, made);
      if (!exchange) wrong[operation] = `was not sent: ${error?.message}`;
      const logged = (await region.aws.calls()).at(-1);
      const isRight = logged?.operation === operation && logged.service === services[name].signingName;
      if (!isRight) wrong[operation] ??= logged?.operation ?? 'nothing';
      region.aws.account.calls.clear();
    }
    expect(wrong).toEqual(misnamed[name] ?? {});
  },
);
