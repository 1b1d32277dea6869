import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { copyProject, type Project, readPipeline } from '../e2e/project';

/** Of another account's people. */
export const SHARED_WITH = '123456789012';
export const COPIED_TO = 'eu-west-1';
export const ARCHIVES = 'kiln-test-archives';
export const KEY_PAIR = 'operators';
/** It is to watch over a rollout, and is not there. */
export const ALARM = 'busy';

const IMAGE = 'resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64';

/** A pipeline with all that a pipeline can refer to: a policy names nothing that is not of one of these kinds. */
const VAULT = {
  'vault/pipeline.yml': `base: { image: '${IMAGE}', instanceType: t3.micro, keyName: ${KEY_PAIR}, buckets: [${ARCHIVES}] }
parameters:
  PASSWORD: { secret: true, default: 'resolve:ssm:/kiln/vault/password' }
  KEY: { secret: true, default: 'resolve:secretsmanager:kiln/vault/key' }
  NOTE: { default: 'resolve:ssm:/kiln/vault/note' }
  NEWEST: { default: '${IMAGE}' }
healthy: { contains: Hello, times: 1, within: 2h }
image: { test: false, keep: 1, copyTo: [${COPIED_TO}], shareWith: ['${SHARED_WITH}'], parameter: /kiln/vault/image }
triggers: { events: [{ pattern: { source: [com.example.vault] } }] }
`,
  'vault/user-data.sh': `#!/bin/bash
set -euo pipefail
dnf install -y httpd
aws s3 cp s3://${ARCHIVES}/index.html /var/www/html/index.html
aws ssm get-parameter --name /shared/base/greeting
aws ssm get-parameters --names /shared/base/greeting
systemctl enable --now httpd
`,
};

/** A pipeline whose base image is not there. */
const MISSING = {
  'missing/pipeline.yml': 'base: { image: ami-0123456789abcdef0, instanceType: t3.micro }\n',
  'missing/user-data.sh': '#!/bin/bash\n',
};

/** A pipeline whose rollout is watched. */
async function makeWatched(): Promise<Record<string, string>> {
  const files = await readPipeline('api');
  const path = 'api/pipeline.yml';
  const text = (files[path] ?? '').replace('warmup: 30s', `warmup: 30s, alarms: [${ALARM}]`);
  return { ...files, [path]: `${text}onFailure: { hold: 5m }\n` };
}

/** What the deployment lets pipelines name, and scripts read. */
const PARAMS = {
  baseParameters: ['kiln/none', 'shared/base/*'],
  buckets: ['none', ARCHIVES],
  keyPairs: ['none', KEY_PAIR],
} as const;

/** The service with its pipelines and one more. */
export async function makeProject(): Promise<Project> {
  const project = await copyProject({
    ...(await readPipeline('web')),
    ...(await makeWatched()),
    ...VAULT,
    ...MISSING,
  });
  const file = join(project.folder, 'serverless.yml');
  const text = await readFile(file, 'utf8');
  const given = Object.entries(PARAMS).reduce(
    (all, [name, [usual, own]]) => all.replace(`    ${name}: ${usual}\n`, `    ${name}: ${own}\n`),
    text,
  );
  await writeFile(file, given);
  return project;
}
