import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

type Handler = (input: never) => Promise<unknown>;
type Context = Record<string, unknown>;
type Payload = Record<string, unknown>;

const ROOT = join(__dirname, '../..');
const plan = {
  image: { test: true },
  prepare: { by: 'agent' },
  healthy: { port: 80, times: 2 },
  targets: [
    { autoScalingGroup: 'old', isFirstImage: false },
    { autoScalingGroup: 'new', isFirstImage: true },
  ],
};

const OTHERS = [{ launchTemplateId: 'lt-2', reference: '1', version: '3' }];
const SERVER = { instanceId: 'i-9', privateIp: '10.0.0.9', port: 80 };
const groupOf = (target: unknown) => (target as { autoScalingGroup: string }).autoScalingGroup;

/** The steps with canned answers: only how they are put together is tested here. */
function makeSteps(ran: string[]): Record<string, Handler> {
  const step = (name: string, answer: (payload: Payload) => unknown): [string, Handler] => [
    name,
    async ({ Payload }: { Payload: Payload }) => {
      ran.push(name);
      return { Payload: answer(Payload) };
    },
  ];
  const park = (name: string, output: (payload: Payload) => object = () => ({})): [string, Handler] => [
    name,
    async ({ Payload }: { Payload: Payload }) => {
      ran.push(name);
      expect(Payload.token).toBe('token');
      return output(Payload);
    },
  ];
  const command = { id: 'c-1', status: 'Success', exit: 0, endedAt: 3 };
  const identity = { machineId: 'aaa', hostKey: 'bbb' };
  const launched = { instanceId: 'i-1', privateIp: '10.0.0.1', launchedAt: 1 };
  return Object.fromEntries<Handler>([
    step('Plan', ({ build, request }) => {
      expect(request).toEqual({ pipeline: 'web' });
      return { build: { ...(build as object), pipeline: 'web' }, plan };
    }),
    step('LaunchInstance', () => launched),
    step('AwaitHealthySite', ({ answers }) => ({ answers: Number(answers) + 1, askedAt: 2 })),
    step('LookAtBase', ({ seen }) => {
      expect(seen).toEqual({ Error: 'SiteNotReady', Cause: 'it does not answer' });
      return null;
    }),
    step('AwaitUserData', ({ instance, healthyAt }) => {
      expect([instance, healthyAt]).toEqual([launched, 2]);
      return null;
    }),
    park('PrepareImage', ({ base }) => {
      expect(base).toMatchObject({ instance: launched, health: { answers: 2, askedAt: 2 } });
      return command;
    }),
    step('CheckPreparation', ({ command: ended }) => {
      expect(ended).toEqual(command);
      return identity;
    }),
    park('RunTests', ({ identity: of }) => {
      expect(of).toEqual(identity);
      return command;
    }),
    step('CheckTests', ({ command: ended, test: tested }) => {
      expect(ended).toEqual(command);
      expect(tested).toMatchObject({ instance: launched, health: { askedAt: 3 } });
      return null;
    }),
    park('ScanImage', ({ test: tested }) => {
      expect(tested).toMatchObject({ instance: launched });
      return { scannedAt: 4 };
    }),
    step('CheckScan', ({ ended, image, test: tested }) => {
      expect([ended, image]).toEqual([{ scannedAt: 4 }, { id: 'ami-1', name: 'kiln-web' }]);
      expect(tested).toMatchObject({ instance: launched });
      return null;
    }),
    step('CreateImage', ({ base }) => {
      expect(base).toEqual({ instanceId: 'i-1' });
      return { id: 'ami-1', name: 'kiln-web' };
    }),
    park('AwaitImage'),
    step('TerminateBase', () => null),
    step('TestImage', ({ imageId }) => {
      expect(imageId).toBe('ami-1');
      return launched;
    }),
    step('AwaitHealthyTest', ({ answers }) => ({ answers: Number(answers) + 1, askedAt: 3 })),
    step('TerminateTest', () => null),
    step('PublishImage', () => ({ copies: [{ region: 'eu-north-1', imageId: 'ami-2' }] })),
    park('AwaitCopy'),
    ...(['AwaitApproval', 'AwaitWindow'] as const).map((state) =>
      park(state, ({ build, stage }) => {
        expect(stage).toBe(state);
        const { fence, ...held } = build as { fence: number };
        return { ...held, fence: fence + 10 };
      }),
    ),
    step('PublishTemplate', ({ target }) => ({
      ...(target as object),
      launchTemplateId: 'lt-1',
      version: '2',
      others: OTHERS,
      fence: 7,
    })),
    step('StartRefresh', ({ version, others, fence }) => {
      expect([version, others, fence]).toEqual(['2', OTHERS, 7]);
      return { refreshId: 'r-1' };
    }),
    park('AwaitRefresh', () => ({ refreshId: 'r-1', endedAt: 7 })),
    step('ScaleOut', ({ version, others, fence }) => {
      expect([version, others, fence]).toEqual(['2', OTHERS, 7]);
      return { endedAt: 7 };
    }),
    // Only the servers of one group are to be asked.
    park('AwaitFleet', ({ target }) => ({ servers: groupOf(target) === 'old' ? [SERVER] : [] })),
    step('AskServers', ({ servers, answers, since, within, autoScalingGroup }) => {
      expect([servers, since, within, autoScalingGroup]).toEqual([[SERVER], 7, 1800, 'old']);
      return { answers: Number(answers) + 1 };
    }),
    step('VerifyFleet', ({ target, others, servers, since }) => {
      expect(others).toEqual(OTHERS);
      expect([servers, since]).toEqual([groupOf(target) === 'old' ? [SERVER] : [], 7]);
      return null;
    }),
    step('Finish', ({ rollouts, copies, image }) => {
      expect(rollouts).toEqual([
        expect.objectContaining({ autoScalingGroup: 'old', launchTemplateId: 'lt-1', fence: 7 }),
        expect.objectContaining({
          autoScalingGroup: 'new',
          launchTemplateId: 'lt-1',
          others: OTHERS,
          fence: 7,
        }),
      ]);
      expect([copies, image]).toEqual([
        [{ region: 'eu-north-1', imageId: 'ami-2' }],
        { id: 'ami-1', name: 'kiln-web' },
      ]);
      return null;
    }),
    step('Recover', ({ build, failure }) => {
      expect(build).toEqual({ id: 'web-1' });
      const { Error: error, Cause: cause } = failure as { Error: string; Cause: string };
      return { error, cause, hasSucceeded: error === 'AfterTheEnd' };
    }),
  ]);
}

/** The definition as it is deployed, but for the ARNs of the functions. */
function readDefinition() {
  const text = readFileSync(join(ROOT, 'statemachines/golden-image.asl.yml'), 'utf8');
  return JSON.parse(
    JSON.stringify(parse(text, { merge: true }), (_key, value) => value?.['Fn::GetAtt']?.[0] ?? value),
  );
}

/** The package asks for Node 22 for one function alone. */
function allowNode20(): void {
  const promises = Promise as unknown as { withResolvers?: () => object };
  promises.withResolvers ??= () => {
    const made: { resolve?: unknown; reject?: unknown } = {};
    const promise = new Promise((resolve, reject) => Object.assign(made, { resolve, reject }));
    return { promise, ...made };
  };
}

/** The pauses of the machine, in milliseconds. */
const PAUSES = { PauseBeforeSite: 0, PauseBeforeTest: 0, PauseBeforeServers: 0 };

async function run(steps: Record<string, Handler>) {
  allowNode20();
  const { StateMachine } = await import('aws-local-stepfunctions');
  const context: Context = { Execution: { Name: 'web-1' }, Task: { Token: 'token' } };
  const machine = new StateMachine(readDefinition(), { validationOptions: { noValidate: true } });
  return machine.run({ pipeline: 'web' }, {
    overrides: {
      taskResourceLocalHandlers: steps as never,
      waitTimeOverrides: PAUSES,
      retryIntervalOverrides: { AskServers: 0, AwaitHealthySite: 0 },
    },
    context,
  } as never).result;
}

const failing =
  (name: string, message: string): Handler =>
  async () => {
    throw Object.assign(new Error(message), { name });
  };

test('a build goes through all states, and hands on what the next ones need', async () => {
  const ran: string[] = [];
  await run(makeSteps(ran));
  expect(ran.slice(0, 16)).toEqual([
    ...['Plan', 'LaunchInstance', 'AwaitHealthySite', 'AwaitHealthySite', 'PrepareImage'],
    ...['CheckPreparation', 'CreateImage', 'AwaitImage'],
    ...[
      'TerminateBase',
      'TestImage',
      'AwaitHealthyTest',
      'AwaitHealthyTest',
      'RunTests',
      'CheckTests',
      'TerminateTest',
      'PublishImage',
    ],
  ]);
  expect(ran.slice(16, -1).sort()).toEqual(
    [
      ...['AwaitCopy', 'AwaitRefresh', 'PublishTemplate', 'PublishTemplate', 'ScaleOut', 'StartRefresh'],
      ...['AwaitFleet', 'AwaitFleet', 'AskServers', 'AskServers', 'VerifyFleet', 'VerifyFleet'],
    ].sort(),
  );
  expect(ran.at(-1)).toBe('Finish');
});

test('an image whose pipeline says so is scanned once it is tested', async () => {
  const ran: string[] = [];
  const steps = makeSteps(ran);
  const scanned = { ...plan, image: { test: true, scan: { max: 'HIGH' } } };
  steps.Plan = async () => ({ Payload: { build: { id: 'web-1', pipeline: 'web' }, plan: scanned } });
  await run(steps);
  const from = ran.indexOf('CheckTests');
  expect(ran.slice(from, from + 4)).toEqual(['CheckTests', 'ScanImage', 'CheckScan', 'TerminateTest']);
  expect(ran.at(-1)).toBe('Finish');
});

test('a build that must be approved, and has a window, waits before it rolls out, and goes on under the number that it gets then', async () => {
  const ran: string[] = [];
  const steps = makeSteps(ran);
  const gated = { ...plan, approval: { within: 60 }, windows: [{}] };
  const build = { id: 'web-1', pipeline: 'web', fence: 1 };
  steps.Plan = async () => ({ Payload: { build, plan: gated } });
  const { PublishTemplate: publish, Finish: finish } = steps;
  const fences: unknown[] = [];
  const noting = (step: Handler | undefined) => async (input: never) => {
    fences.push((input as { Payload: { build: { fence: number } } }).Payload.build.fence);
    return step?.(input);
  };
  Object.assign(steps, { PublishTemplate: noting(publish), Finish: noting(finish) });
  await run(steps);
  const from = ran.indexOf('AwaitApproval');
  expect(ran.slice(from - 1, from + 2)).toEqual(['AwaitCopy', 'AwaitApproval', 'AwaitWindow']);
  expect(fences).toEqual([21, 21, 21]);
});

test('a site that flaps begins its row of good answers anew', async () => {
  const ran: string[] = [];
  const steps = makeSteps(ran);
  const answers = [1, 0, 1, 2];
  const given: unknown[] = [];
  steps.AwaitHealthySite = async ({ Payload }: { Payload: Payload }) => {
    given.push(Payload.answers);
    return { Payload: { answers: answers.shift(), askedAt: 2 } };
  };
  await run(steps);
  expect(given).toEqual([0, 1, 0, 1]);
  expect(ran.at(-1)).toBe('Finish');
});

const throwing = (name: string): Error => Object.assign(new Error('why'), { name });

test.each([
  ['do not answer for the site', 'AskServers', 'SiteNotReady', 9],
  ['came or went while they were asked', 'VerifyFleet', 'FleetChanged', 1],
])(
  'when servers %s, AWS is asked anew who is there, and they are asked from the start',
  async (_what, state, error, times) => {
    const ran: string[] = [];
    const steps = makeSteps(ran);
    const { [state]: good } = steps;
    let failures = 0;
    steps[state] = async (input) => {
      const { Payload } = input as { Payload: Payload };
      if (state === 'VerifyFleet' && groupOf(Payload.target) === 'new') return good?.(input);
      if (failures++ < times) throw throwing(error);
      return good?.(input);
    };
    await run(steps);
    expect(ran.filter((name) => name === 'AwaitFleet')).toHaveLength(3);
    expect(ran.filter((name) => name === 'VerifyFleet')).toHaveLength(2);
    expect(ran.at(-1)).toBe('Finish');
  },
);

test('while its site does not answer the instance is looked at, and the site is asked again', async () => {
  const ran: string[] = [];
  const steps = makeSteps(ran);
  let asked = 0;
  const answering = steps.AwaitHealthySite;
  steps.AwaitHealthySite = async (input) => {
    asked++;
    if (asked > 8) return answering?.(input);
    throw Object.assign(new Error('it does not answer'), { name: 'SiteNotReady' });
  };
  await run(steps);
  expect(asked).toBe(10);
  expect(ran.filter((state) => state === 'LookAtBase')).toHaveLength(2);
  expect(ran.at(-1)).toBe('Finish');
});

test('an instance that is lost while its site is waited for ends the build', async () => {
  const ran: string[] = [];
  const steps = {
    ...makeSteps(ran),
    AwaitHealthySite: failing('SiteNotReady', 'it does not answer'),
    LookAtBase: failing('InstanceFailed', 'it is terminated'),
  };
  await expect(run(steps)).rejects.toMatchObject({
    cause: { name: 'InstanceFailed', message: 'it is terminated' },
  });
  expect(ran).toEqual(['Plan', 'LaunchInstance', 'Recover']);
});

test('a fleet that does not serve the site in its time fails its build by the state that may write so', async () => {
  const ran: string[] = [];
  const steps = makeSteps(ran);
  steps.AskServers = failing('FleetNotHealthy', 'they serve another one');
  const { VerifyFleet: well } = steps;
  steps.VerifyFleet = async (input) => {
    const { asked } = (input as { Payload: Payload }).Payload as { asked: { Error: string; Cause: string } };
    if (asked.Error === 'FleetNotHealthy') return failing(asked.Error, asked.Cause)(input);
    return well?.(input);
  };
  await expect(run(steps)).rejects.toMatchObject({
    cause: { name: 'FleetNotHealthy', message: 'they serve another one' },
  });
  expect(ran.at(-1)).toBe('Recover');
});

test('where no agent is, the console tells of the script, and no tests are run', async () => {
  const ran: string[] = [];
  const steps = makeSteps(ran);
  const unmanaged = { ...plan, prepare: { by: 'none' } };
  steps.Plan = async () => ({ Payload: { build: { id: 'web-1', pipeline: 'web' }, plan: unmanaged } });
  await run(steps);
  expect(ran).toContain('AwaitUserData');
  for (const state of ['PrepareImage', 'CheckPreparation', 'RunTests', 'CheckTests'])
    expect(ran).not.toContain(state);
  expect(ran.at(-1)).toBe('Finish');
});

test.each([
  ['asked why, where an agent is', 'agent', ['LaunchInstance', 'PrepareImage', 'Recover']],
  ['believed, where none is', 'none', ['LaunchInstance', 'Recover']],
])('a server whose script has failed by its console is %s', async (_what, by, states) => {
  const ran: string[] = [];
  const steps: Record<string, Handler> = {
    ...makeSteps(ran),
    AwaitHealthySite: failing('SiteNotReady', 'it does not answer'),
    LookAtBase: failing('UserDataFailed', 'the console says so'),
    CheckPreparation: failing('UserDataFailed', 'and this is why'),
  };
  steps.PrepareImage = async () => {
    ran.push('PrepareImage');
    return {};
  };
  steps.Plan = async () => ({
    Payload: { build: { id: 'web-1', pipeline: 'web' }, plan: { ...plan, prepare: { by } } },
  });
  await expect(run(steps)).rejects.toMatchObject({
    cause: { name: 'UserDataFailed', message: by === 'agent' ? 'and this is why' : 'the console says so' },
  });
  expect(ran).toEqual(states);
});

test('an image that needs no test is published at once', async () => {
  const ran: string[] = [];
  const steps = makeSteps(ran);
  const untested = { ...plan, image: { test: false } };
  steps.Plan = async () => ({ Payload: { build: { id: 'web-1', pipeline: 'web' }, plan: untested } });
  await run(steps);
  expect(ran).not.toContain('TestImage');
  expect(ran.at(-1)).toBe('Finish');
});

test.each([
  'Plan',
  'CreateImage',
  'AwaitImage',
  'StartRefresh',
  'AwaitFleet',
  'AskServers',
  'VerifyFleet',
  'Finish',
])('when %s fails, Recover runs and the execution fails with the same error', async (state) => {
  const ran: string[] = [];
  const steps = { ...makeSteps(ran), [state]: failing('RefreshFailed', 'in plain words') };
  await expect(run(steps)).rejects.toMatchObject({
    cause: { name: 'RefreshFailed', message: 'in plain words' },
  });
  expect(ran.at(-1)).toBe('Recover');
});

test('when something fails after the last write of a build, its execution succeeds as its record says', async () => {
  const ran: string[] = [];
  const steps = { ...makeSteps(ran), Finish: failing('AfterTheEnd', 'the function died') };
  await expect(run(steps)).resolves.toBeDefined();
  expect(ran.at(-1)).toBe('Recover');
});
