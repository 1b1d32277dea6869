/** The stage whose names have no stage in them. */
const FIRST_STAGE = 'prod';

/**
 * The root of the names of the SSM parameters of a deployment: `/kiln`, and `/kiln-<stage>` for any stage but prod, so that two stages
 * stand side by side. `serverless.yml` says the same.
 */
export function parameterRoot(stage: string): string {
  return stage === FIRST_STAGE ? '/kiln' : `/kiln-${stage}`;
}
