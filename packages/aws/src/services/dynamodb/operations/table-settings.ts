import type { ContinuousBackupsDescription, UpdateTimeToLiveCommandInput } from '@aws-sdk/client-dynamodb';
import { missingMembers, validationException } from '../errors';
import type { Op, TableSettings } from '../state';

export const UpdateTimeToLive: Op<'UpdateTimeToLive'> = (dynamodb, input) => {
  const wanted = input.TimeToLiveSpecification;
  checkTimeToLive(input);
  const known = dynamodb.settings.of(input.TableName);
  if (known.timeToLive.Enabled === wanted?.Enabled)
    throw validationException(`TimeToLive is already ${wanted?.Enabled ? 'enabled' : 'disabled'}`);
  known.timeToLive = { Enabled: wanted?.Enabled, AttributeName: wanted?.AttributeName };
  return { TimeToLiveSpecification: wanted };
};

export const DescribeTimeToLive: Op<'DescribeTimeToLive'> = (dynamodb, input) => {
  const { timeToLive } = dynamodb.settings.of(input.TableName);
  return {
    TimeToLiveDescription: {
      TimeToLiveStatus: timeToLive.Enabled ? 'ENABLED' : 'DISABLED',
      AttributeName: timeToLive.Enabled ? timeToLive.AttributeName : undefined,
    },
  };
};

export const UpdateContinuousBackups: Op<'UpdateContinuousBackups'> = (dynamodb, input) => {
  const known = dynamodb.settings.of(input.TableName);
  known.pointInTimeRecovery = input.PointInTimeRecoverySpecification?.PointInTimeRecoveryEnabled ?? false;
  return { ContinuousBackupsDescription: describeBackups(known) };
};

export const DescribeContinuousBackups: Op<'DescribeContinuousBackups'> = (dynamodb, input) => ({
  ContinuousBackupsDescription: describeBackups(dynamodb.settings.of(input.TableName)),
});

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TimeToLiveSpecification.html */
function checkTimeToLive({ TableName, TimeToLiveSpecification: wanted }: UpdateTimeToLiveCommandInput): void {
  const required = {
    tableName: TableName,
    timeToLiveSpecification: wanted,
    ...(wanted && {
      'timeToLiveSpecification.enabled': wanted.Enabled,
      'timeToLiveSpecification.attributeName': wanted.AttributeName,
    }),
  };
  const missing = Object.entries(required).flatMap(([path, value]) => (value == null ? [path] : []));
  if (missing.length > 0) throw missingMembers(missing);
}

function describeBackups({ pointInTimeRecovery }: TableSettings): ContinuousBackupsDescription {
  return {
    ContinuousBackupsStatus: 'ENABLED',
    PointInTimeRecoveryDescription: {
      PointInTimeRecoveryStatus: pointInTimeRecovery ? 'ENABLED' : 'DISABLED',
    },
  };
}
