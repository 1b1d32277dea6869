import type { Clock } from '../clock';
import type { Project } from '../copy-project';
import { unlessAborted } from '../interrupted';
import type { Teller } from '../story/tell';
import type { TrafficReport } from '../story/traffic';
import { Builds, type EndedBuild } from './builds';
import { deployFleet, deployPackaged, packageProject } from './deploy';
import type { Names } from './names';
import { type Place, siteUrl, timeIn } from './place';
import { Proof } from './proof';
import type { StepResult } from './report';

/** Where a verification is, and who hears of it. */
export interface Stage {
  readonly place: Place;
  readonly names: Names;
  readonly teller: Teller;
  readonly signal: AbortSignal;
}

/** Takes the time of steps, and keeps what came of them, however far they came. */
export class Steps {
  readonly results: StepResult[] = [];
  readonly builds: EndedBuild[] = [];
  readonly traffic: (TrafficReport & { readonly during: string })[] = [];

  constructor(
    private readonly place: Place,
    private readonly teller: Teller,
  ) {}

  async step<T>(step: string, run: () => Promise<T>): Promise<T> {
    this.teller.chapter(step);
    const from = await timeIn(this.place);
    const realFrom = performance.now();
    let ok = false;
    try {
      const result = await run();
      ok = true;
      return result;
    } finally {
      const seconds = ((await timeIn(this.place)) - from) / 1000;
      this.results.push({ step, ok, seconds, realSeconds: (performance.now() - realFrom) / 1000 });
    }
  }
}

/** All that a verification does before it removes everything. @throws where something is not as it should be; the signal's reason */
export async function runSteps({ place, names, teller, signal }: Stage, steps: Steps): Promise<void> {
  const clock = interruptedClock(place.clock, signal);
  const sleep = (seconds: number) => clock.sleep(seconds);
  const step = <T>(name: string, run: () => Promise<T>) => {
    signal.throwIfAborted();
    return steps.step(name, run);
  };
  const project = await step('package the service', () => packageProject(names, signal));
  const { fleet, service } = await withProject(project, async (packaged) => ({
    fleet: await step('deploy the fleet', () => deployFleet(place, names, sleep)),
    service: await step('deploy the service', () => deployPackaged(place, names, packaged, sleep)),
  }));
  const site = await siteUrl(place, fleet.LoadBalancerDnsName ?? '');
  const proof = new Proof(place, names, new Builds(place, names, service, clock, teller), site, clock);
  const keep = (during: string, [build, traffic]: [EndedBuild, TrafficReport]) => {
    steps.builds.push(build);
    steps.traffic.push({ ...traffic, during });
    return build;
  };
  const first = await step('bake version 1, scale out', () => proof.bake({ version: '1' }));
  steps.builds.push(first);
  let good = first;
  for (const version of ['2', '3']) {
    const during = `roll out version ${version} under traffic`;
    good = keep(during, await step(during, () => proof.rollOut({ version }, good.version)));
  }
  const during = 'roll back version 4, which is bad';
  keep(during, await step(during, () => proof.rollBack('4', good)));
  steps.builds.push(await step('abort the build of version 5', () => proof.abort({ version: '5' })));
}

async function withProject<T>(project: Project, use: (project: Project) => Promise<T>): Promise<T> {
  try {
    return await use(project);
  } finally {
    await project.remove();
  }
}

/** A clock on which nobody sleeps on once the signal has aborted. */
function interruptedClock(clock: Clock, signal: AbortSignal): Clock {
  return {
    scale: clock.scale,
    leaps: clock.leaps,
    now: () => clock.now(),
    sleep: (seconds) => unlessAborted(signal, clock.sleep(seconds)),
  };
}
