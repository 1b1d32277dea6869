import { join } from 'node:path';
import { copyProject, type Project } from '../../../cli/copy-project';
import { packageService } from '../../../cli/package-service';

const IMAGE = 'resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64';

export const GROUP = 'kiln-fleet-web';
export const ALARM = 'site-errors';
export const IMAGE_PARAMETER = '/kiln/web/image';

/** What a build can be asked to break, in the words of its parameter BREAK. */
export type Breakage = 'userData' | 'flap' | 'agent' | 'preparation' | 'test' | 'site' | 'servers';

/** The probe asks another page than the load balancer does: so a fleet may be ill though the image is well. */
const USER_DATA = `#!/bin/bash
set -euo pipefail
dnf install -y httpd
echo alive > /var/www/html/alive.html
echo "<meta name=\\"version\\" content=\\"$VERSION\\">" > /var/www/html/index.html
echo "$BREAK" > /etc/break
case "$BREAK" in
  userData) echo 'the disk is on fire' >&2; exit 7 ;;
  site) echo closed > /var/www/html/alive.html ;;
  servers) rm /var/www/html/index.html ;;
  agent) systemctl disable --now amazon-ssm-agent ;;
esac
systemctl enable --now httpd
if [ "$BREAK" = flap ]; then
  for round in 1 2 3; do
    sleep 7; systemctl stop httpd; sleep 7; systemctl start httpd
  done
fi
`;
const PREPARE = `#!/bin/bash
set -euo pipefail
if [ "$(cat /etc/break)" = preparation ]; then echo 'no licence' >&2; exit 3; fi
`;
const TEST = `#!/bin/bash
set -euo pipefail
if [ "$(cat /etc/break)" = test ]; then echo 'the shop is closed' >&2; exit 9; fi
`;

const ROLLOUT = `rollout:
  - autoScalingGroup: ${GROUP}
    minHealthy: 100
    maxHealthy: 110
    warmup: 10s
    initialCapacity: 2
    userData: keep
    alarms: [${ALARM}]`;

/** What the event says that asks for a build of `web`. */
export const EVENT = { source: 'somebody.shop', type: 'Shop Released' };

const TRIGGERS = `triggers:
  events:
    - pattern: { source: [${EVENT.source}], detail-type: [${EVENT.type}] }
      parameters: { VERSION: $.detail.version, BREAK: $.detail.break }`;

function filesOf(more: string): Record<string, string> {
  return {
    'pipeline.yml': [
      `base: { image: '${IMAGE}', instanceType: t3.micro }`,
      'healthy: { path: /alive.html, contains: alive, times: 2, within: 10m }',
      "parameters: { VERSION: { pattern: '^[0-9]+$' }, BREAK: { default: nothing } }",
      more,
      '',
    ].join('\n'),
    'user-data.sh': USER_DATA,
    'prepare.sh': PREPARE,
    'tests/10-shop.sh': TEST,
  };
}

function pipeline(name: string, more: string): Record<string, string> {
  return Object.fromEntries(Object.entries(filesOf(more)).map(([path, text]) => [`${name}/${path}`, text]));
}

const WEB = `image: { parameter: ${IMAGE_PARAMETER} }\n${ROLLOUT}\n${TRIGGERS}`;

/**
 * The files of another version of `web`, as they are pushed.
 *
 * @param lines more of its pipeline.yml
 * @param more more of its script
 */
export function makeVersion(lines: readonly string[], more = ''): Record<string, string> {
  const files = filesOf([WEB, ...lines].join('\n'));
  return { ...files, 'user-data.sh': USER_DATA + more };
}

/** `web` and `webtwo` roll out to the same group, `bake` to none. */
const PIPELINES = {
  ...pipeline('web', WEB),
  ...pipeline('webtwo', ROLLOUT),
  ...pipeline('bake', 'image: { keep: 3 }'),
};
export const PIPELINE_NAMES = ['web', 'webtwo', 'bake'];

/** Another deployment of the same service, in the same account. */
export const OTHER_STAGE = 'test';
export const otherIn = (packaged: string) => join(packaged, OTHER_STAGE);

/**
 * Packages the service with these pipelines, and another deployment of it.
 *
 * @param options `change`: something to be done to its files first; `isAlone`: without the other deployment
 */
export async function packageSimulated({
  change,
  isAlone = false,
}: {
  readonly change?: (project: Project) => Promise<void>;
  readonly isAlone?: boolean;
} = {}): Promise<Project> {
  const project = await copyProject(PIPELINES);
  await change?.(project);
  await packageService(project.folder, project.packaged);
  if (!isAlone)
    await packageService(project.folder, otherIn(project.packaged), undefined, ['--stage', OTHER_STAGE]);
  return project;
}
