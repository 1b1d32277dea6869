import type { Api, Authorizer, Deployment, Integration, Route, Stage } from '@aws-sdk/client-apigatewayv2';
import { AwsError } from '../../core/aws-error';
import type { Context } from '../../core/context';
import { randomName } from '../../core/ids';

/** What an API was when it was deployed: what a stage serves. */
export interface Snapshot {
  readonly routes: readonly Route[];
  readonly integrations: ReadonlyMap<string, Integration>;
}

/** An HTTP API with all that belongs to it. Records are replaced when they change, never written to, so that snapshots stay true. */
export class HttpApiRecord {
  readonly routes = new Map<string, Route>();
  readonly integrations = new Map<string, Integration>();
  readonly authorizers = new Map<string, Authorizer>();
  readonly stages = new Map<string, Stage>();
  readonly deployments = new Map<string, Deployment & { readonly snapshot: Snapshot }>();

  constructor(
    public api: Api & { readonly ApiId: string },
    private readonly now: () => Date,
  ) {}

  get id(): string {
    return this.api.ApiId;
  }

  /** Deploys what the API is now. Stages do not move to it by this. */
  deploy(options: {
    description?: string;
    automatic?: boolean;
  }): Deployment & { readonly DeploymentId: string } {
    const deployment = {
      AutoDeployed: options.automatic ?? false,
      CreatedDate: this.now(),
      DeploymentId: randomName(6),
      DeploymentStatus: 'DEPLOYED' as const,
      Description:
        options.description ??
        (options.automatic
          ? 'Automatic deployment triggered by changes to the Api configuration'
          : undefined),
      snapshot: { routes: [...this.routes.values()], integrations: new Map(this.integrations) },
    };
    this.deployments.set(deployment.DeploymentId, deployment);
    return deployment;
  }

  /** After every change: deploys it to the stages that ask for that, and forgets automatic deployments that none serves. */
  deployAutomatically(): void {
    const stages = [...this.stages.values()].filter(({ AutoDeploy }) => AutoDeploy);
    if (stages.length === 0) return;
    const { DeploymentId } = this.deploy({ automatic: true });
    for (const stage of stages) this.stages.set(stage.StageName ?? '', this.moved(stage, DeploymentId));
    const served = new Set([...this.stages.values()].map((stage) => stage.DeploymentId));
    for (const [id, { AutoDeployed }] of this.deployments)
      if (AutoDeployed && !served.has(id)) this.deployments.delete(id);
  }

  private moved(stage: Stage, deploymentId: string): Stage {
    return {
      ...stage,
      DeploymentId: deploymentId,
      LastDeploymentStatusMessage: `Successfully deployed stage with deployment ID '${deploymentId}'`,
      LastUpdatedDate: this.now(),
    };
  }
}

/** The HTTP APIs of one region, by id. */
export class ApiStore {
  readonly apis = new Map<string, HttpApiRecord>();

  constructor(readonly context: Context) {}

  /** @throws AwsError NotFoundException */
  find(apiId: string | undefined): HttpApiRecord {
    const found = this.apis.get(apiId ?? '');
    if (!found) throw notFound(`Invalid API identifier specified ${this.context.accountId}:${apiId}`);
    return found;
  }
}

export function notFound(message: string): AwsError {
  return new AwsError('NotFoundException', message, 404);
}

export function badRequest(message: string): AwsError {
  return new AwsError('BadRequestException', message, 400);
}

export function conflict(message: string): AwsError {
  return new AwsError('ConflictException', message, 409);
}

/** One of the API's parts. @throws AwsError NotFoundException with AWS's name of the part */
export function findPart<Part>(parts: ReadonlyMap<string, Part>, id: string | undefined, part: string): Part {
  const found = parts.get(id ?? '');
  if (!found) throw notFound(`Invalid ${part} identifier specified`);
  return found;
}

/** The record with the changes that an update names; what it leaves out stays. */
export function applyChanges<Part extends object>(part: Part, changes: Partial<Part>): Part {
  const given = Object.entries(changes).filter(([, value]) => value !== undefined);
  return { ...part, ...Object.fromEntries(given) };
}
