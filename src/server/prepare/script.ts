import { createHash } from 'node:crypto';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { s3 } from '../../aws/s3';
import { findAsPlanned } from '../../build/plan/as-planned';
import type { Held, Plan } from '../../build/state';
import { readConsole } from '../../image/watch/console';
import { findOwnLog } from '../../image/watch/words';
import type { Pipeline } from '../../pipeline/pipeline';
import { readSecrets } from '../../pipeline/secret';
import { exportParameters } from '../../pipeline/user-data';
import { bucket, outputPrefix } from '../command/run';
import { encode, writeScript } from '../scripts';

/**
 * The script that prepares a base instance: it waits for cloud-init, runs the pipeline's `prepare.sh` with the parameters of the build, and
 * takes away what belongs to that server alone. Secrets are looked for by the instance, which alone knows them; the console is handed to it.
 */
export async function writePrepareScript(
  build: Pick<Held, 'id' | 'pipeline'>,
  plan: Plan,
  instanceId: string,
): Promise<string> {
  const pipeline = await findAsPlanned(build.id);
  const wanted = secretsToFind(pipeline, plan);
  const console = wanted.length > 0 ? await storeConsole(instanceId) : undefined;
  const values = {
    KILN_WITHIN: String(plan.prepare.within),
    KILN_OWN_LOG: findOwnLog(pipeline.userDataScript) ?? '',
    KILN_OWN: pipeline.prepareScript ? encode(pipeline.prepareScript) : '',
  };
  const open = Object.fromEntries(
    Object.entries(plan.parameters).filter(([name]) => !plan.secrets.includes(name)),
  );
  const found = Object.fromEntries(wanted.map((name) => [name, plan.parameters[name] ?? '']));
  return writeScript('prepare', values, `${exportParameters(open)}${readSecrets(found, console)}`);
}

/** Those whose values may not be on the image. */
function secretsToFind({ definition }: Pipeline, { secrets }: Plan): string[] {
  return secrets.filter((name) => definition.parameters[name]?.mayStayOnImage !== true);
}

/** @returns where the instance finds its console: named by what is on it, since others have the same role and may read there */
async function storeConsole(instanceId: string): Promise<string> {
  const { lines } = await readConsole(instanceId);
  const Body = lines.join('\n');
  const hash = createHash('sha256').update(Body).digest('hex');
  const Key = `${outputPrefix(instanceId)}/${hash}/console`;
  await s3().send(new PutObjectCommand({ Bucket: bucket(), Key, Body }));
  return `s3://${bucket()}/${Key}`;
}
