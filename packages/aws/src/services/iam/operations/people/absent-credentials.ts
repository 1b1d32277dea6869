import type { Op } from '../../state';
import { keyHolderOf } from './key-holder';

// MFA devices, public keys, certificates and credentials of single services are not there: no user has any. They are asked for before a
// user is deleted.

export const ListMFADevices: Op<'ListMFADevices'> = (iam, input, call) => {
  keyHolderOf(iam, input.UserName, call.principal);
  return { MFADevices: [], IsTruncated: false };
};

export const ListSSHPublicKeys: Op<'ListSSHPublicKeys'> = (iam, input, call) => {
  keyHolderOf(iam, input.UserName, call.principal);
  return { SSHPublicKeys: [], IsTruncated: false };
};

export const ListSigningCertificates: Op<'ListSigningCertificates'> = (iam, input, call) => {
  keyHolderOf(iam, input.UserName, call.principal);
  return { Certificates: [], IsTruncated: false };
};

export const ListServiceSpecificCredentials: Op<'ListServiceSpecificCredentials'> = (iam, input, call) => {
  if (!input.AllUsers) keyHolderOf(iam, input.UserName, call.principal);
  return { ServiceSpecificCredentials: [], IsTruncated: false };
};
