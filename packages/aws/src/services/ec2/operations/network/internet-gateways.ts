import { resourceId } from '../../../../core/ids';
import { readTagSpecifications } from '../../collections/tag-specifications';
import {
  dependencyViolation,
  gatewayNotAttached,
  invalidParameterValue,
  resourceAlreadyAssociated,
} from '../../errors';
import { gatewayOf } from '../../network/gateways';
import type { Op } from '../../state';

export const CreateInternetGateway: Op<'CreateInternetGateway'> = (ec2, input, call) => {
  const tagsFor = readTagSpecifications(input.TagSpecifications, ['internet-gateway'], call);
  const InternetGatewayId = resourceId('igw');
  const gateway = ec2.internetGateways.add(InternetGatewayId, {
    InternetGatewayId,
    OwnerId: ec2.owner,
    Attachments: [],
  });
  ec2.tags.add(InternetGatewayId, tagsFor('internet-gateway'));
  return { InternetGateway: { ...gateway, ...ec2.internetGateways.tagsOf(InternetGatewayId) } };
};

export const DescribeInternetGateways: Op<'DescribeInternetGateways'> = (ec2, input) => {
  const { items, NextToken } = ec2.internetGateways.describe(input, input.InternetGatewayIds);
  return { InternetGateways: items, NextToken };
};

export const AttachInternetGateway: Op<'AttachInternetGateway'> = (ec2, input) => {
  const gateway = ec2.internetGateways.require(input.InternetGatewayId);
  const vpc = ec2.vpcs.require(input.VpcId);
  const [attached] = gateway.Attachments;
  if (attached) {
    throw resourceAlreadyAssociated(
      `resource ${gateway.InternetGatewayId} is already attached to network ${attached.VpcId}`,
    );
  }
  const rival = gatewayOf(ec2, vpc.VpcId);
  if (rival) {
    throw invalidParameterValue(`Network ${vpc.VpcId} already has an internet gateway attached`);
  }
  gateway.Attachments.push({ VpcId: vpc.VpcId, State: 'available' as never });
  return {};
};

export const DetachInternetGateway: Op<'DetachInternetGateway'> = (ec2, input) => {
  const gateway = ec2.internetGateways.require(input.InternetGatewayId);
  const vpc = ec2.vpcs.require(input.VpcId);
  if (!gateway.Attachments.some((one) => one.VpcId === vpc.VpcId)) {
    throw gatewayNotAttached(`resource ${gateway.InternetGatewayId} is not attached to network ${vpc.VpcId}`);
  }
  if (ec2.interfaces.values().some((nic) => nic.VpcId === vpc.VpcId && nic.Association)) {
    throw dependencyViolation(
      `Network ${vpc.VpcId} has some mapped public address(es). Please unmap those public address(es) before detaching the gateway.`,
    );
  }
  gateway.Attachments = gateway.Attachments.filter((one) => one.VpcId !== vpc.VpcId);
  return {};
};

export const DeleteInternetGateway: Op<'DeleteInternetGateway'> = (ec2, input) => {
  const gateway = ec2.internetGateways.require(input.InternetGatewayId);
  if (gateway.Attachments.length > 0) {
    throw dependencyViolation(
      `The internetGateway '${gateway.InternetGatewayId}' has dependencies and cannot be deleted.`,
    );
  }
  ec2.internetGateways.delete(gateway.InternetGatewayId);
  return {};
};
