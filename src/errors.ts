/**
 * The errors of Kiln, each with a name of its own. Step Functions matches them by that name, so this list and
 * the error names in `statemachines/golden-image.asl.yml` are the same; a test holds them together.
 */
class KilnError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** No folder under `pipelines/` has this name. */
export class UnknownPipeline extends KilnError {}
/** The definition of a pipeline, or a file that it names, is not valid. Names the file, the path in it and what was expected. */
export class InvalidPipeline extends KilnError {}
/** The request for a build gave a parameter that the pipeline does not have or whose value does not match its pattern. */
export class InvalidParameter extends KilnError {}
/** Another build of this pipeline holds its lock. */
export class PipelineBusy extends KilnError {}
/** A target of the rollout cannot be refreshed, or could not be rolled back. */
export class TargetNotRefreshable extends KilnError {}
/** AWS has no capacity for the base instance in any of the subnets. */
export class CapacityUnavailable extends KilnError {}
/** The site does not answer as asked yet: the state machine asks again. */
export class SiteNotReady extends KilnError {}
/** The site did not become healthy within the time that the pipeline gives it. */
export class SiteNotHealthy extends KilnError {}
/** AWS could not make the image. */
export class ImageFailed extends KilnError {}
/** The instance refresh failed, was cancelled or was rolled back. */
export class RefreshFailed extends KilnError {}
/** After the rollout not every server of the group runs the new image and is healthy. */
export class FleetNotHealthy extends KilnError {}
