import { env } from '../../env';
import type { BuildRecord, Stage } from '../record';
import type { Plan, Target } from '../state';

/** Seconds, by so many earlier builds. */
export interface Range {
  least: number;
  most: number;
  builds: number;
}

/** Servers that run at the same time, beside those that ran before. */
export interface UsedServers {
  purpose: 'base' | 'test' | 'rollout';
  autoScalingGroup?: string;
  instanceType: string;
  /** Types of which AWS may take another. */
  orTypes?: string[];
  /** At most. */
  count: number;
  /** How long each runs; missing while no earlier build tells it, and of those that stay. */
  seconds?: Range;
  /** Those of a group's first image. */
  stay?: true;
  /** GB of gp3 that each has; of the servers of a group that is not known. */
  volumeSize?: number;
  /** That each has a public IPv4 address. */
  publicAddress?: true;
}

/** What a build uses that AWS charges for, in AWS's units. */
export interface Usage {
  servers: UsedServers[];
  /** What is kept of a new image, by region; GB, at most: a snapshot has what was written. */
  snapshots: { region: string; size: number }[];
  /** What AWS calls the licence that servers run under: `RunInstances` is Linux. */
  usageOperation?: string;
}

/**
 * What a build would use: how long servers run is what it was in earlier builds.
 *
 * @param history records of the pipeline
 */
export function usageOf(plan: Plan, history: readonly BuildRecord[]): Usage {
  const { baseImage, image, targets, reuse, volumeSize } = plan;
  const own = { instanceType: plan.instanceType, count: 1, volumeSize, publicAddress: true } as const;
  const baked = history.filter((record) => record.status === 'SUCCEEDED' && !record.reused);
  const servers: UsedServers[] = reuse
    ? []
    : [
        { purpose: 'base', ...own, ...rangeOf(baked, 'LaunchInstance', 'TerminateBase') },
        ...(image.test
          ? [{ purpose: 'test', ...own, ...rangeOf(baked, 'TestImage', 'TerminateTest') } as const]
          : []),
      ];
  const { usageOperation } = baseImage;
  return {
    servers: [...servers, ...targets.flatMap((target) => furtherServers(target, history))],
    snapshots: reuse
      ? []
      : [...new Set([env('AWS_REGION'), ...image.copyTo])].map((region) => ({ region, size: volumeSize })),
    ...(usageOperation && { usageOperation }),
  };
}

/** None where the template of the group leaves the type open: then nobody knows what AWS takes. */
function furtherServers(target: Target, history: readonly BuildRecord[]): UsedServers[] {
  const { autoScalingGroup, adds, isFirstImage } = target;
  if (!adds || adds.servers === 0) return [];
  const { servers: count, instanceType, orTypes } = adds;
  const stage = `AwaitRefresh/${autoScalingGroup}`;
  return [
    {
      ...{ purpose: 'rollout', autoScalingGroup, instanceType, ...(orTypes && { orTypes }), count },
      ...(isFirstImage ? { stay: true } : rangeOf(history, stage, stage)),
    },
  ];
}

/** From the beginning of a stage to the end of another, which succeeded. */
function rangeOf(history: readonly BuildRecord[], from: string, to: string): { seconds?: Range } {
  const took = history.flatMap(({ stages }) => {
    const [begun, ended]: (Stage | undefined)[] = [stages[from], stages[to]];
    if (!begun || ended?.outcome !== 'succeeded' || !ended.endedAt) return [];
    return [Math.round((Date.parse(ended.endedAt) - Date.parse(begun.startedAt)) / 1000)];
  });
  if (took.length === 0) return {};
  return { seconds: { least: Math.min(...took), most: Math.max(...took), builds: took.length } };
}
