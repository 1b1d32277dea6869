import type { IamPort } from '../../core/ports';
import { defineService } from '../../core/service';
import type { Network } from '../../network';
import type { LogsState } from '../cloudwatch-logs/state';
import type { Ec2 } from '../ec2';
import type { S3State } from '../s3/state';
import { topicsOf } from '../target-services';
import { Lambda } from '.';

/** Lambda of one region: functions, and the sandboxes that run them. */
export const lambda = defineService({
  client: () => import('@aws-sdk/client-lambda'),
  signingName: 'lambda',
  needs: ['ec2', 'network', 'iam', 'cloudwatch-logs', 's3'],
  create: (
    context,
    needs: { ec2: Ec2; network: Network; iam: IamPort; 'cloudwatch-logs': LogsState; s3: S3State },
  ) => new Lambda(context, { ...needs, logs: needs['cloudwatch-logs'], sns: topicsOf(context) }),
  operations: (service) => service.operations,
  serve: (service, request, call) => service.serve(request, call),
  dispose: (service) => service.dispose(),
});
