import type { KeyPairInfo } from '@aws-sdk/client-ec2';
import type { Has } from '../collections/collection';
import type { FilterTable } from '../collections/filters';

/** A key pair; the private key is nowhere kept. */
export type KeyPairRecord = Has<KeyPairInfo, 'KeyPairId' | 'KeyName' | 'KeyFingerprint' | 'KeyType'> & {
  publicKey: string;
};

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeKeyPairs.html */
export const keyPairFilters: FilterTable<KeyPairRecord> = {
  'key-pair-id': (pair) => pair.KeyPairId,
  fingerprint: (pair) => pair.KeyFingerprint,
  'key-name': (pair) => pair.KeyName,
};
