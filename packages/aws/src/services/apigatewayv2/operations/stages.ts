import type { OperationsOf } from '../../../core/service';
import { type ApiStore, applyChanges, badRequest, conflict, findPart } from '../state';
import { listPage } from './list-page';

/** The operations on stages and deployments. */
export function stageOperations(store: ApiStore) {
  const { context } = store;
  return {
    CreateStage: (input) => {
      const record = store.find(input.ApiId);
      const StageName = input.StageName ?? '';
      if (StageName !== '$default' && !/^[\w-]{1,128}$/.test(StageName))
        throw badRequest('Stage name only allows a-zA-Z0-9_- or $default, at most 128 characters');
      if (record.stages.has(StageName)) throw conflict('Stage already exists');
      if (input.AutoDeploy && input.DeploymentId)
        throw badRequest('DeploymentId cannot be set when AutoDeploy is enabled');
      if (input.DeploymentId) findPart(record.deployments, input.DeploymentId, 'deployment');
      record.stages.set(StageName, {
        AccessLogSettings: input.AccessLogSettings,
        AutoDeploy: input.AutoDeploy ?? false,
        ClientCertificateId: input.ClientCertificateId,
        CreatedDate: context.clock.now(),
        DefaultRouteSettings: { DetailedMetricsEnabled: false, ...input.DefaultRouteSettings },
        DeploymentId: input.DeploymentId,
        Description: input.Description,
        LastUpdatedDate: context.clock.now(),
        RouteSettings: input.RouteSettings ?? {},
        StageName,
        StageVariables: input.StageVariables ?? {},
        Tags: input.Tags ?? {},
      });
      if (input.AutoDeploy) record.deployAutomatically();
      return findPart(record.stages, StageName, 'stage');
    },
    GetStage: (input) => findPart(store.find(input.ApiId).stages, input.StageName, 'stage'),
    GetStages: (input) => listPage([...store.find(input.ApiId).stages.values()], input),
    UpdateStage: (input) => {
      const record = store.find(input.ApiId);
      const { ApiId: _api, StageName = '', ...changes } = input;
      const stage = applyChanges(findPart(record.stages, StageName, 'stage'), changes);
      if (input.DeploymentId) {
        if (stage.AutoDeploy) throw badRequest('DeploymentId cannot be set when AutoDeploy is enabled');
        findPart(record.deployments, input.DeploymentId, 'deployment');
      }
      record.stages.set(StageName, { ...stage, LastUpdatedDate: context.clock.now() });
      if (input.AutoDeploy) record.deployAutomatically();
      return findPart(record.stages, StageName, 'stage');
    },
    DeleteStage: (input) => {
      const record = store.find(input.ApiId);
      findPart(record.stages, input.StageName, 'stage');
      record.stages.delete(input.StageName ?? '');
      return {};
    },
    DeleteAccessLogSettings: (input) => {
      const record = store.find(input.ApiId);
      const stage = findPart(record.stages, input.StageName, 'stage');
      record.stages.set(input.StageName ?? '', { ...stage, AccessLogSettings: undefined });
      return {};
    },
    CreateDeployment: (input) => {
      const record = store.find(input.ApiId);
      const stage =
        input.StageName === undefined ? undefined : findPart(record.stages, input.StageName, 'stage');
      if (stage?.AutoDeploy)
        throw badRequest('Deployment cannot be created for a stage with AutoDeploy enabled');
      if (record.routes.size === 0)
        throw badRequest('At least one route is required before deploying the Api.');
      const deployment = record.deploy({ description: input.Description });
      if (stage)
        record.stages.set(input.StageName ?? '', {
          ...stage,
          DeploymentId: deployment.DeploymentId,
          LastUpdatedDate: context.clock.now(),
        });
      return deployment;
    },
    GetDeployment: (input) => findPart(store.find(input.ApiId).deployments, input.DeploymentId, 'deployment'),
    GetDeployments: (input) => listPage([...store.find(input.ApiId).deployments.values()], input),
    UpdateDeployment: (input) => {
      const record = store.find(input.ApiId);
      const found = findPart(record.deployments, input.DeploymentId, 'deployment');
      const changed = applyChanges(found, { Description: input.Description });
      record.deployments.set(input.DeploymentId ?? '', changed);
      return changed;
    },
    DeleteDeployment: (input) => {
      const record = store.find(input.ApiId);
      findPart(record.deployments, input.DeploymentId, 'deployment');
      const stage = [...record.stages.values()].find(
        ({ DeploymentId }) => DeploymentId === input.DeploymentId,
      );
      if (stage) throw badRequest('Active stages pointing to this deployment must be moved or deleted');
      record.deployments.delete(input.DeploymentId ?? '');
      return {};
    },
  } satisfies OperationsOf<typeof import('@aws-sdk/client-apigatewayv2')>;
}
