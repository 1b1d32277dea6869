import { imageParametersOf, type Pipeline } from '../definition';
import { parseSecret } from '../secret';

/** Something in AWS that a pipeline names, and that the roles of the service are narrowed to. */
interface Named {
  /** Where it stands in the file of the pipeline. */
  path: string;
  /** What it is, in words, and its name. */
  what: string;
}

/**
 * What a pipeline names that no role of the deployed service may use: they are narrowed to what the pipelines name that were deployed with
 * it.
 *
 * @param deployed those
 * @returns a sentence each, with the path in the file and what to do; none where all may be used
 */
export function findNotAllowed(pipeline: Pipeline, deployed: readonly Pipeline[]): string[] {
  const known = new Set(deployed.flatMap(listNamed).map(({ what }) => what));
  const own = deployed.find(({ name }) => name === pipeline.name);
  return [
    ...listNamed(pipeline)
      .filter(({ what }) => !known.has(what))
      .map(({ path, what }) => `${path}: no role of the service may use ${what}. ${DEPLOY}`),
    ...findTriggerProblems(pipeline, own),
  ];
}

const DEPLOY =
  'Name it in the file of a pipeline that is deployed with the service (npx serverless deploy), then push again.';

function listNamed({ definition }: Pipeline): Named[] {
  const { base, parameters, rollout } = definition;
  return [
    ...rollout.map(({ autoScalingGroup }, at) => ({
      path: `rollout[${at}].autoScalingGroup`,
      what: `the Auto Scaling group ${autoScalingGroup}`,
    })),
    ...(base.keyName ? [{ path: 'base.keyName', what: `the key pair ${base.keyName}` }] : []),
    ...(base.buckets ?? []).map((bucket, at) => ({
      path: `base.buckets[${at}]`,
      what: `the bucket ${bucket}`,
    })),
    ...imageParametersOf(definition).map((name) => ({
      path: 'image',
      what: `the SSM parameter ${name}, to name images in it`,
    })),
    ...referredTo('base.image', base.image),
    ...Object.entries(parameters).flatMap(([name, { secret, default: value = '' }]) =>
      secret
        ? secretOf(`parameters.${name}.default`, value)
        : referredTo(`parameters.${name}.default`, value),
    ),
  ];
}

function referredTo(path: string, value: string): Named[] {
  const [, name] = /^resolve:ssm:([^:]+)/.exec(value) ?? [];
  return name ? [{ path, what: `the SSM parameter ${name}` }] : [];
}

function secretOf(path: string, value: string): Named[] {
  const secret = parseSecret(value);
  return secret ? [{ path, what: `the secret ${secret.id} of ${secret.service}` }] : [];
}

/** Schedules and rules are made when the service is deployed. */
function findTriggerProblems({ definition }: Pipeline, own: Pipeline | undefined): string[] {
  const { holdAfter: _any, ...wanted } = definition.triggers;
  const { holdAfter: _other, ...there } = own?.definition.triggers ?? { holdAfter: 0, events: [] };
  if (JSON.stringify(wanted) === JSON.stringify(there)) return [];
  return [
    'triggers: schedules and rules are made when the service is deployed, and these are others. Deploy the service with them, or push the pipeline with those that it has.',
  ];
}
