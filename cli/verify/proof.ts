import type { Clock } from '../clock';
import { listServers } from '../story/servers';
import type { SiteVersion } from '../story/site-version';
import { readPage, Traffic, type TrafficReport } from '../story/traffic';
import type { Builds, EndedBuild } from './builds';
import { findOfBuild } from './look/of-build';
import type { Names } from './names';
import { until } from './patience';
import { FRONT_PAGE } from './pipeline';
import type { Place } from './place';
import { SERVERS } from './plan';

/** AWS seconds. */
const SITE_PATIENCE = 900;
const GONE_PATIENCE = 1800;
const GOOD_ANSWERS = 8;
const FIRST_REQUESTS = 8;
/** Where time leaps an hour of it is over soon, and has as many visitors as are needed to see a failure. */
const LEAPING_PAUSE_SECONDS = 10;
const LONG_LEAPING_PAUSE_SECONDS = 30;

/** What a verification tries on a fleet and a service, and whether it went as it should: each throws, with words, where it did not. */
export class Proof {
  constructor(
    private readonly place: Place,
    private readonly names: Names,
    private readonly builds: Builds,
    private readonly site: string,
    /** Ends waiting when the verification is interrupted. */
    private readonly clock: Clock,
  ) {}

  /** The first image scales the empty group out, and its site is reached from outside. */
  async bake(site: SiteVersion): Promise<EndedBuild> {
    const build = succeeded(await this.builds.build(site));
    await this.servesOnly(build);
    // A load balancer's name takes a moment to be known everywhere.
    let good = 0;
    await until(this.clock, `the site ${this.site} answers`, SITE_PATIENCE, async () => {
      good = await readPage(this.site).then(
        () => good + 1,
        () => 0,
      );
      return good >= GOOD_ANSWERS ? true : undefined;
    });
    return build;
  }

  /** A new version takes the place of the old one, and no visitor is turned away. */
  async rollOut(site: SiteVersion, before: string): Promise<[EndedBuild, TrafficReport]> {
    const [build, traffic] = await this.underTraffic(site);
    await this.servesOnly(succeeded(build));
    if (!traffic.versions[site.version]) throw new Error(`no visitor has seen version ${site.version}`);
    judgeTraffic(traffic, [before, site.version]);
    return [build, traffic];
  }

  /** A version whose front page is missing: good where it is baked, not behind the load balancer. The version before goes on serving. */
  async rollBack(version: string, before: EndedBuild): Promise<[EndedBuild, TrafficReport]> {
    const [build, traffic] = await this.underTraffic(
      { version, without: [FRONT_PAGE] },
      LONG_LEAPING_PAUSE_SECONDS,
    );
    if (build.status !== 'FAILED' || build.error?.name !== 'RefreshFailed')
      throw new Error(
        `build ${build.id} should have failed as RefreshFailed; it is ${build.status}${errorText(build)}`,
      );
    await this.servesOnly(before);
    judgeTraffic(traffic, [before.version]);
    await this.leavesNothing(build);
    return [build, traffic];
  }

  /** A build that people stop while its image is made: the instance and the image go. */
  async abort(site: SiteVersion): Promise<EndedBuild> {
    let stopped: Promise<void> | undefined;
    const build = await this.builds.build(site, (step, id) => {
      if (step !== 'AwaitImage') return '';
      stopped ??= this.builds.stop(id);
      return ': StopExecution';
    });
    if (!stopped) throw new Error(`build ${build.id} never came to AwaitImage${errorText(build)}`);
    await stopped;
    if (build.status !== 'ABORTED')
      throw new Error(`build ${build.id} was stopped; it is ${build.status}${errorText(build)}`);
    await this.leavesNothing(build);
    return build;
  }

  private async underTraffic(
    site: SiteVersion,
    leapingPause = LEAPING_PAUSE_SECONDS,
  ): Promise<[EndedBuild, TrafficReport]> {
    const { clock } = this.place;
    const traffic = new Traffic(this.site, clock, clock.leaps ? leapingPause : undefined);
    try {
      await until(this.clock, 'visitors come', SITE_PATIENCE, async () =>
        traffic.report().requests >= FIRST_REQUESTS ? true : undefined,
      );
      const build = await this.builds.build(site, () => {
        const { requests, failed } = traffic.report();
        return `   ${requests} requests served, ${failed} failed`;
      });
      return [build, await traffic.stop()];
    } finally {
      await traffic.stop();
    }
  }

  private async servesOnly({ imageId, version }: EndedBuild): Promise<void> {
    await until(
      this.clock,
      `all ${SERVERS} servers are healthy and of version ${version}`,
      SITE_PATIENCE,
      async () => {
        const servers = await listServers(this.place.settings, this.names.group);
        const good = servers.filter((one) => one.healthy && one.imageId === imageId);
        return servers.length === SERVERS && good.length === SERVERS ? true : undefined;
      },
    );
  }

  private async leavesNothing({ id }: EndedBuild): Promise<void> {
    let left: readonly string[] = [];
    await until(this.clock, `nothing is left of build ${id}`, GONE_PATIENCE, async () => {
      left = await findOfBuild(this.place.settings, id);
      return left.length === 0 ? true : undefined;
    }).catch((error: Error) => {
      throw left.length === 0 ? error : new Error(`${error.message}: ${left.join(', ')}`, { cause: error });
    });
  }
}

function succeeded(build: EndedBuild): EndedBuild {
  if (build.status === 'SUCCEEDED') return build;
  throw new Error(`build ${build.id} is ${build.status}${errorText(build)}`);
}

function errorText({ error }: EndedBuild): string {
  return error ? `: ${error.name}: ${error.message}` : '';
}

function judgeTraffic(
  { failed, requests, failures, versions }: TrafficReport,
  expected: readonly string[],
): void {
  if (failed > 0) throw new Error(`${failed} of ${requests} requests failed: ${failures.join('; ')}`);
  const others = Object.keys(versions).filter((version) => !expected.includes(version));
  if (others.length > 0)
    throw new Error(`visitors saw version ${others.join(', ')}, expected ${expected.join(', ')}`);
}
