import type { PipelineDefinition } from './definition/definition';

/** A target of the rollout: one Auto Scaling group and how it is refreshed. */
export type RolloutTarget = PipelineDefinition['rollout'][number];

/** A test of an image: the name of its file, and the script. */
export interface ImageTest {
  name: string;
  script: string;
}

/** A pipeline: its definition, the name of its folder, the script that is its user data, and those that prepare and test its image. */
export interface Pipeline {
  name: string;
  definition: PipelineDefinition;
  userDataScript: string;
  prepareScript?: string;
  /** In the order in which they run; none if it is missing. */
  tests?: ImageTest[];
  /** Of one that was pushed: the name of its content. Missing of one that was deployed with the service. */
  version?: string;
}

/** What a pipeline says of approval; undefined if its rollouts wait for nobody. */
export function approvalOf({ approval }: Pick<PipelineDefinition, 'approval'>) {
  if (approval === 'none') return undefined;
  if (approval === 'required')
    return { within: 24 * 60 * 60, onTimeout: 'stop' as const, approvers: 'any' as const };
  const { required, ...rest } = approval;
  return required ? rest : undefined;
}

/** The names of the parameters of a pipeline whose values are secrets. */
export function secretsOf({ definition }: Pipeline): string[] {
  return Object.entries(definition.parameters).flatMap(([name, { secret }]) => (secret ? [name] : []));
}

/** The SSM parameters in which a pipeline names its images. */
export function imageParametersOf({
  image: { parameter, channels = {} },
}: Pick<PipelineDefinition, 'image'>): string[] {
  return [parameter, channels.tested, channels.proven].filter((name) => name !== undefined);
}

const IMAGE_OF = 'image-of:';

/** The pipeline whose newest image a pipeline is built on, if it is built on one. */
export function basePipelineOf({ base }: Pick<PipelineDefinition, 'base'>): string | undefined {
  return base.image.startsWith(IMAGE_OF) ? base.image.slice(IMAGE_OF.length) : undefined;
}
