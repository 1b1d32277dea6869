import type { Context } from 'aws-lambda';
import { handler } from '../../../functions/resolve-wait';

const context = { functionName: 'test' } as Context;

test.each(['', 'a'.repeat(256)])(
  'an event whose id no resource of AWS has is refused, not looked for',
  async (id) => {
    const events = [
      {
        'detail-type': 'EC2 AMI State Change',
        source: 'aws.ec2',
        detail: { ImageId: id, State: 'deregistered' },
      },
      {
        'detail-type': 'EC2 Auto Scaling Instance Refresh Succeeded',
        source: 'aws.autoscaling',
        detail: { InstanceRefreshId: id },
      },
      {
        'detail-type': 'EC2 Instance Launch Successful',
        source: 'aws.autoscaling',
        detail: { AutoScalingGroupName: id },
      },
    ];
    for (const event of events)
      await expect(handler(event, context)).rejects.toMatchObject({ name: 'InvalidRequest' });
  },
);
