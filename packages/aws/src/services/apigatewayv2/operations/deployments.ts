import { badRequest } from '../errors';
import type { Op } from '../state';
import { listPage } from './list-page';
import { applyChanges, findPart } from './parts';

export const CreateDeployment: Op<'CreateDeployment'> = (gateway, input) => {
  const record = gateway.find(input.ApiId);
  const stage = input.StageName === undefined ? undefined : findPart(record.stages, input.StageName, 'stage');
  if (stage?.AutoDeploy) throw badRequest('Deployment cannot be created for a stage with AutoDeploy enabled');
  if (record.routes.size === 0) throw badRequest('At least one route is required before deploying the Api.');
  const deployment = record.deploy({ description: input.Description });
  if (stage)
    record.stages.set(input.StageName ?? '', {
      ...stage,
      DeploymentId: deployment.DeploymentId,
      LastUpdatedDate: gateway.context.clock.now(),
    });
  return deployment;
};

export const GetDeployment: Op<'GetDeployment'> = (gateway, input) =>
  findPart(gateway.find(input.ApiId).deployments, input.DeploymentId, 'deployment');

export const GetDeployments: Op<'GetDeployments'> = (gateway, input) =>
  listPage([...gateway.find(input.ApiId).deployments.values()], input, ({ DeploymentId }) => DeploymentId);

export const UpdateDeployment: Op<'UpdateDeployment'> = (gateway, input) => {
  const record = gateway.find(input.ApiId);
  const found = findPart(record.deployments, input.DeploymentId, 'deployment');
  const changed = applyChanges(found, { Description: input.Description });
  record.deployments.set(input.DeploymentId ?? '', changed);
  return changed;
};

export const DeleteDeployment: Op<'DeleteDeployment'> = (gateway, input) => {
  const record = gateway.find(input.ApiId);
  findPart(record.deployments, input.DeploymentId, 'deployment');
  const stage = [...record.stages.values()].find(({ DeploymentId }) => DeploymentId === input.DeploymentId);
  if (stage) throw badRequest('Active stages pointing to this deployment must be moved or deleted');
  record.deployments.delete(input.DeploymentId ?? '');
  return {};
};
