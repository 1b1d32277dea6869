import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { durations } from '../src/core/durations';
import type { ServiceDefinition } from '../src/core/service';
import { routes } from '../src/door/admin/routes';
import { type ServiceName, services } from '../src/services';
import { settling } from '../src/services/cloudformation/engine/resources/settling';
import { resourceTypes } from '../src/services/cloudformation/resources/types';
import { ApiModels } from '../src/wire/api-model';
import { describeMachine } from './describe-machine';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');
const WRITTEN = 'Written by `npm run docs -w embedded-aws`; do not edit it by hand.';

/** The service that makes the resources of `AWS::<prefix>::…`. */
const PREFIXES: Readonly<Record<string, ServiceName>> = {
  ApiGatewayV2: 'apigatewayv2',
  AutoScaling: 'auto-scaling',
  CDK: 'cloudformation',
  CloudFormation: 'cloudformation',
  CloudWatch: 'cloudwatch',
  DynamoDB: 'dynamodb',
  EC2: 'ec2',
  ECR: 'ecr',
  ElasticLoadBalancing: 'elastic-load-balancing',
  ElasticLoadBalancingV2: 'elastic-load-balancing-v2',
  Events: 'eventbridge',
  IAM: 'iam',
  KMS: 'kms',
  Lambda: 'lambda',
  Logs: 'cloudwatch-logs',
  S3: 's3',
  SNS: 'sns',
  SSM: 'ssm',
  STS: 'sts',
  Scheduler: 'scheduler',
  StepFunctions: 'sfn',
};

/** What is told of a service. */
interface Described {
  readonly name: ServiceName;
  /** As AWS calls it: `Auto Scaling`. */
  readonly title: string;
  readonly definition: ServiceDefinition;
  readonly there: readonly string[];
  readonly missing: readonly string[];
  readonly types: readonly string[];
}

/** The pages that are written from the code, by their paths under `docs/`. */
export async function describeEmbeddedAws(): Promise<Record<string, string>> {
  const models = new ApiModels();
  const names = Object.keys(services) as ServiceName[];
  const all = await Promise.all(names.map((name) => readService(name, models)));
  return {
    'README.md': describeIndex(all),
    'durations.md': describeDurations(),
    'administration.md': describeAdministration(),
    'machine.md': describeMachine(WRITTEN),
    ...Object.fromEntries(all.map((one) => [`services/${one.name}.md`, describeService(one)])),
  };
}

async function readService(name: ServiceName, models: ApiModels): Promise<Described> {
  const definition: ServiceDefinition = services[name];
  const { model } = await models.load(name, definition);
  // What operations of several files have in common is among their exports.
  const there = Object.keys(definition.operations)
    .filter((operation) => model.operations.has(operation))
    .sort();
  const missing = [...model.operations.keys()].filter((operation) => !there.includes(operation)).sort();
  const types = Object.keys(resourceTypes)
    .filter((type) => serviceOf(type) === name)
    .sort();
  return { name, title: model.serviceId, definition, there, missing, types };
}

function serviceOf(type: string): ServiceName {
  const service = PREFIXES[type.split('::')[1] ?? ''];
  if (!service) throw new Error(`${type}: scripts/generate-docs.ts does not know the service of its prefix`);
  return service;
}

function describeService({ name, title, definition, there, missing, types }: Described): string {
  const parts = [`# ${title}`, WRITTEN, ...readText(name)];
  const scope = definition.global ? 'The account has one of it' : 'Every region has one of its own';
  parts.push(
    `${scope}; requests are signed for \`${definition.signingName}\`, with the client \`@aws-sdk/client-${name}\`.`,
  );
  parts.push(`## ${there.length} of ${there.length + missing.length} operations`, `${there.join(', ')}.`);
  if (missing.length > 0)
    parts.push(
      `<details><summary>${missing.length} are not there, and answered with AWS's error for an unknown one</summary>`,
      `${missing.join(', ')}.`,
      '</details>',
    );
  if (types.length > 0)
    parts.push(`## ${types.length} resource types of CloudFormation`, `${types.join(', ')}.`);
  return `${parts.join('\n\n')}\n`;
}

/** The README of a service's folder without its title, for the page has one. */
function readText(name: ServiceName): string[] {
  const file = join(ROOT, 'src/services', name, 'README.md');
  if (!existsSync(file)) return [];
  return [
    readFileSync(file, 'utf8')
      .replace(/^# .*\n+/, '')
      .trim(),
  ];
}

function describeIndex(all: readonly Described[]): string {
  const rows = all.map(
    ({ name, title, there, missing, types }) =>
      `| [${title}](services/${name}.md) | ${there.length} of ${there.length + missing.length} | ${types.length || ''} |`,
  );
  const operations = all.reduce((sum, { there }) => sum + there.length, 0);
  const types = all.reduce((sum, one) => sum + one.types.length, 0);
  return `# What is there

${WRITTEN} Beside the services: [guide](guide.md), [durations](durations.md), [the emulated machine](machine.md),
[administration](administration.md).

| service | operations | resource types of CloudFormation |
| --- | --- | --- |
${rows.join('\n')}
| together | ${operations} | ${types} |
`;
}

function describeDurations(): string {
  const rows = Object.entries(durations).map(
    ([name, { seconds, source }]) => `| \`${name}\` | ${seconds} | ${source.replaceAll('|', '\\|')} |`,
  );
  return `# Durations

${WRITTEN} What AWS takes its time for, in seconds of AWS time: divide by \`--time-scale\` for those on your
watch. What you configure yourself (health checks, warm-up, draining) is not here: it takes as long as you say.

| what | seconds | where the number comes from |
| --- | --- | --- |
${rows.join('\n')}

## Stacks

What CloudFormation waits for beside that, once a resource is there, until it calls it complete.

| resource type | seconds | where the number comes from |
| --- | --- | --- |
${Object.entries(settling)
  .map(([type, { seconds, source }]) => `| \`${type}\` | ${seconds} | ${source} |`)
  .join('\n')}
`;
}

function describeAdministration(): string {
  const rows = routes.map(({ path, does }) => {
    const [method, rest] = path.split(' ');
    return `| \`${method} /_local${rest ? `/${rest}` : ''}\` | ${does} |`;
  });
  return `# Administration

${WRITTEN} What AWS has nothing like is under \`/_local\` of the endpoint, for programs in any language;
\`startAws\` and \`connectAws\` give the same as functions. All answers are JSON.

| request | |
| --- | --- |
${rows.join('\n')}

\`\`\`sh
curl -X POST http://127.0.0.1:4566/_local/faults \\
  -d '{ "service": "ec2", "operation": "CreateImage", "kind": "lateFailure", "message": "disk on fire" }'
\`\`\`

A fault has a \`service\` (the name that requests are signed for, or \`*\`) and an \`operation\` (or \`*\`), and strikes the next such call, whoever
makes it. \`region\` (that is called), \`caller\` (a part of the ARN of who calls, as \`GET /_local/calls\` has it) and \`input\` (by member, as the SDKs
name them, a part of its text or JSON) choose calls, \`skip\` lets so many of them pass, \`times\` strikes so many (1), and after \`lasts\` AWS seconds it
strikes no more. With every kind a \`message\` is a note that stands with what struck. Its \`kind\`:

| | |
| --- | --- |
| \`refuse\` | the default: \`code\` (\`InternalError\`), \`message\` and \`status\` (400) answer the call, which has no effect |
| \`afterEffect\` | the call has its effect and is answered so (500) all the same |
| \`late\` | the effect comes after \`delay\` AWS seconds (a year at most); with a \`code\` or a \`status\` (500) the call is refused at once, without it waits. What one service hands to another (an event, an asynchronous invocation of a rule) is taken for delivered |
| \`lost\` | no effect, and no answer: the connection breaks off. What one service hands to another is taken for delivered; any other call that a service makes fails with \`ServiceUnavailable\` (503) |
| \`twice\` | the effect comes twice, the answer is the first |
| \`kill\` | the function that makes the call, with the credentials that it was given, dies with it, before its effect. A call that no function makes so is \`lost\` |
| \`killAfterEffect\` | … after its effect |
| \`lateFailure\` | the call succeeds, and what it began fails with \`message\`: \`CreateImage\`, \`CopyImage\` and \`RunInstances\` of \`ec2\`, and for launches of Auto Scaling (with \`code\`, too) \`RunInstances\` of \`autoscaling\`. Whoever began it: there is no \`caller\` and no \`input\` |
| \`never\` | the call succeeds, and what it began never ends, in the same way: \`CreateImage\` and \`CopyImage\` of \`ec2\` |

A \`status\` of 400 becomes what the service's API says of the code (\`TooManyRequestsException\` of Lambda is 429). AWS answers some codes that no API
tells of with another, which is yours to say: 503 with EC2's \`RequestLimitExceeded\` and S3's \`SlowDown\`. SDKs call again after codes of throttling, whatever
the status, after 500, 502, 503 and 504, and after a connection that broke off, but not after a 400 as \`refuse\` answers by default.

One fault strikes a call, the oldest that is meant for it; \`skip\` counts only calls that no older one struck. A call is struck behind its signature and
EC2's throttles, before its input and the caller's permissions are looked at: a refusal strikes calls, too, that would fail anyway, and a late call is
judged when its time has come. Calls of operations that the embedded AWS lacks are refused as ever. A fault that no call could meet is itself refused
with 400 and the member that is wrong.

\`DELETE /_local/faults\` does not call back what is late on its way, nor does a client that goes away; with \`POST /_local/reset\` it never comes. The
calls that \`GET /_local/calls\` lists have the code and status that the caller was told, \`ServiceUnavailable\` where he was told nothing, and
each stands there once: not the second of \`twice\`, nor the effect of a refused call that is late. What struck stands under
\`GET /_local/faults/strikes\`.
`;
}

async function writeDocs(): Promise<void> {
  rmSync(join(ROOT, 'docs/services'), { recursive: true, force: true });
  mkdirSync(join(ROOT, 'docs/services'), { recursive: true });
  for (const [file, text] of Object.entries(await describeEmbeddedAws()))
    writeFileSync(join(ROOT, 'docs', file), text);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) void writeDocs();
