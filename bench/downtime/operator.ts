import {
  AutoScalingClient,
  DescribeInstanceRefreshesCommand,
  SetDesiredCapacityCommand,
} from '@aws-sdk/client-auto-scaling';
import { callApi } from '../../cli/api';
import type { Sample } from '../../cli/sample';
import { listServers } from '../../cli/story/servers';
import { GROUP } from './fleet';

/** AWS seconds between two looks. */
const LOOK_SECONDS = 10;
/** AWS seconds after which something that is waited for is given up. */
const PATIENCE_SECONDS = 4 * 3600;

/** Who changes the fleet while visitors come: with builds of Kiln, and by hand. */
export class Operator {
  private readonly autoScaling: AutoScalingClient;

  constructor(private readonly sample: Pick<Sample, 'aws' | 'settings' | 'service'>) {
    this.autoScaling = new AutoScalingClient(sample.settings);
  }

  /** A build of a version of the site. @throws Error unless it succeeds, and all servers are well */
  async rollOut(version: string): Promise<void> {
    const { status, error } = await this.build({ VERSION: version });
    if (status !== 'SUCCEEDED') throw new Error(`version ${version} was not rolled out: ${error?.message}`);
    await this.untilCalm();
  }

  /** A build whose servers are not well behind the load balancers. @throws Error unless its refresh fails and is rolled back */
  async rollOutBadly(version: string): Promise<void> {
    const { status, error } = await this.build({ VERSION: version, PAGE: 'lost.html' });
    if (status !== 'FAILED' || error?.name !== 'RefreshFailed')
      throw new Error(`a build of a bad image is ${status}: ${error?.name} ${error?.message}`);
    await this.untilCalm();
    const { InstanceRefreshes: [refresh] = [] } = await this.autoScaling.send(
      new DescribeInstanceRefreshesCommand({ AutoScalingGroupName: GROUP, MaxRecords: 1 }),
    );
    if (refresh?.Status !== 'RollbackSuccessful') throw new Error(`the refresh is ${refresh?.Status}`);
  }

  /** Gives the group another size. */
  async scale(servers: number): Promise<void> {
    await this.autoScaling.send(
      new SetDesiredCapacityCommand({ AutoScalingGroupName: GROUP, DesiredCapacity: servers }),
    );
    await this.untilCalm(servers);
  }

  private async build(parameters: Readonly<Record<string, string>>) {
    const { HttpApiUrl } = this.sample.service;
    const { body } = await this.call('POST', `${HttpApiUrl}/pipelines/web/builds`, { parameters });
    const { id } = body as { id: string };
    return this.until(`build ${id} has ended`, async () => {
      const shown = (await this.call('GET', `${HttpApiUrl}/builds/${id}`)).body as ShownBuild;
      return ['QUEUED', 'RUNNING'].includes(shown.status) ? undefined : shown;
    });
  }

  private async call(method: 'GET' | 'POST', url: string, body?: object) {
    const answer = await callApi(this.sample.settings, method, url, body);
    if (answer.status >= 300)
      throw new Error(`${method} ${url}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer;
  }

  /** Resolves when no refresh goes on and all servers are well. @param size how many there are then */
  private async untilCalm(size?: number): Promise<void> {
    await this.until(`the group is calm${size === undefined ? '' : ` with ${size} servers`}`, async () => {
      const { InstanceRefreshes: [refresh] = [] } = await this.autoScaling.send(
        new DescribeInstanceRefreshesCommand({ AutoScalingGroupName: GROUP, MaxRecords: 1 }),
      );
      const isRefreshing = /^(Pending|InProgress|Cancelling|RollbackInProgress|Baking)$/.test(
        refresh?.Status ?? '',
      );
      const servers = await listServers(this.sample.settings, GROUP);
      const isWell = servers.length > 0 && servers.every(({ healthy }) => healthy);
      return (!isRefreshing && isWell && (size === undefined || servers.length === size)) || undefined;
    });
  }

  private async until<Value>(what: string, look: () => Promise<Value | undefined>): Promise<Value> {
    const { clock } = this.sample.aws;
    const end = clock.now().getTime() + PATIENCE_SECONDS * 1000;
    while (clock.now().getTime() < end) {
      const seen = await look();
      if (seen !== undefined) return seen;
      await clock.sleep(LOOK_SECONDS);
    }
    throw new Error(`waited ${PATIENCE_SECONDS} seconds of AWS's time until ${what}`);
  }
}

interface ShownBuild {
  readonly status: string;
  readonly error?: { readonly name: string; readonly message: string };
}
