import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { projectFolder } from '../project';
import { type Names, PIPELINE } from './names';
import { SERVERS } from './plan';

/** The page that is asked whether a site is good. The load balancer asks for another, the front page: so a site can pass the first and fail the second. */
const HEALTHY = {
  port: 80,
  path: '/about.html',
  status: 200,
  contains: 'kiln',
  times: 3,
  within: '10m',
};
/** What the load balancer asks for. */
export const FRONT_PAGE = 'index.html';

/**
 * The files of the pipeline of a verification: the checkout's own, and above it what is different in the stage.
 *
 * @returns the text of each file by its path under `pipelines/`
 */
export async function pipelineFiles(names: Names): Promise<Record<string, string>> {
  const read = (file: string) => readFile(join(projectFolder, 'pipelines', PIPELINE, file), 'utf8');
  const stage = {
    parameters: {
      SITE: { default: `resolve:ssm:${names.root}/${PIPELINE}/site`, pattern: '^s3://.+' },
    },
    healthy: HEALTHY,
    image: { test: true, keep: 5, parameter: `${names.root}/${PIPELINE}/image` },
    rollout: [
      {
        autoScalingGroup: names.group,
        minHealthy: 100,
        maxHealthy: 200,
        warmup: '30s',
        initialCapacity: SERVERS,
        minCapacity: SERVERS,
      },
    ],
    triggers: {},
  };
  return {
    [`${PIPELINE}/pipeline.yml`]: await read('pipeline.yml'),
    [`${PIPELINE}/user-data.sh`]: await read('user-data.sh'),
    [`${PIPELINE}/pipeline.${names.stage}.yml`]: stringify(stage),
  };
}
