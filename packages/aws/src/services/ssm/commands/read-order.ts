import type { SendCommandRequest, Target } from '@aws-sdk/client-ssm';
import { AwsError } from '../../../core/aws-error';
import type { Call } from '../../../core/service';
import { invalid, invalidDocument, invalidInstances } from '../errors';
import type { SsmState } from '../state';
import type { CommandOrder } from './command';
import { RUN_SHELL_SCRIPT, readRunShellScript } from './run-shell-script';

const DEFAULT_TIMEOUT = 3600;

/** A stopped instance gets what was sent when it runs again. */
const MAY_COME = ['pending', 'stopping', 'stopped'];

/**
 * What a caller of SendCommand wants to have run where.
 *
 * @throws AwsError InvalidDocument, InvalidParameters, DuplicateInstanceId, InvalidInstanceId, InvalidNotificationConfig
 */
export async function readOrder(ssm: SsmState, input: SendCommandRequest, call: Call): Promise<CommandOrder> {
  const { Parameters: parameters = {}, InstanceIds = [], Targets = [], CloudWatchOutputConfig } = input;
  const documentName = readDocumentName(input);
  if (CloudWatchOutputConfig?.CloudWatchOutputEnabled)
    throw new AwsError(
      'UnsupportedParameter',
      'The embedded AWS does not send the output of commands to CloudWatch Logs (CloudWatchOutputConfig).',
    );
  checkNotification(input);
  const script = await readRunShellScript(ssm, parameters, call);
  return {
    documentName,
    documentVersion: input.DocumentVersion ?? '$DEFAULT',
    comment: input.Comment ?? '',
    parameters,
    script,
    timeoutSeconds: input.TimeoutSeconds ?? DEFAULT_TIMEOUT,
    instanceIds: await readInstances(ssm, InstanceIds, Targets),
    targets: Targets,
    maxConcurrency: input.MaxConcurrency ?? '50',
    maxErrors: input.MaxErrors ?? '0',
    outputBucket: input.OutputS3BucketName ?? '',
    outputPrefix: input.OutputS3KeyPrefix ?? '',
    serviceRole: input.ServiceRoleArn ?? '',
    notification: input.NotificationConfig ?? {},
    cloudWatch: { CloudWatchLogGroupName: '', CloudWatchOutputEnabled: false },
  };
}

/** The document of a name or an ARN, as far as there is one. @throws AwsError InvalidDocument, InvalidDocumentVersion */
export function readDocumentName(input: { DocumentName?: string; DocumentVersion?: string }): string {
  const name = input.DocumentName?.replace(/^arn:.*:document\//, '') ?? '';
  if (name !== RUN_SHELL_SCRIPT.name) throw invalidDocument(name);
  if (!['1', '$DEFAULT', '$LATEST'].includes(input.DocumentVersion ?? '1'))
    throw new AwsError('InvalidDocumentVersion', 'The document version is not valid or does not exist.');
  return name;
}

function checkNotification({ NotificationConfig: config, ServiceRoleArn }: SendCommandRequest): void {
  if (!config?.NotificationArn) return;
  if (!ServiceRoleArn) throw new AwsError('InvalidRole', 'ServiceRoleArn is required for notifications.');
  if (!config.NotificationArn.startsWith('arn:aws:sns:'))
    throw new AwsError('InvalidNotificationConfig', 'The notification ARN is not the ARN of a topic.');
}

/** The ids of the instances that targets mean, as far as they can be told to run something. */
async function readInstances(
  ssm: SsmState,
  ids: readonly string[],
  targets: readonly Target[],
): Promise<string[]> {
  if (ids.length > 0 && targets.length > 0)
    throw invalid('InstanceIds and Targets cannot be specified together.');
  if (ids.length === 0 && targets.length === 0) throw invalid('InstanceIds or Targets must be specified.');
  const named = [
    ...ids,
    ...targets.filter(({ Key }) => Key === 'InstanceIds').flatMap(({ Values = [] }) => Values),
  ];
  if (new Set(named).size !== named.length) throw new AwsError('DuplicateInstanceId', '');
  const unable: string[] = [];
  for (const id of named) if (!(await canTake(ssm, id))) unable.push(id);
  if (unable.length > 0) throw invalidInstances(unable, ssm.context.accountId);
  const tags = targets.filter(({ Key }) => Key !== 'InstanceIds');
  if (tags.length === 0) return named;
  const found = ssm.instancesOf(targets);
  const able: string[] = [];
  for (const id of found) if (await canTake(ssm, id)) able.push(id);
  return able;
}

async function canTake(ssm: SsmState, instanceId: string): Promise<boolean> {
  const managed = await ssm.agents.find(instanceId);
  return (
    managed !== undefined &&
    (managed.pingStatus === 'Online' || MAY_COME.includes(managed.instance.State?.Name ?? ''))
  );
}
