import { Agent } from 'node:http';
import {
  AutoScalingClient,
  DeleteTagsCommand,
  DescribeAutoScalingGroupsCommand,
  DescribeInstanceRefreshesCommand,
} from '@aws-sdk/client-auto-scaling';
import { EC2Client } from '@aws-sdk/client-ec2';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import type { ClientSettings } from '../../cli/deploy';
import { findLeftovers, listSecurityGroups } from '../../cli/story/leftovers';
import { listServers, type Server } from '../../cli/story/servers';
import { Traffic } from '../../cli/story/traffic';
import { copyProject, type Project } from '../e2e/project';
import { RunningSample, type ShownBuild } from '../e2e/running-sample';
import { until } from '../e2e/until';

export const GROUP = 'kiln-fleet-web';
/** Hours of AWS's time pass: visitors who ask more often would do little more than fill them. */
const VISITORS_PAUSE_SECONDS = 3;
const IMAGE = 'resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64';

/** A pipeline whose site says its version; `rest` is further YAML. */
export function describePipeline(name: string, rest = ''): Record<string, string> {
  return {
    [`${name}/pipeline.yml`]: [
      `base: { image: '${IMAGE}', instanceType: t3.micro }`,
      'healthy: { contains: version, times: 1, within: 2h }',
      "parameters: { VERSION: { default: '0' } }",
      rest,
    ].join('\n'),
    [`${name}/user-data.sh`]: [
      '#!/bin/bash',
      'set -euo pipefail',
      'dnf install -y httpd',
      'echo "<meta name=\\"version\\" content=\\"$VERSION\\">" > /var/www/html/index.html',
      'systemctl enable --now httpd',
      '',
    ].join('\n'),
  };
}

/** One more server at a time: of a refresh that a person cancels, Auto Scaling takes the oldest servers beyond the capacity, whether others serve yet or not. */
const ROLLOUT = `rollout:
  - { autoScalingGroup: ${GROUP}, minHealthy: 100, maxHealthy: 110, warmup: 10s, initialCapacity: 2, userData: keep }`;

/** The sample with a fleet that serves version 1 of the pipeline `web` to visitors who never cease to ask. */
export class Serving {
  private constructor(
    readonly project: Project,
    readonly sample: RunningSample,
    private readonly securityGroups: ReadonlySet<string>,
    private readonly traffic: Traffic,
  ) {}

  /** @param more further pipelines, and what else of `web` */
  static async start(more: Record<string, string> = {}, ofWeb = ''): Promise<Serving> {
    const project = await copyProject({ ...describePipeline('web', `${ROLLOUT}\n${ofWeb}`), ...more });
    const sample = await RunningSample.start(project.folder);
    const securityGroups = await listSecurityGroups(sample.settings);
    const first = await sample.ended(await sample.startBuild('web', { VERSION: '1' }));
    if (first.status !== 'SUCCEEDED')
      throw new Error(`the first build failed: ${JSON.stringify(first.error)}`);
    const balancers = await sample.aws.loadBalancers();
    const port = balancers.find(({ listenerPort }) => listenerPort === 80)?.loopbackPort;
    return new Serving(
      project,
      sample,
      securityGroups,
      new Traffic(`http://127.0.0.1:${port}/`, sample.aws.clock, VISITORS_PAUSE_SECONDS),
    );
  }

  private readonly served = new Set<string>();
  /** Of all clients: the embedded AWS keeps a connection for minutes, and each look has clients of its own. */
  private readonly httpAgent = new Agent({ keepAlive: true });

  get settings(): ClientSettings & { readonly requestHandler: { readonly httpAgent: Agent } } {
    return { ...this.sample.settings, requestHandler: { httpAgent: this.httpAgent } };
  }

  get ec2(): EC2Client {
    return new EC2Client(this.settings);
  }

  get autoScaling(): AutoScalingClient {
    return new AutoScalingClient(this.settings);
  }

  /** What visitors have seen until now. */
  seen() {
    return this.traffic.report();
  }

  servers(): Promise<Server[]> {
    return listServers(this.settings, GROUP);
  }

  async group() {
    const { AutoScalingGroups } = await this.autoScaling.send(
      new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [GROUP] }),
    );
    return AutoScalingGroups?.[0];
  }

  /** Takes away what says whose the group is. */
  async unclaimGroup(): Promise<void> {
    const Tags = ((await this.group())?.Tags ?? []).filter(({ Key }) => Key === 'kiln:service');
    await this.autoScaling.send(
      new DeleteTagsCommand({
        Tags: Tags.map(({ Key, ResourceId, ResourceType }) => ({ Key, ResourceId, ResourceType })),
      }),
    );
  }

  async newestRefresh() {
    const { InstanceRefreshes } = await this.autoScaling.send(
      new DescribeInstanceRefreshesCommand({ AutoScalingGroupName: GROUP, MaxRecords: 1 }),
    );
    return InstanceRefreshes?.[0];
  }

  /** Resolves when the fleet is whole and calm, and nothing is left of builds but what servers run. */
  async isCalm(): Promise<void> {
    let left: unknown;
    await until(
      'the fleet is calm and nothing is left',
      async () => {
        left = await this.leftovers();
        return (left as unknown[]).length === 0 ? true : undefined;
      },
      120,
    ).catch((error) => {
      throw new Error(`${error.message}: ${JSON.stringify(left)}`);
    });
    for (const { imageId } of await this.servers()) this.served.add(imageId);
  }

  /** The janitor's night: afterwards an image of a build that did not succeed may be there only while a server runs it. */
  async passNight(): Promise<void> {
    const lambda = new LambdaClient(this.settings);
    const { FunctionError, Payload } = await lambda.send(
      new InvokeCommand({ FunctionName: 'kiln-prod-tidyUp' }),
    );
    if (FunctionError) throw new Error(`the janitor failed: ${Buffer.from(Payload ?? []).toString()}`);
    this.served.clear();
  }

  private async leftovers(): Promise<string[]> {
    const [servers, refresh, group] = await Promise.all([this.servers(), this.newestRefresh(), this.group()]);
    const sick = servers
      .filter(({ healthy }) => !healthy)
      .map(({ instanceId }) => `${instanceId} is not healthy`);
    const running = ['Pending', 'InProgress', 'RollbackInProgress', 'Cancelling', 'Baking'];
    const busy = running.includes(refresh?.Status ?? '') ? [`a refresh is ${refresh?.Status}`] : [];
    const missing = (group?.DesiredCapacity ?? 0) - servers.length;
    if (missing !== 0) busy.push(`${missing} servers are missing`);
    const builds = await this.builds();
    // Of a build that did not succeed an image stays while a server runs it, and then until the night.
    const kept = builds.filter(
      ({ status, imageId, imageGone }) =>
        (status === 'SUCCEEDED' && !imageGone) ||
        this.served.has(imageId ?? '') ||
        servers.some((server) => server.imageId === imageId),
    );
    const found = await findLeftovers(
      this.settings,
      kept.map(({ imageId = '', rollouts }) => ({
        imageId,
        launchTemplateVersion: rollouts[0]?.version ?? '',
      })),
      this.securityGroups,
    );
    return [...sick, ...busy, ...found];
  }

  private async builds(): Promise<ShownBuild[]> {
    const { body } = await this.sample.api('GET', '/pipelines/web/builds?limit=100');
    return (body as { builds: ShownBuild[] }).builds;
  }

  async stop(): Promise<void> {
    this.httpAgent.destroy();
    await this.traffic.stop();
    await this.sample.stop();
    await this.project.remove();
  }
}
