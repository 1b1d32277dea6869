import type { IamPort } from '../../core/ports';
import { defineService } from '../../core/service';
import type { Network } from '../../network';
import type { Ssm } from '../ssm';
import { Ec2 } from '.';

/** Amazon EC2 in one region, born with a default VPC and Amazon's images. */
export const ec2 = defineService({
  client: () => import('@aws-sdk/client-ec2'),
  signingName: 'ec2',
  version: '2016-11-15',
  needs: ['network', 'iam', 'ssm'],
  create: (context, needs: { network: Network; iam: IamPort; ssm: Ssm }) =>
    new Ec2(context, { ...needs, regionOf: (region) => context.at(region).state<Ec2>('ec2') }),
  operations: (service) => service.operations,
  dispose: (service) => service.dispose(),
});
