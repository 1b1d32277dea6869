const IMAGE = 'resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64';

/** A site of one page, as simple as a pipeline can be; `rest` is further YAML. */
function pipeline(healthy: string, rest: string): string {
  return `base: { image: '${IMAGE}', instanceType: t3.micro }\nhealthy: ${healthy}\n${rest}\n`;
}

function script(...lines: string[]): string {
  return ['#!/bin/bash', 'set -euo pipefail', 'dnf install -y httpd', ...lines, ''].join('\n');
}

const SERVE = 'systemctl enable --now httpd';
const HELLO = "echo '<h1>Hello</h1>' > /var/www/html/index.html";
/** Real time is what the functions and machines of a busy laptop need, so sites that become healthy may take long. */
const PATIENT = '2h';

/** Pipelines that go wrong, each in its own way, and some to compare. */
export const errorPipelines: Record<string, string> = {
  'broken-script/pipeline.yml': pipeline(`{ contains: Hello, within: ${PATIENT} }`, 'rollout: []'),
  'broken-script/user-data.sh': script(
    "echo 'unpacking the shop'",
    'tar -xzf /tmp/no-such-shop.tar.gz -C /var/www/html',
    SERVE,
  ),

  'never-healthy/pipeline.yml': pipeline('{ contains: Welcome, within: 6m }', 'rollout: []'),
  'never-healthy/user-data.sh': script(HELLO, SERVE),

  'endless/pipeline.yml': pipeline(`{ contains: Welcome, within: ${PATIENT} }`, 'whenBusy: reject'),
  'endless/user-data.sh': script(HELLO, SERVE),

  'image-fails/pipeline.yml': pipeline(`{ contains: Hello, within: ${PATIENT} }`, 'rollout: []'),
  'image-fails/user-data.sh': script(HELLO, SERVE),

  'queued/pipeline.yml': pipeline(
    `{ contains: Hello, within: ${PATIENT} }`,
    'image: { test: false }\nparameters: { GREETING: { default: Hello, pattern: "^Hello" }, SITE: { default: "" } }',
  ),
  'queued/user-data.sh': script('echo "$GREETING" > /var/www/html/index.html', SERVE),

  'released/pipeline.yml': pipeline(
    `{ contains: v, within: ${PATIENT} }`,
    [
      "parameters: { REVISION: { default: main, pattern: '^v[0-9]+$|^main$' } }",
      'triggers:',
      '  holdAfter: 2',
      '  events:',
      '    - pattern: { source: [com.example.shop], detail-type: [Shop Released] }',
      '      parameters: { REVISION: $.detail.revision }',
    ].join('\n'),
  ),
  'released/user-data.sh': script('echo "$REVISION" > /var/www/html/index.html', SERVE),

  // The probe looks at another page than the load balancer does.
  'web/pipeline.yml': pipeline(
    `{ path: /alive.html, contains: alive, within: ${PATIENT} }`,
    [
      "parameters: { VERSION: { pattern: '^[0-9]+$' }, PAGE: { default: index.html } }",
      'rollout:',
      '  - autoScalingGroup: kiln-fleet-web',
      '    minHealthy: 100',
      '    maxHealthy: 200',
      '    warmup: 10s',
      '    initialCapacity: 2',
      '    userData: keep',
    ].join('\n'),
  ),
  'web/user-data.sh': script(
    'echo alive > /var/www/html/alive.html',
    'echo "<meta name=\\"version\\" content=\\"$VERSION\\">" > "/var/www/html/$PAGE"',
    SERVE,
  ),
};
