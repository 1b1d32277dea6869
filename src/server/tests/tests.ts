import * as z from 'zod';
import { findAsPlanned } from '../../build/plan/as-planned';
import { updateRecord } from '../../build/record';
import { closeStage, enterStage } from '../../build/stages';
import { BuildState, Plan } from '../../build/state';
import { ImageTestFailed } from '../../errors';
import { awaitCommand } from '../../wait/await';
import { checkAgent } from '../command/agent';
import { EndedCommand } from '../command/ended';
import { readReport } from '../command/report';
import { runScript } from '../command/run';
import { findStart } from '../command/start';
import { encode, writeScript } from '../scripts';
import { findFailures, listPassed } from './judge';

const Test = z.object({
  instance: z.object({ instanceId: z.string(), launchedAt: z.number() }),
  health: z.object({ askedAt: z.number() }),
});

export const RunTestsInput = BuildState.extend({
  plan: Plan,
  test: Test,
  /** Of the base instance, which the server must not have in common with it. */
  identity: z.object({ machineId: z.string(), hostKey: z.string() }),
  token: z.string(),
});

/**
 * Once the site of the server that was booted from the image answers: sends it the checks and the tests of the pipeline, and parks until
 * they have ended.
 *
 * @throws AgentNotReady while its SSM agent is not online: the state machine asks again
 * @throws InstanceNotManaged if it does not come online
 */
export async function runTests(input: z.infer<typeof RunTestsInput>): Promise<void> {
  const { build, stage, plan, test, identity, token } = input;
  const { instanceId, launchedAt } = test.instance;
  // The probe cannot write this itself: it has no way to AWS.
  await closeStage(build.id, 'AwaitHealthyTest', 'succeeded', launchedAt, test.health.askedAt);
  await enterStage(build.id, stage, Date.now(), `the tests on ${instanceId}`);
  await checkAgent(instanceId, await findStart(build.id, stage));
  const { tests = [] } = await findAsPlanned(build.id);
  const script = await writeScript('tests', {
    KILN_WITHIN: String(plan.image.testWithin),
    KILN_TESTS: tests.map((one) => `${one.name} ${encode(one.script)}\n`).join(''),
    KILN_SKIPPED: ` ${Object.keys(plan.image.skipChecks).join(' ')} `,
    KILN_MACHINE_ID: identity.machineId,
    KILN_HOST_KEY: identity.hostKey,
  });
  const run = { build: build.id, stage, instanceId, script, within: plan.image.testWithin };
  await awaitCommand({ build, stage, token }, await runScript(run), instanceId);
}

export const CheckTestsInput = BuildState.extend({ plan: Plan, test: Test, command: EndedCommand });

/**
 * Judges how the checks and tests of an image ended. An answer that is missing is no pass.
 *
 * @throws ImageTestFailed with the names of what failed, and what it wrote
 * @throws InstanceNotManaged if they could not be run
 * @throws AgentNotReady while their output is not there: the state machine asks again
 */
export async function checkTests({
  build,
  plan,
  test,
  command,
}: z.infer<typeof CheckTestsInput>): Promise<void> {
  const { instanceId } = test.instance;
  const report = await readReport(instanceId, command);
  const failures = findFailures(report, command);
  if (failures.length > 0)
    throw new ImageTestFailed([`The test of the image failed on ${instanceId}:`, ...failures].join('\n'));
  const skipped = Object.keys(plan.image.skipChecks).length > 0 ? { skipped: plan.image.skipChecks } : {};
  await updateRecord(build.id, { tested: { tests: listPassed(report), ...skipped } });
}
