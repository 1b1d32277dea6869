import { invalidParameterValue, invalidUserDataMalformed } from '../errors';

/** Bytes before base64. https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-add-user-data.html */
const MOST_BYTES = 16384;
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

/** @throws AwsError for what is not base64, or is more than 16 KB */
export function checkUserData(userData: string | undefined): string | undefined {
  if (userData === undefined || userData === '') return undefined;
  const compact = userData.replace(/\s/g, '');
  if (!BASE64.test(compact) || compact.length % 4 === 1) {
    throw invalidUserDataMalformed('Invalid BASE64 encoding of user data.');
  }
  if (Buffer.from(compact, 'base64').length > MOST_BYTES) {
    throw invalidParameterValue(`User data is limited to ${MOST_BYTES} bytes`);
  }
  return compact;
}
