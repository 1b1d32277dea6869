import type { ContinuousBackupsDescription } from '@aws-sdk/client-dynamodb';
import { validationException } from '../errors';
import type { Op, TableSettings } from '../state';

export const UpdateTimeToLive: Op<'UpdateTimeToLive'> = (dynamodb, input) => {
  const known = dynamodb.settings.of(input.TableName);
  const wanted = input.TimeToLiveSpecification;
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

function describeBackups({ pointInTimeRecovery }: TableSettings): ContinuousBackupsDescription {
  return {
    ContinuousBackupsStatus: 'ENABLED',
    PointInTimeRecoveryDescription: {
      PointInTimeRecoveryStatus: pointInTimeRecovery ? 'ENABLED' : 'DISABLED',
    },
  };
}
