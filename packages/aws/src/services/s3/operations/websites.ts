import { checkCors } from '../access/cors';
import { malformedXml, noSuchWebsite, notConfigured } from '../errors';
import type { Op } from '../state';

export const PutBucketWebsite: Op<'PutBucketWebsite'> = (s3, input) => {
  s3.bucket(input.Bucket).settings.website = input.WebsiteConfiguration;
  return {};
};

export const GetBucketWebsite: Op<'GetBucketWebsite'> = (s3, input) => {
  const { website } = s3.bucket(input.Bucket).settings;
  if (!website) throw noSuchWebsite(input.Bucket);
  return { ...website };
};

export const DeleteBucketWebsite: Op<'DeleteBucketWebsite'> = (s3, input) => {
  s3.bucket(input.Bucket).settings.website = undefined;
  return {};
};

export const PutBucketCors: Op<'PutBucketCors'> = (s3, input) => {
  if (!input.CORSConfiguration?.CORSRules?.length) throw malformedXml();
  s3.bucket(input.Bucket).settings.cors = checkCors(input.CORSConfiguration);
  return {};
};

export const GetBucketCors: Op<'GetBucketCors'> = (s3, input) => {
  const { cors } = s3.bucket(input.Bucket).settings;
  if (!cors)
    throw notConfigured('NoSuchCORSConfiguration', 'The CORS configuration does not exist', input.Bucket);
  return { CORSRules: cors.CORSRules };
};

export const DeleteBucketCors: Op<'DeleteBucketCors'> = (s3, input) => {
  s3.bucket(input.Bucket).settings.cors = undefined;
  return {};
};
