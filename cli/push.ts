import { join } from 'node:path';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { GetParameterCommand, ParameterNotFound, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { archiveSite } from '../src/pipeline/archive';
import { loadPipeline } from '../src/pipeline/load';
import type { ClientSettings } from './deploy';
import { projectFolder } from './project';

/** What a push made: the archive's address, which the site's parameter now names. */
export interface Pushed {
  readonly uri: string;
  readonly parameter: string;
}

/**
 * Uploads a pipeline's site as an archive named after its content and lets `/kiln/<pipeline>/site` name it.
 *
 * @param pipelines the folder with the pipelines
 * @param name the pipeline
 * @param site the folder of the site; the pipeline's own `site/` unless given
 * @throws UnknownPipeline, InvalidPipeline (an empty or missing site folder), or AWS's error
 */
export async function pushSite(
  settings: ClientSettings,
  pipelines: string,
  name: string,
  site = join(pipelines, name, 'site'),
): Promise<Pushed> {
  await loadPipeline(pipelines, name);
  const archive = await archiveSite(site, name);
  const ssm = new SSMClient(settings);
  const bucket = await findBucket(ssm);
  await new S3Client({ ...settings, forcePathStyle: true }).send(
    new PutObjectCommand({
      Bucket: bucket,
      Key: archive.key,
      Body: archive.body,
      ContentType: 'application/gzip',
    }),
  );
  const uri = `s3://${bucket}/${archive.key}`;
  const parameter = `/kiln/${name}/site`;
  await ssm.send(new PutParameterCommand({ Name: parameter, Type: 'String', Value: uri, Overwrite: true }));
  return { uri, parameter };
}

const BUCKET = '/kiln/artifacts-bucket';

async function findBucket(ssm: SSMClient): Promise<string> {
  try {
    const { Parameter } = await ssm.send(new GetParameterCommand({ Name: BUCKET }));
    return Parameter?.Value ?? '';
  } catch (error) {
    if (!(error instanceof ParameterNotFound)) throw error;
    throw new Error(
      `there is no SSM parameter ${BUCKET} in ${await ssm.config.region()}: deploy the service there first, or set AWS_REGION to where it is`,
      { cause: error },
    );
  }
}

/** `kiln push`: with the SDK's own settings (`AWS_REGION`, `AWS_PROFILE`, `AWS_ENDPOINT_URL`). */
export async function runPush(pipeline: string, options: { site?: string }): Promise<void> {
  const pushed = await pushSite({}, join(projectFolder, 'pipelines'), pipeline, options.site);
  console.log(`${pushed.parameter} = ${pushed.uri}`);
}
