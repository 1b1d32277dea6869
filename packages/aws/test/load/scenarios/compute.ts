import { CODE, eventually, IMAGE } from '../shared';
import { pause, type Scenario } from './scenario';

/** An instance is launched, looked at, tagged and terminated while it boots. */
export const instance: Scenario = async ({ clients: { ec2 }, name, later }) => {
  const { Instances = [] } = await ec2.runInstances({
    ImageId: IMAGE,
    InstanceType: 't3.nano',
    MinCount: 1,
    MaxCount: 1,
    UserData: Buffer.from('#!/bin/bash\necho up > /var/log/up\n').toString('base64'),
    TagSpecifications: [{ ResourceType: 'instance', Tags: [{ Key: 'Name', Value: name }] }],
  });
  const InstanceIds = Instances.map(({ InstanceId = '' }) => InstanceId);
  later(() => ec2.terminateInstances({ InstanceIds }));
  await ec2.createTags({ Resources: InstanceIds, Tags: [{ Key: 'load', Value: 'yes' }] });
  await pause(400);
  await ec2.describeInstances({ InstanceIds });
  await ec2.describeInstanceStatus({ InstanceIds, IncludeAllInstances: true });
  await ec2.describeVolumes({ Filters: [{ Name: 'attachment.instance-id', Values: InstanceIds }] });
};

export const securityGroup: Scenario = async ({ clients: { ec2 }, shared, name, later }) => {
  const { GroupId = '' } = await ec2.createSecurityGroup({
    GroupName: name,
    Description: 'load',
    VpcId: shared.vpcId,
  });
  later(() => ec2.deleteSecurityGroup({ GroupId }));
  const IpPermissions = [
    { IpProtocol: 'tcp', FromPort: 80, ToPort: 80, IpRanges: [{ CidrIp: '0.0.0.0/0' }] },
  ];
  await ec2.authorizeSecurityGroupIngress({ GroupId, IpPermissions });
  await ec2.describeSecurityGroups({ GroupIds: [GroupId] });
  await ec2.revokeSecurityGroupIngress({ GroupId, IpPermissions });
};

export const volume: Scenario = async ({ clients: { ec2 }, name, later }) => {
  const { VolumeId = '' } = await ec2.createVolume({ AvailabilityZone: 'us-east-1a', Size: 8 });
  later(() => ec2.deleteVolume({ VolumeId }));
  await ec2.createTags({ Resources: [VolumeId], Tags: [{ Key: 'Name', Value: name }] });
  await eventually(async () => {
    const { Volumes = [] } = await ec2.describeVolumes({ VolumeIds: [VolumeId] });
    return Volumes[0]?.State === 'available';
  });
  await ec2.deleteTags({ Resources: [VolumeId], Tags: [{ Key: 'Name' }] });
};

export const launchTemplate: Scenario = async ({ clients: { ec2 }, name, later }) => {
  const LaunchTemplateData = { ImageId: IMAGE, InstanceType: 't3.micro' as const };
  await ec2.createLaunchTemplate({ LaunchTemplateName: name, LaunchTemplateData });
  later(() => ec2.deleteLaunchTemplate({ LaunchTemplateName: name }));
  await ec2.createLaunchTemplateVersion({ LaunchTemplateName: name, LaunchTemplateData });
  await ec2.modifyLaunchTemplate({ LaunchTemplateName: name, DefaultVersion: '2' });
  await ec2.describeLaunchTemplateVersions({ LaunchTemplateName: name });
};

export const autoScalingGroup: Scenario = async ({ clients: { autoscaling }, shared, name, later }) => {
  await autoscaling.createAutoScalingGroup({
    AutoScalingGroupName: name,
    MinSize: 0,
    MaxSize: 1,
    DesiredCapacity: 1,
    VPCZoneIdentifier: shared.subnetIds[0],
    LaunchTemplate: { LaunchTemplateName: shared.launchTemplate, Version: '1' },
  });
  later(() => autoscaling.deleteAutoScalingGroup({ AutoScalingGroupName: name, ForceDelete: true }));
  await autoscaling.createOrUpdateTags({
    Tags: [
      {
        ResourceId: name,
        ResourceType: 'auto-scaling-group',
        Key: 'load',
        Value: 'yes',
        PropagateAtLaunch: true,
      },
    ],
  });
  await autoscaling.describeAutoScalingGroups({ AutoScalingGroupNames: [name] });
  await autoscaling.describeScalingActivities({ AutoScalingGroupName: name });
  await autoscaling.updateAutoScalingGroup({ AutoScalingGroupName: name, DesiredCapacity: 0 });
};

export const loadBalancer: Scenario = async ({ clients: { elb }, shared, name, later }) => {
  const Name = name.slice(-32);
  const { TargetGroups = [] } = await elb.createTargetGroup({
    Name,
    Protocol: 'HTTP',
    Port: 80,
    VpcId: shared.vpcId,
  });
  const TargetGroupArn = TargetGroups[0]?.TargetGroupArn;
  later(() => elb.deleteTargetGroup({ TargetGroupArn }));
  const { LoadBalancers = [] } = await elb.createLoadBalancer({
    Name,
    Subnets: shared.subnetIds.slice(0, 2),
  });
  const LoadBalancerArn = LoadBalancers[0]?.LoadBalancerArn;
  later(() => elb.deleteLoadBalancer({ LoadBalancerArn }));
  await elb.createListener({
    LoadBalancerArn,
    Port: 80,
    Protocol: 'HTTP',
    DefaultActions: [{ Type: 'forward', TargetGroupArn }],
  });
  await elb.describeListeners({ LoadBalancerArn });
  await elb.describeTargetHealth({ TargetGroupArn });
  await elb.describeTags({ ResourceArns: [LoadBalancerArn ?? ''] });
};

export const lambdaFunction: Scenario = async ({ clients: { lambda }, shared, name, later }) => {
  await lambda.createFunction({
    FunctionName: name,
    Role: shared.roleArn,
    Runtime: 'nodejs22.x',
    Handler: 'index.handler',
    Code: { ZipFile: CODE },
  });
  later(() => lambda.deleteFunction({ FunctionName: name }));
  await lambda.getFunction({ FunctionName: name });
  await lambda.listTags({
    Resource: `arn:aws:lambda:us-east-1:000000000000:function:${name}`,
  });
};

export const invocation: Scenario = async ({ clients: { lambda }, shared, name }) => {
  const Payload = JSON.stringify({ name });
  await lambda.invoke({ FunctionName: shared.functionName, Payload });
  await lambda.invoke({ FunctionName: shared.functionName, Payload, InvocationType: 'Event' });
};
