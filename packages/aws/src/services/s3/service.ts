import type { PrincipalPort } from '../../core/ports';
import { defineService } from '../../core/service';
import { authorization } from './authorization';
import * as absentSettings from './operations/absent-settings';
import * as acls from './operations/acls';
import * as bucketAccess from './operations/bucket-access';
import * as bucketSettings from './operations/bucket-settings';
import * as bucketTags from './operations/bucket-tags';
import * as buckets from './operations/buckets';
import * as copies from './operations/copies';
import * as listings from './operations/listings';
import * as multipartUploads from './operations/multipart-uploads';
import * as notifications from './operations/notifications';
import * as objectTags from './operations/object-tags';
import * as objects from './operations/objects';
import * as parts from './operations/parts';
import * as websites from './operations/websites';
import { type Client, S3State } from './state';
import { serveBrowser } from './wire/serve';
import { speakS3 } from './wire/speak';

/** Amazon S3 of the account: its buckets in all regions. */
export const s3 = defineService<Client, S3State, { iam: PrincipalPort }>({
  client: () => import('@aws-sdk/client-s3'),
  signingName: 's3',
  global: true,
  needs: ['iam'],
  anonymous: true,
  authorization,
  create: (context, { iam }) => new S3State(context, iam),
  operations: {
    ...buckets,
    ...bucketAccess,
    ...bucketSettings,
    ...absentSettings,
    ...bucketTags,
    ...websites,
    ...notifications,
    ...acls,
    ...objects,
    ...objectTags,
    ...copies,
    ...listings,
    ...multipartUploads,
    ...parts,
  },
  serve: serveBrowser,
  speak: speakS3,
});
