const IMAGE = 'resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64';
const FILE = `base: { image: '${IMAGE}', instanceType: t3.micro }\nhealthy: { contains: Hello, times: 1 }\nwhenBusy: reject\n`;

/** What each script begins with: a site that answers. */
const SITE = [
  '#!/bin/bash',
  'set -euo pipefail',
  'dnf install -y httpd',
  'echo Hello > /var/www/html/index.html',
  'systemctl enable --now httpd',
  '',
].join('\n');

function pipeline(name: string, more: string, files: Readonly<Record<string, string>> = {}) {
  const all = { 'pipeline.yml': FILE + more, 'user-data.sh': SITE, ...files };
  return Object.fromEntries(Object.entries(all).map(([file, text]) => [`${name}/${file}`, text]));
}

const bash = (...lines: string[]) => ['#!/bin/bash', 'set -euo pipefail', ...lines, ''].join('\n');

/** Pipelines whose images are prepared and tested, and what is wrong with each. */
export const preparePipelines: Readonly<Record<string, string>> = {
  ...pipeline(
    'good',
    "parameters: { WORD: { default: one } }\nimage: { skipChecks: { diskSpace: 'a small disk' } }\n",
    {
      'prepare.sh': bash('echo "prepared $WORD" > /var/www/html/prepared.html', 'echo left > /tmp/left'),
      'tests/10-site.sh': bash('curl -sf http://localhost/prepared.html | grep -q "prepared one"'),
      'tests/20-clean.sh': bash('[ ! -e /tmp/left ]', '[ -s /etc/machine-id ]', 'ls /etc/ssh/ssh_host_*_key'),
      'tests/30-logs.sh': bash('! grep -q "dnf install" /var/log/cloud-init-output.log'),
    },
  ),
  ...pipeline('own-log', '', {
    'user-data.sh': `${SITE.replace('set -euo pipefail', 'exec > /var/log/setup.log 2>&1\nset -euo pipefail')}echo copying the shop\nexit 6\n`,
  }),
  ...pipeline('bad-prepare', 'onFailure: { hold: 2h }\n', {
    'prepare.sh': bash('echo the licence is missing >&2', 'exit 3'),
  }),
  ...pipeline('secret', 'parameters: { KEY: { secret: true, default: "resolve:ssm:/kiln/vault/key" } }\n', {
    'user-data.sh': `${SITE}echo "key=$KEY" > /etc/shop.conf\n`,
  }),
  ...pipeline(
    'open-secret',
    'parameters: { KEY: { secret: true, mayStayOnImage: true, default: "resolve:ssm:/kiln/vault/key" } }\nimage: { test: false }\n',
    { 'user-data.sh': `${SITE}echo "key=$KEY" > /etc/shop.conf\n` },
  ),
  ...pipeline('bad-test', '', {
    'tests/10-good.sh': bash('true'),
    'tests/20-bad.sh': bash('echo the shop is closed', 'exit 9'),
    'tests/30-never.sh': bash('true'),
  }),
  ...pipeline('open-files', '', {
    'prepare.sh': bash('echo x > /etc/open.conf', 'chmod 666 /etc/open.conf'),
  }),
  ...pipeline('no-agent', '', {
    'prepare.sh': bash('true'),
    'user-data.sh': `${SITE}systemctl disable --now amazon-ssm-agent\n`,
  }),
  // Its second image is scanned before its tests have ended.
  ...pipeline('scanned', 'parameters: { LONG: { default: "no" } }\nimage: { scan: { max: MEDIUM } }\n', {
    'prepare.sh': bash('echo "$LONG" > /etc/long'),
    'tests/10-long.sh': bash('if [ "$(cat /etc/long)" = yes ]; then sleep 1200; fi'),
  }),
  ...pipeline('vulnerable', 'image: { scan: { max: LOW } }\n'),
  'unprepared/pipeline.yml': FILE.replace(' }', ', prepare: none }'),
  'unprepared/user-data.sh': SITE,
};
