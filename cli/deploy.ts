import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import {
  CloudFormationClient,
  CreateStackCommand,
  DescribeStackEventsCommand,
  DescribeStackResourceCommand,
  DescribeStacksCommand,
  type Parameter,
  type Stack,
  UpdateStackCommand,
} from '@aws-sdk/client-cloudformation';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { Logger } from '@smithy/types';

/** The SDK settings that all clients of one command share. */
export interface ClientSettings {
  readonly endpoint?: string;
  readonly region?: string;
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** Is told of every call and its answer. */
  readonly logger?: Logger;
}

/** How a deployment waits: on AWS's clock, where that is not the real one. @param seconds AWS seconds */
export type Sleep = (seconds: number) => Promise<void>;

const POLL_SECONDS = 5;
const TEMPLATE_FILE = 'compiled-cloudformation-template.json';
const CAPABILITIES = ['CAPABILITY_IAM' as const, 'CAPABILITY_NAMED_IAM' as const];

/**
 * Creates a stack and waits for it.
 *
 * @returns its outputs by key
 * @throws with the reasons of the resources that failed
 */
export async function createStack(
  settings: ClientSettings,
  name: string,
  template: string,
  sleep: Sleep,
  parameters: Readonly<Record<string, string>> = {},
): Promise<Record<string, string>> {
  const client = new CloudFormationClient(settings);
  await client.send(
    new CreateStackCommand({
      StackName: name,
      TemplateBody: template,
      Parameters: toParameters(parameters),
      Capabilities: CAPABILITIES,
    }),
  );
  return stackOutputs(await stackSettled(client, name, sleep));
}

/**
 * Deploys what `serverless package` wrote, in the steps of `serverless deploy`: the stack with its deployment bucket,
 * the functions' archives into that bucket, the stack with everything.
 *
 * @param packaged the folder that `packageService` wrote
 * @returns the outputs of the stack by key
 */
export async function deployService(
  settings: ClientSettings,
  name: string,
  packaged: string,
  sleep: Sleep,
): Promise<Record<string, string>> {
  const template = await readFile(join(packaged, 'cloudformation-template-create-stack.json'), 'utf8');
  await createStack(settings, name, template, sleep);
  return updateService(settings, name, packaged, sleep);
}

/**
 * The same of a service that is deployed already.
 *
 * @throws with the reasons of the resources that failed; CloudFormation has taken the update back by then
 */
export async function updateService(
  settings: ClientSettings,
  name: string,
  packaged: string,
  sleep: Sleep,
): Promise<Record<string, string>> {
  const client = new CloudFormationClient(settings);
  const read = (file: string) => readFile(join(packaged, file), 'utf8');
  const created = await client.send(
    new DescribeStackResourceCommand({ StackName: name, LogicalResourceId: 'ServerlessDeploymentBucket' }),
  );
  const bucket = created.StackResourceDetail?.PhysicalResourceId ?? '';
  const template = await nameByContent(await read('cloudformation-template-update-stack.json'), packaged);
  const s3 = new S3Client({ ...settings, forcePathStyle: true });
  await uploadArchives(s3, bucket, template, packaged);
  // A template in a request may have 51,200 bytes; in S3 a megabyte.
  const Key = `${folderOfArchives(template)}/${TEMPLATE_FILE}`;
  await s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body: template }));
  const TemplateURL = `https://${bucket}.s3.amazonaws.com/${Key}`;
  await client.send(new UpdateStackCommand({ StackName: name, TemplateURL, Capabilities: CAPABILITIES }));
  return stackOutputs(await stackSettled(client, name, sleep));
}

/** Serverless names the archives' folder after the moment; named after what is in it, the same service is the same template each time. */
async function nameByContent(template: string, packaged: string): Promise<string> {
  const hash = createHash('sha256');
  for (const file of (await readdir(packaged)).filter((name) => name.endsWith('.zip')).sort())
    hash.update(file).update(await readFile(join(packaged, file)));
  return template.replace(
    /(serverless\/[\w-]+\/[\w-]+\/)\d+-[\d-]+T[\d:.]+Z(?=\/)/g,
    `$1${hash.digest('hex').slice(0, 16)}`,
  );
}

/** Where Serverless puts the template, too: `serverless remove` empties no other folder of the bucket. */
function folderOfArchives(template: string): string {
  const keys = Object.values((JSON.parse(template) as FunctionTemplate).Resources).flatMap(
    ({ Properties }) => Properties?.Code?.S3Key ?? [],
  );
  return dirname(keys[0] ?? '');
}

interface FunctionTemplate {
  readonly Resources: Record<string, { Type: string; Properties?: { Code?: { S3Key?: string } } }>;
}

async function uploadArchives(
  s3: S3Client,
  bucket: string,
  template: string,
  packaged: string,
): Promise<void> {
  const keys = new Set<string>();
  for (const resource of Object.values((JSON.parse(template) as FunctionTemplate).Resources)) {
    const key = resource.Properties?.Code?.S3Key;
    if (key) keys.add(key);
  }
  const archives = new Set(await readdir(packaged));
  await Promise.all(
    [...keys].map(async (key) => {
      const file = key.split('/').pop() ?? '';
      if (!archives.has(file)) throw new Error(`the template names ${key}, but ${packaged} has no ${file}`);
      await s3.send(
        new PutObjectCommand({ Bucket: bucket, Key: key, Body: await readFile(join(packaged, file)) }),
      );
    }),
  );
}

async function stackSettled(client: CloudFormationClient, name: string, sleep: Sleep): Promise<Stack> {
  for (;;) {
    const { Stacks } = await client.send(new DescribeStacksCommand({ StackName: name }));
    const stack = Stacks?.[0];
    const status = stack?.StackStatus ?? '';
    if (stack && !status.endsWith('_IN_PROGRESS')) {
      if (status === 'CREATE_COMPLETE' || status === 'UPDATE_COMPLETE') return stack;
      throw new Error(`the stack ${name} ended as ${status}: ${await failureReasons(client, name)}`);
    }
    await sleep(POLL_SECONDS);
  }
}

async function failureReasons(client: CloudFormationClient, name: string): Promise<string> {
  const { StackEvents } = await client.send(new DescribeStackEventsCommand({ StackName: name }));
  const failed = (StackEvents ?? []).filter((event) => event.ResourceStatus?.endsWith('_FAILED'));
  return failed.map((event) => `${event.LogicalResourceId}: ${event.ResourceStatusReason}`).join('; ');
}

function stackOutputs(stack: Stack): Record<string, string> {
  return Object.fromEntries(
    (stack.Outputs ?? []).map((output) => [output.OutputKey ?? '', output.OutputValue ?? '']),
  );
}

function toParameters(parameters: Readonly<Record<string, string>>): Parameter[] {
  return Object.entries(parameters).map(([key, value]) => ({ ParameterKey: key, ParameterValue: value }));
}
