import type { InstanceMetadataOptionsRequest, InstanceMetadataOptionsResponse } from '@aws-sdk/client-ec2';
import { invalidParameterValue } from '../../errors';
import { definedOnly } from '../../requests/defined-only';

/**
 * The options that an instance is launched with.
 *
 * @param imdsV2 whether its image asks for version 2
 * @throws AwsError as `checkMetadataOptions`
 */
export function readMetadataOptions(
  given: InstanceMetadataOptionsRequest | undefined,
  imdsV2: boolean,
): InstanceMetadataOptionsResponse {
  checkMetadataOptions(given ?? {});
  return {
    State: 'applied',
    HttpTokens: imdsV2 ? 'required' : 'optional',
    HttpPutResponseHopLimit: imdsV2 ? 2 : 1,
    HttpEndpoint: 'enabled',
    HttpProtocolIpv6: 'disabled',
    InstanceMetadataTags: 'disabled',
    ...definedOnly(given),
  };
}

/**
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_InstanceMetadataOptionsRequest.html
 * @throws AwsError InvalidParameterValue
 */
export function checkMetadataOptions(given: InstanceMetadataOptionsRequest): void {
  const hops = given.HttpPutResponseHopLimit;
  if (hops !== undefined && (hops < 1 || hops > 64)) {
    throw invalidParameterValue(
      `The HttpPutResponseHopLimit option must be between 1 and 64. ${hops} is not valid.`,
    );
  }
}
