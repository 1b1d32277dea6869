import { takePage } from '../../../core/paging';
import { badPageToken } from '../errors';
import { pageSize } from '../paging';
import { readName } from '../read-name';
import type { Op } from '../state';
import { ENCRYPTION } from './encryption';

/** Making an activity again gives the one that is there. */
export const CreateActivity: Op<'CreateActivity'> = (sfn, input) => {
  const { region, accountId, clock } = sfn.context;
  const name = readName(input.name);
  const arn = `arn:aws:states:${region}:${accountId}:activity:${name}`;
  const tags = new Map((input.tags ?? []).map(({ key = '', value = '' }) => [key, value]));
  const activity = sfn.activities.find(arn) ?? { name, arn, createdAt: clock.now(), tags };
  sfn.activities.add(activity);
  return { activityArn: arn, creationDate: activity.createdAt };
};

export const DeleteActivity: Op<'DeleteActivity'> = (sfn, input) => {
  sfn.activities.remove(input.activityArn ?? '');
  return {};
};

export const DescribeActivity: Op<'DescribeActivity'> = (sfn, input) => {
  const { arn, name, createdAt } = sfn.activities.get(input.activityArn);
  return { activityArn: arn, name, creationDate: createdAt, encryptionConfiguration: ENCRYPTION };
};

export const ListActivities: Op<'ListActivities'> = (sfn, input) => {
  const page = takePage(sfn.activities.list(), {
    token: input.nextToken,
    size: pageSize(input.maxResults),
    idOf: ({ arn }) => arn,
    refuse: badPageToken,
  });
  return {
    activities: page.items.map(({ arn, name, createdAt }) => ({
      activityArn: arn,
      name,
      creationDate: createdAt,
    })),
    nextToken: page.next,
  };
};

/** Waits for work, a minute at most: then there is no token in the answer. */
export const GetActivityTask: Op<'GetActivityTask'> = async (sfn, input) => {
  const { arn } = sfn.activities.get(input.activityArn);
  const task = await sfn.activities.take(arn);
  if (!task) return {};
  task.begin(input.workerName);
  return { taskToken: task.token, input: task.input };
};
