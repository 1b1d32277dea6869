import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { Context } from 'aws-lambda';
import siteReleased from '../../../events/event-build.json';
import { handler } from '../../../functions/keep-triggers';
import { describeTriggers } from '../../../src/build/unattended/clockwork/describe';
import { keepTriggers } from '../../../src/build/unattended/clockwork/keep';
import { TriggerInput } from '../../../src/build/unattended/triggers';
import { PipelineDefinition } from '../../../src/pipeline/definition/definition';
import { useTriggers } from '../pipeline/clockwork';
import { makeFolder, removeFolders } from '../pipeline/folders';
import { useTable } from '../table';

jest.mock('node:timers/promises', () => ({
  ...jest.requireActual<object>('node:timers/promises'),
  setTimeout: async () => {},
}));

useTable();
const kept = useTriggers();
afterEach(removeFolders);

function definePipeline(name: string, triggers: object) {
  const base = { image: 'ami-01234567', instanceType: 't3.micro' };
  return {
    name,
    definition: PipelineDefinition.parse({ base, parameters: { SITE: {} }, triggers }),
    userDataScript: '#!/bin/bash\n',
  };
}

const SERVICE = 'kiln-prod@us-east-1';
const both = definePipeline('web-shop', {
  schedule: { cron: '0 3 * * ? *', timezone: 'Europe/Oslo' },
  events: [{ pattern: { source: ['com.example.site'] }, parameters: { SITE: '$.detail.site' } }],
});
const [nightly] = describeTriggers([both], SERVICE).schedules;

test('a pipeline has a schedule in its time zone, and a rule that calls the function for each event', async () => {
  await keepTriggers([both]);
  expect([...kept.schedules.values()]).toMatchObject([
    {
      ...{ Name: 'web-shop', GroupName: 'kiln-prod', FlexibleTimeWindow: { Mode: 'OFF' } },
      ...{ ScheduleExpression: 'cron(0 3 * * ? *)', ScheduleExpressionTimezone: 'Europe/Oslo' },
      Target: { Arn: process.env.KILN_REQUEST_BUILD, RoleArn: process.env.KILN_SCHEDULER_ROLE },
    },
  ]);
  expect([...kept.rules]).toMatchObject([
    [
      'kiln-prod.web-shop.1',
      { pattern: { source: ['com.example.site'] }, targets: [{ Arn: process.env.KILN_REQUEST_BUILD }] },
    ],
  ]);
});

test('a schedule is spread over whole minutes', () => {
  const spread = definePipeline('web', { schedule: { cron: '0 3 * * ? *', splay: '90s' } });
  expect(describeTriggers([spread], SERVICE).schedules).toMatchObject([{ windowMinutes: 2 }]);
});

test('a pipeline that follows another has a rule for the images of that, in this deployment', () => {
  const { rules } = describeTriggers([definePipeline('web', { imageOf: 'base' })], SERVICE);
  expect(rules).toMatchObject([
    {
      name: 'web.image',
      pattern: {
        ...{ source: ['kiln'], 'detail-type': ['Image Published'] },
        detail: { service: [SERVICE], pipeline: ['base'] },
      },
    },
  ]);
});

test('what a schedule sends is what the function takes', () => {
  expect(TriggerInput.parse(JSON.parse(nightly?.input ?? ''))).toMatchObject({
    pipeline: 'web-shop',
    trigger: { kind: 'schedule' },
  });
});

test('what a schedule sends is known again at the next attempt, which Scheduler gives another execution id', () => {
  const send = (attempt: number, time: string) =>
    TriggerInput.parse(
      JSON.parse(
        (nightly?.input ?? '')
          .replace('<aws.scheduler.schedule-arn>', 'arn:aws:scheduler:::schedule/default/web')
          .replace('<aws.scheduler.scheduled-time>', time)
          .replace('<aws.scheduler.execution-id>', `d32c5kddcf5bb8c${attempt}`)
          .replace('<aws.scheduler.attempt-number>', String(attempt)),
      ),
    );
  const night = '2026-11-29T02:00:00Z';
  expect(send(2, night).id).toBe(send(1, night).id);
  expect(send(1, '2026-11-30T02:00:00Z').id).not.toBe(send(1, night).id);
});

test('what a rule sends is what the function takes', () => {
  const { event } = siteReleased;
  const [rule] = describeTriggers([both], SERVICE).rules;
  const sent = rule?.template.replace('<aws.events.event.json>', JSON.stringify(event)) ?? '';
  const input = TriggerInput.parse(JSON.parse(sent));
  expect(input).toMatchObject({
    pipeline: 'web-shop',
    trigger: { kind: 'event', by: 'com.example.site Site Released' },
    id: event.id,
  });
  expect(input.read()).toEqual({ SITE: event.detail.site });
});

test('what changes is changed, what no pipeline has any more goes, and what is not of a pipeline stays', async () => {
  const other = definePipeline('web', {
    schedule: { cron: '0 4 * * ? *' },
    events: [{ pattern: { source: ['a'] } }, { pattern: { source: ['b'] } }],
  });
  await keepTriggers([both, other]);
  await keepTriggers([both, other]);
  kept.rules.set('kiln-prod2.web.1', { pattern: {}, targets: [] });
  kept.rules.set('kiln-prod-cleanUp-rule-1', { pattern: {}, targets: [] });
  const changed = definePipeline('web', { events: [{ pattern: { source: ['c'] } }] });
  // Of web alone, though web-shop begins so, too.
  await keepTriggers([changed], 'web');
  expect([...kept.schedules.keys()]).toEqual(['web-shop']);
  expect([...kept.rules.keys()].sort()).toEqual([
    ...['kiln-prod-cleanUp-rule-1', 'kiln-prod.web-shop.1', 'kiln-prod.web.1', 'kiln-prod2.web.1'],
  ]);
  expect(kept.rules.get('kiln-prod.web.1')?.pattern).toEqual({ source: ['c'] });
  // Somebody wants to hear of such events, too.
  kept.rules.get('kiln-prod.web.1')?.targets.push({ Id: 'theirs', Arn: 'arn:aws:sns:us-east-1:1:theirs' });
  await keepTriggers([]);
  expect([kept.schedules.size, [...kept.rules.keys()].sort()]).toEqual([
    0,
    ['kiln-prod-cleanUp-rule-1', 'kiln-prod2.web.1'],
  ]);
});

test('where the bus is full a rule takes the room of one that goes', async () => {
  const other = definePipeline('old', { events: [{ pattern: { source: ['a'] } }] });
  await keepTriggers([other]);
  const { set } = kept.rules;
  kept.rules.set = function (this: typeof kept.rules, ...rule) {
    if (this.size === 1 && !this.has(rule[0]))
      throw Object.assign(new Error('The requested resource exceeds the maximum number allowed.'), {
        name: 'LimitExceededException',
      });
    return set.apply(this, rule);
  };
  await keepTriggers([both]);
  expect([...kept.rules.keys()]).toEqual(['kiln-prod.web-shop.1']);
  await expect(keepTriggers([both, other])).rejects.toMatchObject({
    name: 'LimitExceededException',
    message: expect.stringMatching(/exceeds the maximum .* has room for 300 rules, .* ask for more/),
  });
  kept.rules.set = set;
});

describe('the resource of the stack', () => {
  let server: Server;
  let answer: Promise<unknown>;
  beforeEach(async () => {
    answer = new Promise((resolve) => {
      server = createServer(async (call, response) => {
        const body = JSON.parse(await text(call));
        response.end();
        resolve(body);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    process.env.LAMBDA_TASK_ROOT = makeFolder({
      'pipelines/web/pipeline.yml':
        "base: { image: ami-0123456789abcdef0, instanceType: t3.micro }\ntriggers: { schedule: { cron: '0 3 * * ? *' } }\n",
      'pipelines/web/user-data.sh': '#!/bin/bash\n',
    });
  });
  afterEach(() => {
    server.close();
  });

  const ask = async (RequestType: string) => {
    const ResponseURL = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const ids = { StackId: 's', RequestId: 'r', LogicalResourceId: 'Triggers' };
    await handler({ RequestType, ResponseURL, ...ids }, { functionName: 'test' } as Context);
    return answer;
  };

  test('makes what the deployed pipelines have', async () => {
    const ids = { StackId: 's', RequestId: 'r', LogicalResourceId: 'Triggers' };
    expect(await ask('Create')).toEqual({ Status: 'SUCCESS', PhysicalResourceId: 'triggers', ...ids });
    expect([...kept.schedules.keys()]).toEqual(['web']);
  });

  test.each([
    [
      'ValidationException',
      'The execution role you provide must allow AWS EventBridge Scheduler to assume the role.',
    ],
    ['AccessDeniedException', 'is not authorized to perform: scheduler:CreateSchedule'],
  ])('asks again where AWS does not know the new roles yet: %s', async (name, message) => {
    kept.meanwhile = async () => {
      throw Object.assign(new Error(message), { name });
    };
    expect(await ask('Create')).toMatchObject({ Status: 'SUCCESS' });
    expect([...kept.schedules.keys()]).toEqual(['web']);
  });

  test('does not ask for ever', async () => {
    const refuse = async () => {
      kept.meanwhile = refuse;
      throw Object.assign(new Error('is not authorized'), { name: 'AccessDeniedException' });
    };
    kept.meanwhile = refuse;
    expect(await ask('Create')).toMatchObject({
      Status: 'FAILED',
      Reason: 'AccessDeniedException: is not authorized',
    });
  });

  test('and each night its function make good what somebody has deleted or changed by hand', async () => {
    await ask('Create');
    kept.schedules.clear();
    kept.rules.set('kiln-prod.web.1', { pattern: { source: ['other'] }, targets: [] });
    const night = { source: 'aws.events', 'detail-type': 'Scheduled Event', detail: {} };
    await handler(night, { functionName: 'test' } as Context);
    expect([[...kept.schedules.keys()], [...kept.rules.keys()]]).toEqual([['web'], []]);
  });

  test('takes what somebody has pushed meanwhile as it is', async () => {
    kept.meanwhile = async () => {
      process.env.LAMBDA_TASK_ROOT = makeFolder({
        'pipelines/web/pipeline.yml':
          "base: { image: ami-0123456789abcdef0, instanceType: t3.micro }\ntriggers: { schedule: { cron: '0 4 * * ? *' } }\n",
        'pipelines/web/user-data.sh': '#!/bin/bash\n',
      });
    };
    await ask('Update');
    expect(kept.schedules.get('web')?.ScheduleExpression).toBe('cron(0 4 * * ? *)');
  });

  test('takes all with it', async () => {
    await keepTriggers([both]);
    expect(await ask('Delete')).toMatchObject({ Status: 'SUCCESS' });
    expect([kept.schedules.size, kept.rules.size]).toEqual([0, 0]);
  });

  test('fails in words where that fails, so that the stack goes back', async () => {
    delete process.env.KILN_SCHEDULES;
    expect(await ask('Update')).toMatchObject({
      Status: 'FAILED',
      Reason: expect.stringContaining('KILN_SCHEDULES is not set'),
    });
  });
});
