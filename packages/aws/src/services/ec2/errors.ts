import { AwsError } from '../../core/aws-error';

const error =
  (code: string, status?: number) =>
  (message: string): AwsError =>
    new AwsError(code, message, status);

// Every error that EC2 answers, but for the ids of `kinds`; what it says is its place's.
// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html

export const addressLimitExceeded = error('AddressLimitExceeded');
export const attachmentLimitExceeded = error('AttachmentLimitExceeded');
export const authFailure = error('AuthFailure', 403);
export const cannotDelete = error('CannotDelete');
export const cidrLimitExceeded = error('CidrLimitExceeded');
export const dependencyViolation = error('DependencyViolation');
export const dryRunOperation = error('DryRunOperation', 412);
export const duplicateSubnetsInSameZone = error('DuplicateSubnetsInSameZone');
export const filterLimitExceeded = error('FilterLimitExceeded');
export const gatewayNotAttached = error('Gateway.NotAttached');
export const idempotentInstanceTerminated = error('IdempotentInstanceTerminated');
export const idempotentParameterMismatch = error('IdempotentParameterMismatch');
export const incorrectInstanceState = error('IncorrectInstanceState');
export const incorrectState = error('IncorrectState');
export const insufficientFreeAddressesInSubnet = error('InsufficientFreeAddressesInSubnet');
export const insufficientInstanceCapacity = error('InsufficientInstanceCapacity', 500);
export const invalidAmiAttributeItemValue = error('InvalidAMIAttributeItemValue');
export const invalidAmiIdUnavailable = error('InvalidAMIID.Unavailable');
export const invalidAmiNameDuplicate = error('InvalidAMIName.Duplicate');
export const invalidAmiNameMalformed = error('InvalidAMIName.Malformed');
export const invalidAddressNotFound = error('InvalidAddress.NotFound');
export const invalidAssociationIdNotFound = error('InvalidAssociationID.NotFound');
export const invalidAttachmentIdNotFound = error('InvalidAttachmentID.NotFound');
export const invalidBlockDeviceMapping = error('InvalidBlockDeviceMapping');
export const invalidGroupDuplicate = error('InvalidGroup.Duplicate');
export const invalidGroupNotFound = error('InvalidGroup.NotFound');
export const invalidId = error('InvalidID');
export const invalidIPAddressInUse = error('InvalidIPAddress.InUse');
export const invalidInstanceAttributeValue = error('InvalidInstanceAttributeValue');
export const invalidInstanceId = error('InvalidInstanceID');
export const invalidInstanceType = error('InvalidInstanceType');
export const invalidKeyFormat = error('InvalidKey.Format');
export const invalidKeyPairDuplicate = error('InvalidKeyPair.Duplicate');
export const invalidKeyPairFormat = error('InvalidKeyPair.Format');
export const invalidKeyPairNotFound = error('InvalidKeyPair.NotFound');
export const invalidLaunchTemplateIdVersionNotFound = error('InvalidLaunchTemplateId.VersionNotFound');
export const invalidLaunchTemplateNameAlreadyExistsException = error(
  'InvalidLaunchTemplateName.AlreadyExistsException',
);
export const invalidLaunchTemplateNameMalformedException = error(
  'InvalidLaunchTemplateName.MalformedException',
);
export const invalidLaunchTemplateNameNotFoundException = error(
  'InvalidLaunchTemplateName.NotFoundException',
);
export const invalidNatGatewayIdNotFound = error('InvalidNatGatewayID.NotFound');
export const invalidNetworkInterfaceInUse = error('InvalidNetworkInterface.InUse');
export const invalidNextToken = error('InvalidNextToken');
export const invalidParameter = error('InvalidParameter');
export const invalidParameterCombination = error('InvalidParameterCombination');
export const invalidParameterDependency = error('InvalidParameterDependency');
export const invalidParameterValue = error('InvalidParameterValue');
export const invalidPermissionDuplicate = error('InvalidPermission.Duplicate');
export const invalidPermissionMalformed = error('InvalidPermission.Malformed');
export const invalidPermissionNotFound = error('InvalidPermission.NotFound');
export const invalidPlacementGroupDuplicate = error('InvalidPlacementGroup.Duplicate');
export const invalidPlacementGroupInUse = error('InvalidPlacementGroup.InUse');
export const invalidPlacementGroupUnknown = error('InvalidPlacementGroup.Unknown');
export const invalidPrefixListIdNotFound = error('InvalidPrefixListID.NotFound');
export const invalidRegion = error('InvalidRegion');
export const invalidRouteNotFound = error('InvalidRoute.NotFound');
export const invalidSecurityGroupRuleIdNotFound = error('InvalidSecurityGroupRuleId.NotFound');
export const invalidSnapshotInUse = error('InvalidSnapshot.InUse');
export const invalidSubnetConflict = error('InvalidSubnet.Conflict');
export const invalidSubnetRange = error('InvalidSubnet.Range');
export const invalidUserDataMalformed = error('InvalidUserData.Malformed');
export const invalidUserIdMalformed = error('InvalidUserID.Malformed');
export const invalidServiceName = error('InvalidServiceName');
export const invalidVolumeZoneMismatch = error('InvalidVolume.ZoneMismatch');
export const invalidVolumeModificationNotFound = error('InvalidVolumeModification.NotFound');
export const invalidVpcCidrBlockAssociationIdNotFound = error('InvalidVpcCidrBlockAssociationID.NotFound');
export const invalidVpcRange = error('InvalidVpc.Range');
export const invalidZoneNotFound = error('InvalidZone.NotFound');
export const missingInput = error('MissingInput');
export const missingParameter = error('MissingParameter');
export const operationNotPermitted = error('OperationNotPermitted');
export const privateIpAddressLimitExceeded = error('PrivateIpAddressLimitExceeded');
export const requestLimitExceeded = error('RequestLimitExceeded', 503);
export const reservationCapacityExceeded = error('ReservationCapacityExceeded');
export const resourceAlreadyAssociated = error('Resource.AlreadyAssociated');
export const invalidPolicyDocument = error('InvalidPolicyDocument');
export const routeAlreadyExists = error('RouteAlreadyExists');
export const rulesPerSecurityGroupLimitExceeded = error('RulesPerSecurityGroupLimitExceeded');
export const serviceUnavailable = error('ServiceUnavailable', 503);
export const tagLimitExceeded = error('TagLimitExceeded');
export const unsupported = error('Unsupported');
export const unsupportedHibernationConfiguration = error('UnsupportedHibernationConfiguration');
export const unsupportedOperation = error('UnsupportedOperation');
export const vcpuLimitExceeded = error('VcpuLimitExceeded');
export const vpcIdNotSpecified = error('VPCIdNotSpecified');
export const volumeInUse = error('VolumeInUse');

/** The error of a parameter that is missing, in EC2's usual words. */
export function mustContain(parameter: string): AwsError {
  return missingParameter(`The request must contain the parameter ${parameter}`);
}
