"""The lesson by hand: a site on a base instance becomes an image, the image a fleet, and all of it is taken away again."""
import time
import boto3

USER_DATA = """#!/bin/bash
set -e
dnf install -y httpd
echo baked > /var/www/html/index.html
systemctl enable --now httpd
"""
ec2, autoscaling, ssm = (boto3.client(name) for name in ('ec2', 'autoscaling', 'ssm'))


def until(what, ask):
    """boto3 has no waiters for Auto Scaling."""
    end = time.monotonic() + 120
    while time.monotonic() < end:
        answer = ask()
        if answer:
            return answer
        time.sleep(0.2)
    raise AssertionError(f'gave up waiting until {what}')


name = '/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64'
base = ssm.get_parameter(Name=name)['Parameter']['Value']
subnets = [one['SubnetId'] for one in ec2.describe_subnets()['Subnets']][:2]
[instance] = ec2.run_instances(
    ImageId=base, InstanceType='t3.micro', MinCount=1, MaxCount=1, SubnetId=subnets[0], UserData=USER_DATA
)['Instances']
ids = [instance['InstanceId']]
ec2.get_waiter('instance_running').wait(InstanceIds=ids)
ec2.get_waiter('instance_status_ok').wait(InstanceIds=ids)
console = boto3.resource('ec2').Instance(ids[0]).console_output(Latest=True)['Output']
assert 'httpd' in console, console

image = ec2.create_image(InstanceId=ids[0], Name='golden-1', NoReboot=False)['ImageId']
ec2.get_waiter('image_available').wait(ImageIds=[image])
ec2.terminate_instances(InstanceIds=ids)
ec2.get_waiter('instance_terminated').wait(InstanceIds=ids)

template = ec2.create_launch_template(
    LaunchTemplateName='web', LaunchTemplateData={'ImageId': base, 'InstanceType': 't3.micro'}
)['LaunchTemplate']['LaunchTemplateId']
autoscaling.create_auto_scaling_group(
    AutoScalingGroupName='web',
    MinSize=2,
    MaxSize=4,
    DefaultInstanceWarmup=0,
    VPCZoneIdentifier=','.join(subnets),
    LaunchTemplate={'LaunchTemplateId': template, 'Version': '1'},
)


def servers():
    [group] = autoscaling.describe_auto_scaling_groups(AutoScalingGroupNames=['web'])['AutoScalingGroups']
    return [one for one in group['Instances'] if one['LifecycleState'] == 'InService']


until('two servers are in service', lambda: len(servers()) == 2)
version = ec2.create_launch_template_version(
    LaunchTemplateId=template, SourceVersion='1', LaunchTemplateData={'ImageId': image}
)['LaunchTemplateVersion']['VersionNumber']
refresh = autoscaling.start_instance_refresh(
    AutoScalingGroupName='web',
    DesiredConfiguration={'LaunchTemplate': {'LaunchTemplateId': template, 'Version': str(version)}},
    Preferences={'MinHealthyPercentage': 50, 'SkipMatching': True},
)['InstanceRefreshId']


def refreshed():
    [one] = autoscaling.describe_instance_refreshes(AutoScalingGroupName='web', InstanceRefreshIds=[refresh])[
        'InstanceRefreshes'
    ]
    assert one['Status'] not in ('Failed', 'Cancelled'), one
    return one['Status'] == 'Successful'


until('the instances are refreshed', refreshed)
running = ec2.describe_instances(InstanceIds=[one['InstanceId'] for one in servers()])['Reservations']
assert {one['ImageId'] for found in running for one in found['Instances']} == {image}

autoscaling.delete_auto_scaling_group(AutoScalingGroupName='web', ForceDelete=True)
until('the group is gone', lambda: not autoscaling.describe_auto_scaling_groups()['AutoScalingGroups'])
ec2.delete_launch_template(LaunchTemplateId=template)
[mapping] = ec2.describe_images(ImageIds=[image])['Images'][0]['BlockDeviceMappings']
ec2.deregister_image(ImageId=image)
ec2.delete_snapshot(SnapshotId=mapping['Ebs']['SnapshotId'])
assert ec2.describe_images(Owners=['self'])['Images'] == []
assert ec2.describe_snapshots(OwnerIds=['self'])['Snapshots'] == []
print('walked')
