import { badRequest, conflict } from '../errors';
import type { Op } from '../state';
import { listPage } from './list-page';
import { applyChanges, findPart } from './parts';

export const CreateStage: Op<'CreateStage'> = (gateway, input) => {
  const record = gateway.find(input.ApiId);
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
    CreatedDate: gateway.context.clock.now(),
    DefaultRouteSettings: { DetailedMetricsEnabled: false, ...input.DefaultRouteSettings },
    DeploymentId: input.DeploymentId,
    Description: input.Description,
    LastUpdatedDate: gateway.context.clock.now(),
    RouteSettings: input.RouteSettings ?? {},
    StageName,
    StageVariables: input.StageVariables ?? {},
    Tags: input.Tags ?? {},
  });
  if (input.AutoDeploy) record.deployAutomatically();
  return findPart(record.stages, StageName, 'stage');
};

export const GetStage: Op<'GetStage'> = (gateway, input) =>
  findPart(gateway.find(input.ApiId).stages, input.StageName, 'stage');

export const GetStages: Op<'GetStages'> = (gateway, input) =>
  listPage([...gateway.find(input.ApiId).stages.values()], input, ({ StageName }) => StageName);

export const UpdateStage: Op<'UpdateStage'> = (gateway, input) => {
  const record = gateway.find(input.ApiId);
  const { ApiId: _api, StageName = '', ...changes } = input;
  const stage = applyChanges(findPart(record.stages, StageName, 'stage'), changes);
  if (input.DeploymentId) {
    if (stage.AutoDeploy) throw badRequest('DeploymentId cannot be set when AutoDeploy is enabled');
    findPart(record.deployments, input.DeploymentId, 'deployment');
  }
  record.stages.set(StageName, { ...stage, LastUpdatedDate: gateway.context.clock.now() });
  if (input.AutoDeploy) record.deployAutomatically();
  return findPart(record.stages, StageName, 'stage');
};

export const DeleteStage: Op<'DeleteStage'> = (gateway, input) => {
  const record = gateway.find(input.ApiId);
  findPart(record.stages, input.StageName, 'stage');
  record.stages.delete(input.StageName ?? '');
  return {};
};

export const DeleteAccessLogSettings: Op<'DeleteAccessLogSettings'> = (gateway, input) => {
  const record = gateway.find(input.ApiId);
  const stage = findPart(record.stages, input.StageName, 'stage');
  record.stages.set(input.StageName ?? '', { ...stage, AccessLogSettings: undefined });
  return {};
};
