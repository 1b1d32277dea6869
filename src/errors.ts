/**
 * The errors of Kiln, each with a name of its own. Step Functions matches them by that name, so this list and
 * the error names in `statemachines/golden-image.asl.yml` are the same; a test holds them together.
 * The names are written out because a minified class loses its own.
 */
export class KilnError extends Error {
  /** The fields of a request that are wrong, and what was expected of each: `body.parameters.SITE`. */
  readonly fields: readonly { field: string; detail: string }[];

  constructor(
    message: string,
    { fields = [], ...options }: ErrorOptions & Partial<Pick<KilnError, 'fields'>> = {},
  ) {
    super(message, options);
    this.fields = fields;
  }
}

/** No folder under `pipelines/` has this name. */
export class UnknownPipeline extends KilnError {
  override readonly name = 'UnknownPipeline';
}
/** The definition of a pipeline, or a file that it names, is not valid. Names the file, the path in it and what was expected. */
export class InvalidPipeline extends KilnError {
  override readonly name = 'InvalidPipeline';
}
/** The request for a build gave a parameter that the pipeline does not have or whose value does not match its pattern. */
export class InvalidParameter extends KilnError {
  override readonly name = 'InvalidParameter';
}
/** What came in by HTTP, as an event or as the input of an execution does not have the form that is expected there. */
export class InvalidRequest extends KilnError {
  override readonly name = 'InvalidRequest';
}
/** The body of a call is larger than any that the API takes. */
export class BodyTooLarge extends KilnError {
  override readonly name = 'BodyTooLarge';
}
/** An idempotency key came before with another request. */
export class KeyReused extends KilnError {
  override readonly name = 'KeyReused';
}
/** There is no record of a build with this id. */
export class UnknownBuild extends KilnError {
  override readonly name = 'UnknownBuild';
}
/** The build is over: nothing can be done to it any more. */
export class BuildOver extends KilnError {
  override readonly name = 'BuildOver';
}
/** The build does not wait for that: there is nothing to approve, to reject or to promote. */
export class NotWaiting extends KilnError {
  override readonly name = 'NotWaiting';
}
/** Who has asked for a build may not approve it himself. */
export class ApproverNotAllowed extends KilnError {
  override readonly name = 'ApproverNotAllowed';
}
/** A person has rejected the build while it waited for approval. */
export class Rejected extends KilnError {
  override readonly name = 'Rejected';
}
/** Nobody has approved the build in the time that the pipeline gives. */
export class ApprovalTimedOut extends KilnError {
  override readonly name = 'ApprovalTimedOut';
}
/** The build could not begin to roll out in a window of its pipeline. */
export class WindowMissed extends KilnError {
  override readonly name = 'WindowMissed';
}
/** A newer build took the place of one that waited. */
export class Superseded extends KilnError {
  override readonly name = 'Superseded';
}
/** No build of this deployment made an image with this id, or it is gone. */
export class UnknownImage extends KilnError {
  override readonly name = 'UnknownImage';
}
/** Somebody else has pushed or removed a version of the pipeline while this one was taken: which of both shall hold is not known. */
export class PushedMeanwhile extends KilnError {
  override readonly name = 'PushedMeanwhile';
}
/** The image is not revoked: there is nothing to take back. */
export class NotRevoked extends KilnError {
  override readonly name = 'NotRevoked';
}
/** Another build of this pipeline holds its lock. */
export class PipelineBusy extends KilnError {
  override readonly name = 'PipelineBusy';
}
/** Too many builds that nobody asked for have failed in a row: schedules and events start nothing of this pipeline. The build is skipped. */
export class PipelineHeld extends KilnError {
  override readonly name = 'PipelineHeld';
}
/** A schedule or an event would roll out again what failed before, with nothing changed. The build is skipped. */
export class RolloutFailedBefore extends KilnError {
  override readonly name = 'RolloutFailedBefore';
}
/** The image that the build would make, or roll out again, was rolled back from or revoked: nothing uses it unless that is forced. */
export class ImageRefused extends KilnError {
  override readonly name = 'ImageRefused';
}
/** A build was started with a plan, and what AWS has, or the pipeline, is not as it was then. Says what has changed. */
export class PlanOutdated extends KilnError {
  override readonly name = 'PlanOutdated';
}
/** There is no image to go back to, or not that of the build that is named. */
export class NothingToRollBackTo extends KilnError {
  override readonly name = 'NothingToRollBackTo';
}
/** A target of the rollout cannot be refreshed, or could not be rolled back. */
export class TargetNotRefreshable extends KilnError {
  override readonly name = 'TargetNotRefreshable';
}
/** A refresh that is not this build's runs in the target: the state machine asks again until it has ended. */
export class TargetBusy extends KilnError {
  override readonly name = 'TargetBusy';
}
/** The build is over, or another build has its lock or the lease of its group: it must touch nothing any more. */
export class LeaseLost extends KilnError {
  override readonly name = 'LeaseLost';
}
/** AWS has no capacity for the base instance in any of the subnets, or the account's quota of vCPUs has no room for the build. */
export class CapacityUnavailable extends KilnError {
  override readonly name = 'CapacityUnavailable';
}
/** The site does not answer as asked yet: the state machine asks again. */
export class SiteNotReady extends KilnError {
  override readonly name = 'SiteNotReady';
}
/** The site did not become healthy within the time that the pipeline gives it. */
export class SiteNotHealthy extends KilnError {
  override readonly name = 'SiteNotHealthy';
}
/** The user data script of the base instance failed. */
export class UserDataFailed extends KilnError {
  override readonly name = 'UserDataFailed';
}
/** The SSM agent of an instance is not online yet, or its output not there: the state machine asks again. */
export class AgentNotReady extends KilnError {
  override readonly name = 'AgentNotReady';
}
/** Run Command does not reach an instance: it has no agent, no role for it or no route, or does not do what it was sent. */
export class InstanceNotManaged extends KilnError {
  override readonly name = 'InstanceNotManaged';
}
/** The pipeline's `prepare.sh` failed, or the preparation did not come to its end. */
export class PreparationFailed extends KilnError {
  override readonly name = 'PreparationFailed';
}
/** The value of a secret parameter is on the disk of the base instance or on its console, and may not be. */
export class SecretOnImage extends KilnError {
  override readonly name = 'SecretOnImage';
}
/** A test of the pipeline, or a check that is made unasked, failed on the server that was booted from the image. */
export class ImageTestFailed extends KilnError {
  override readonly name = 'ImageTestFailed';
}
/** Amazon Inspector has found worse on the image than the pipeline allows, or has not scanned it. */
export class ImageScanFailed extends KilnError {
  override readonly name = 'ImageScanFailed';
}
/** An instance of the build was terminated or stopped before its time, or AWS says that it is impaired. */
export class InstanceFailed extends KilnError {
  override readonly name = 'InstanceFailed';
}
/** AWS could not make the image. */
export class ImageFailed extends KilnError {
  override readonly name = 'ImageFailed';
}
/** The instance refresh failed, was cancelled or was rolled back. */
export class RefreshFailed extends KilnError {
  override readonly name = 'RefreshFailed';
}
/** Servers of a fleet came, went or fell ill while they were asked: the state machine begins to verify it anew. */
export class FleetChanged extends KilnError {
  override readonly name = 'FleetChanged';
}
/** After the rollout not every server of the group runs the new image, is healthy and serves the site. */
export class FleetNotHealthy extends KilnError {
  override readonly name = 'FleetNotHealthy';
}
/** AWS throttled a call or failed on its side: the state machine tries again, with backoff and full jitter. */
export class TransientFailure extends KilnError {
  override readonly name = 'TransientFailure';
}
