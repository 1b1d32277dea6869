import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { ProgramHost, ServerProgram } from 'embedded-aws';
import { echoTalk } from './talk';

/** Where the program stands on the servers' disks. */
export const LIVE_PATH = '/usr/local/bin/live';
export const LIVE_PORT = 8080;
/** AWS seconds between two bytes of a slow answer: well within the load balancer's idle timeout. */
const STEP_SECONDS = 20;
/** More than the load balancer's own idle timeout, as AWS asks of servers behind it. Milliseconds. */
const KEEP_ALIVE_MILLISECONDS = 120_000;

/** The part of the site that is no page: slow answers, uploads, web sockets. */
export const live: ServerProgram = {
  port: LIVE_PORT,
  serve: (host) => {
    const server = createServer((incoming, response) => {
      answer(host, incoming, response).catch(() => response.destroy());
    });
    server.keepAliveTimeout = KEEP_ALIVE_MILLISECONDS;
    server.on('upgrade', (incoming, socket, head) => void echoTalk(incoming, socket, head));
    return server;
  },
};

async function answer(host: ProgramHost, incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname, searchParams } = new URL(incoming.url ?? '/', 'http://live');
  if (pathname === '/live/slow') {
    for (let left = Number(searchParams.get('seconds')); left > 0; left -= STEP_SECONDS) {
      response.write('.');
      await host.sleep(Math.min(left, STEP_SECONDS));
    }
    response.end('done');
  } else if (pathname === '/live/upload') {
    let bytes = 0;
    for await (const part of incoming) bytes += (part as Buffer).length;
    response.end(String(bytes));
  } else response.end('alive');
}

const IMAGE = 'resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64';

/** The pipeline. Its probe looks at another page than the load balancers do, so that a bad image (PAGE is lost.html) gets as far as them. */
export const pipelines: Readonly<Record<string, string>> = {
  'web/pipeline.yml': [
    `base: { image: '${IMAGE}', instanceType: t3.micro }`,
    'healthy: { path: /alive.html, contains: alive, times: 1, within: 2h }',
    "parameters: { VERSION: { pattern: '^[0-9]+$' }, PAGE: { default: index.html } }",
    'rollout:',
    '  - autoScalingGroup: kiln-fleet-web',
    '    minHealthy: 100',
    '    maxHealthy: 200',
    '    warmup: 10s',
    '    initialCapacity: 3',
    '    userData: keep',
    '',
  ].join('\n'),
  'web/user-data.sh': `#!/bin/bash
set -euo pipefail
dnf install -y httpd
echo alive > /var/www/html/alive.html
echo "<meta name=\\"version\\" content=\\"$VERSION\\">" > "/var/www/html/$PAGE"
cat > /etc/systemd/system/live.service <<'UNIT'
[Service]
ExecStart=${LIVE_PATH}
[Install]
WantedBy=multi-user.target
UNIT
echo 'the embedded AWS runs it' > ${LIVE_PATH}
chmod 755 ${LIVE_PATH}
systemctl enable --now live httpd
`,
};
