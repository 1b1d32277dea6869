import type { Api, Authorizer, Deployment, Integration, Route, Stage } from '@aws-sdk/client-apigatewayv2';
import { RoleSessions } from '../../core/authorization/role-sessions';
import type { Context } from '../../core/context';
import { randomName } from '../../core/ids';
import type { IamPort } from '../../core/ports';
import type { Operation, OperationsOf } from '../../core/service';
import { TokenBuckets } from '../../corridor/token-buckets';
import { notFound } from './errors';

export type Client = typeof import('@aws-sdk/client-apigatewayv2');

/** One of API Gateway's operations. */
export type Op<Name extends keyof OperationsOf<Client>> = Operation<Client, ApiGatewayState, Name>;

/** The sessions of the roles that integrations act as, and what callers may do. */
export type Roles = Pick<IamPort, 'issue' | 'principalOf' | 'permissionsOf' | 'role'>;

/** Where the lines of access logs go. */
export interface AccessLogs {
  readonly groups: { has(name: string): boolean };
  write(
    groupName: string,
    streamName: string,
    lines: readonly { readonly timestamp: number; readonly message: string }[],
  ): void;
}

/** What an API was when it was deployed: what a stage serves. */
export interface Snapshot {
  readonly routes: readonly Route[];
  readonly integrations: ReadonlyMap<string, Integration>;
  readonly authorizers: ReadonlyMap<string, Authorizer>;
}

/** An HTTP API with all that belongs to it. Records are replaced when they change, never written to, so that snapshots stay true. */
export class HttpApi {
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
      snapshot: {
        routes: [...this.routes.values()],
        integrations: new Map(this.integrations),
        authorizers: new Map(this.authorizers),
      },
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

/** API Gateway v2 of one region: its HTTP APIs, by id. */
export class ApiGatewayState {
  readonly apis = new Map<string, HttpApi>();

  /** Of the roles of integrations. */
  readonly sessions: RoleSessions;
  /** What the stages' throttling counts. */
  readonly buckets: TokenBuckets;

  constructor(
    readonly context: Context,
    readonly iam: Roles,
    readonly logs: AccessLogs,
  ) {
    this.sessions = new RoleSessions(iam, context.clock, ['apigateway.amazonaws.com']);
    this.buckets = new TokenBuckets(context.clock);
  }

  /** Whether there is an HTTP API of this id. */
  has(apiId: string): boolean {
    return this.apis.has(apiId);
  }

  /** @throws AwsError NotFoundException */
  find(apiId: string | undefined): HttpApi {
    const found = this.apis.get(apiId ?? '');
    if (!found) throw notFound(`Invalid API identifier specified ${this.context.accountId}:${apiId}`);
    return found;
  }
}
