import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { copyProject, type Project } from '../../../cli/copy-project';
import { packageService } from '../../../cli/package-service';
import { versionOf } from '../../../src/pipeline/pushed/store';

const IMAGE = 'resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64';

export const GROUP = 'kiln-fleet-web';
/** A group that a person may make beside it. */
export const SECOND_GROUP = 'kiln-fleet-second';
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

const targetOf = (group: string, more: readonly string[] = []) => `
  - autoScalingGroup: ${group}
    minHealthy: 100
    maxHealthy: 110
    warmup: 10s
    initialCapacity: 2
    userData: keep
    alarms: [${ALARM}]${more.map((line) => `\n    ${line}`).join('')}`;

/** What the event says that asks for a build of `web`. */
export const EVENT = { source: 'somebody.shop', type: 'Shop Released' };

const TRIGGERS = `triggers:
  events:
    - pattern: { source: [${EVENT.source}], detail-type: [${EVENT.type}] }
      parameters: { VERSION: $.detail.version, BREAK: $.detail.break }`;

/** What a version of a pipeline has otherwise than others. */
export interface Otherwise {
  /** More lines of its pipeline.yml. */
  readonly lines?: readonly string[];
  /** More of its script. */
  readonly script?: string;
  /** How many good images are kept. */
  readonly keep?: number;
  /** The page by which its site is known to be good; others do not have it. */
  readonly page?: string;
  /** More lines of its rollout. */
  readonly rollout?: readonly string[];
  /** Whether it rolls out to the second group, too. */
  readonly hasSecond?: boolean;
}

function filesOf({ lines = [], script = '', page }: Otherwise): Record<string, string> {
  const asked = page ?? 'alive';
  return {
    'pipeline.yml': [
      `base: { image: '${IMAGE}', instanceType: t3.micro }`,
      `healthy: { path: /${asked}.html, contains: ${asked}, times: 2, within: 10m }`,
      "parameters: { VERSION: { pattern: '^[0-9]+$' }, BREAK: { default: nothing } }",
      ...lines,
      '',
    ].join('\n'),
    'user-data.sh': `${USER_DATA}${page ? `echo ${page} > /var/www/html/${page}.html\n` : ''}${script}`,
    'prepare.sh': PREPARE,
    'tests/10-shop.sh': TEST,
  };
}

function pipeline(name: string, files: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(files).map(([path, text]) => [`${name}/${path}`, text]));
}

/** The files of a version of `web`, as they are pushed. */
export function makeVersion({
  keep,
  rollout,
  hasSecond,
  lines = [],
  ...more
}: Otherwise): Record<string, string> {
  const image = `image: { parameter: ${IMAGE_PARAMETER}${keep ? `, keep: ${keep}` : ''} }`;
  const groups = [GROUP, ...(hasSecond ? [SECOND_GROUP] : [])];
  const targets = `rollout:${groups.map((group) => targetOf(group, rollout)).join('')}`;
  return filesOf({ ...more, lines: [image, targets, TRIGGERS, ...lines] });
}

/** What a deployment of the service has for `web`. */
export type Edition = 'first' | 'later';
const mark = (name: string) => `sed -i '$a <meta name="${name}" content="later">' /var/www/html/index.html`;
/** Of the later one the page says so, twice: what its script makes, and what it is prepared with. */
const EDITIONS: Readonly<Record<Edition, Record<string, string>>> = {
  first: makeVersion({}),
  later: {
    ...makeVersion({ script: `[ ! -f /var/www/html/index.html ] || ${mark('edition')}\n` }),
    'prepare.sh': `${PREPARE}[ ! -f /var/www/html/index.html ] || ${mark('prepared')}\n`,
  },
};
/** As the service names them. */
export const VERSION_OF = {
  first: versionOf(EDITIONS.first),
  later: versionOf(EDITIONS.later),
} as const satisfies Record<Edition, string>;

/** `web` and `webtwo` roll out to the same group, `bake` to none. */
const PIPELINES = {
  ...pipeline('web', EDITIONS.first),
  ...pipeline('webtwo', filesOf({ lines: [`rollout:${targetOf(GROUP)}`] })),
  ...pipeline('bake', filesOf({ lines: ['image: { keep: 3 }'] })),
};
export const PIPELINE_NAMES = ['web', 'webtwo', 'bake'];

/** Another deployment of the same service, in the same account. */
export const OTHER_STAGE = 'test';
export const otherIn = (packaged: string) => join(packaged, OTHER_STAGE);

/** The same deployment, later: with another version of `web`. */
export const laterIn = (packaged: string) => join(packaged, 'later');

/**
 * Packages the service with these pipelines, another deployment of it, and a later one.
 *
 * @param options `change`: something to be done to its files first; `isAlone`: without the other deployment; `isLast`: without a later one
 */
export async function packageSimulated({
  change,
  isAlone = false,
  isLast = false,
}: {
  readonly change?: (project: Project) => Promise<void>;
  readonly isAlone?: boolean;
  readonly isLast?: boolean;
} = {}): Promise<Project> {
  const project = await copyProject(PIPELINES);
  const { folder, packaged } = project;
  await change?.(project);
  await packageService(folder, packaged);
  if (!isAlone) await packageService(folder, otherIn(packaged), undefined, ['--stage', OTHER_STAGE]);
  if (isLast) return project;
  for (const [path, text] of Object.entries(EDITIONS.later))
    await writeFile(join(folder, 'pipelines', 'web', path), text);
  await packageService(folder, laterIn(packaged));
  return project;
}
