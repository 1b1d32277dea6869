import { defineService } from '../../core/service';
import { S3 } from '.';
import { s3Destinations } from './notifications/destinations';

/** Amazon S3 of the account: its buckets in all regions. */
export const s3 = defineService({
  client: () => import('@aws-sdk/client-s3'),
  signingName: 's3',
  global: true,
  anonymous: true,
  create: (context) =>
    new S3({
      accountId: context.accountId,
      clock: context.clock,
      busOf: (region) => context.at(region).bus,
      destinationsOf: (region) => s3Destinations(context.at(region)),
    }),
  operations: (service) => service.operations,
  serve: (service, request, call) => service.serve(request, call),
  speak: (service, request, call) => service.speak(request, call),
});
