import * as z from 'zod';
import { findAsPlanned } from '../../build/plan/as-planned';
import { updateRecord } from '../../build/record';
import { closeStage, enterStage } from '../../build/stages';
import { BuildState, Plan } from '../../build/state';
import { UserDataFailed } from '../../errors';
import { awaitCommand } from '../../wait/await';
import { checkAgent } from '../command/agent';
import { EndedCommand } from '../command/ended';
import { readReport } from '../command/report';
import { runScript } from '../command/run';
import { findStart } from '../command/start';
import { recordPackages } from '../packages/record';
import { checkCloudInit } from './cloud-init';
import { checkOwnScript } from './own-script';
import { describeIdentity, describePrepared, type Identity } from './prepared';
import { writePrepareScript } from './script';
import { checkSecrets } from './secrets';

const Base = z.object({
  instance: z.object({ instanceId: z.string(), launchedAt: z.number() }),
  health: z.object({ answers: z.number(), askedAt: z.number().optional() }),
});

export const PrepareImageInput = BuildState.extend({ plan: Plan, base: Base, token: z.string() });

/**
 * Once the site answers, or its script has failed: sends the base instance the script that prepares it, and parks until that has ended.
 *
 * @throws AgentNotReady while its SSM agent is not online: the state machine asks again
 * @throws InstanceNotManaged if it does not come online
 */
export async function prepareImage(input: z.infer<typeof PrepareImageInput>): Promise<void> {
  const { build, stage, plan, base, token } = input;
  const { instanceId, launchedAt } = base.instance;
  // The probe cannot write this itself: it has no way to AWS.
  const isHealthy = base.health.answers >= plan.healthy.times;
  const outcome = isHealthy ? 'succeeded' : 'failed';
  await closeStage(build.id, 'AwaitHealthySite', outcome, launchedAt, base.health.askedAt);
  await enterStage(build.id, stage, Date.now(), `the preparation of ${instanceId}`);
  await checkAgent(instanceId, await findStart(build.id, stage));
  const script = await writePrepareScript(build, plan, instanceId);
  const run = { build: build.id, stage, instanceId, script, within: plan.prepare.within };
  await awaitCommand({ build, stage, token }, await runScript(run), instanceId);
}

export const CheckPreparationInput = BuildState.extend({
  plan: Plan,
  base: Base,
  command: EndedCommand,
});

/**
 * Judges how the preparation of a base instance ended, and records what is on it.
 *
 * @returns what the server of the image must not have in common with it
 * @throws UserDataFailed, PreparationFailed, SecretOnImage in words
 * @throws InstanceNotManaged if the script could not be run
 * @throws AgentNotReady while its output is not there: the state machine asks again
 */
export async function checkPreparation(input: z.infer<typeof CheckPreparationInput>): Promise<Identity> {
  const { build, plan, base, command } = input;
  const { instanceId } = base.instance;
  const report = await readReport(instanceId, command);
  const pipeline = await findAsPlanned(build.id);
  checkCloudInit(report, instanceId, pipeline.userDataScript);
  // It was sent here because the console said so, and the server says otherwise: its site has never been healthy.
  if (base.health.answers < plan.healthy.times)
    throw new UserDataFailed(
      `The console of ${instanceId} says that the user data failed, though cloud-init says that it is done. The site was not healthy.`,
    );
  checkOwnScript(report, command, instanceId);
  checkSecrets(report, instanceId);
  await updateRecord(build.id, { prepared: describePrepared(report) });
  await recordPackages(build.id, report);
  return describeIdentity(report);
}
