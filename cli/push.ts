import { join } from 'node:path';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { GetParameterCommand, ParameterNotFound, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { loadPipeline } from '../src/pipeline/load';
import { parameterRoot } from '../src/pipeline/reach';
import { archiveSite } from '../src/pipeline/site/archive';
import type { ClientSettings } from './deploy';

/** What the push of a site made: the archive's address, which the site's parameter now names. */
export interface PushedSite {
  readonly uri: string;
  readonly parameter: string;
}

/**
 * Uploads a pipeline's site as an archive named after its content and lets an SSM parameter name it: `/kiln/<pipeline>/site`, and
 * `/kiln-<stage>/<pipeline>/site` for a stage other than prod.
 *
 * @param pipelines the folder with the pipelines
 * @param name the pipeline
 * @param site the folder of the site; the pipeline's own `site/` unless given
 * @param stage the stage of the deployment whose bucket takes it
 * @throws UnknownPipeline, InvalidPipeline (an empty or missing site folder), or AWS's error
 */
export async function pushSite(
  settings: ClientSettings,
  pipelines: string,
  name: string,
  site = join(pipelines, name, 'site'),
  stage = 'prod',
): Promise<PushedSite> {
  await loadPipeline(pipelines, name);
  const archive = await archiveSite(site, name);
  const ssm = new SSMClient(settings);
  const root = parameterRoot(stage);
  const bucket = await findBucket(ssm, `${root}/artifacts-bucket`);
  await new S3Client({ ...settings, forcePathStyle: true }).send(
    new PutObjectCommand({
      Bucket: bucket,
      Key: archive.key,
      Body: archive.body,
      ContentType: 'application/gzip',
    }),
  );
  const uri = `s3://${bucket}/${archive.key}`;
  const parameter = `${root}/${name}/site`;
  await ssm.send(new PutParameterCommand({ Name: parameter, Type: 'String', Value: uri, Overwrite: true }));
  return { uri, parameter };
}

async function findBucket(ssm: SSMClient, Name: string): Promise<string> {
  try {
    const { Parameter } = await ssm.send(new GetParameterCommand({ Name }));
    return Parameter?.Value ?? '';
  } catch (error) {
    if (!(error instanceof ParameterNotFound)) throw error;
    throw new Error(
      `there is no SSM parameter ${Name} in ${await ssm.config.region()}: deploy the service there first, or set AWS_REGION and --stage to where it is`,
      { cause: error },
    );
  }
}
