import type { Op } from '../../state';
import { keyArn, MANAGED_ALIAS } from '../../storage/encryption';

export const GetEbsDefaultKmsKeyId: Op<'GetEbsDefaultKmsKeyId'> = (ec2) => {
  return { KmsKeyId: ec2.ebs.defaultKey ?? MANAGED_ALIAS };
};

export const ModifyEbsDefaultKmsKeyId: Op<'ModifyEbsDefaultKmsKeyId'> = (ec2, input) => {
  ec2.ebs.defaultKey = keyArn(ec2, input.KmsKeyId ?? MANAGED_ALIAS);
  return { KmsKeyId: ec2.ebs.defaultKey };
};

export const ResetEbsDefaultKmsKeyId: Op<'ResetEbsDefaultKmsKeyId'> = (ec2) => {
  ec2.ebs.defaultKey = undefined;
  return { KmsKeyId: MANAGED_ALIAS };
};

export const GetEbsEncryptionByDefault: Op<'GetEbsEncryptionByDefault'> = (ec2) => {
  return { EbsEncryptionByDefault: ec2.ebs.encryptByDefault };
};

export const EnableEbsEncryptionByDefault: Op<'EnableEbsEncryptionByDefault'> = (ec2) => {
  ec2.ebs.encryptByDefault = true;
  return { EbsEncryptionByDefault: true };
};

export const DisableEbsEncryptionByDefault: Op<'DisableEbsEncryptionByDefault'> = (ec2) => {
  ec2.ebs.encryptByDefault = false;
  return { EbsEncryptionByDefault: false };
};
