import type { KeyPairInfo } from '@aws-sdk/client-ec2';
import type { Has } from '../collections/collection';
import type { FilterTable } from '../collections/filters';

export type KeyPairRecord = Has<KeyPairInfo, 'KeyPairId' | 'KeyName' | 'KeyFingerprint' | 'KeyType'> & {
  publicKey: string;
};

export const keyPairFilters: FilterTable<KeyPairRecord> = {
  'key-pair-id': (pair) => pair.KeyPairId,
  fingerprint: (pair) => pair.KeyFingerprint,
  'key-name': (pair) => pair.KeyName,
};
