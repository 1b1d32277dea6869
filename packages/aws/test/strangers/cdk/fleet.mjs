/** Tags that aws-cdk-lib gives to what stands in a network. */
const named = (Name) => [{ Key: 'Name', Value: `Fleet/Vpc/${Name}` }];
const ref = (Ref) => ({ Ref });
const attribute = (id, name) => ({ 'Fn::GetAtt': [id, name] });
const everywhere = (more) => ({ DestinationCidrBlock: '0.0.0.0/0', ...more });

const roleOf = (Service, more = {}) => ({
  Type: 'AWS::IAM::Role',
  Properties: {
    AssumeRolePolicyDocument: {
      Statement: [{ Action: 'sts:AssumeRole', Effect: 'Allow', Principal: { Service } }],
      Version: '2012-10-17',
    },
    ...more,
  },
});

/** A subnet with a route table of its own, as `ec2.Vpc` makes them. */
function subnet(name, index, MapPublicIpOnLaunch, target) {
  const zone = { 'Fn::Select': [index % 2, { 'Fn::GetAZs': '' }] };
  const at = `10.0.${index * 64}.0/18`;
  return {
    [name]: {
      Type: 'AWS::EC2::Subnet',
      Properties: {
        AvailabilityZone: zone,
        CidrBlock: at,
        MapPublicIpOnLaunch,
        Tags: named(name),
        VpcId: ref('Vpc'),
      },
    },
    [`${name}Table`]: {
      Type: 'AWS::EC2::RouteTable',
      Properties: { Tags: named(name), VpcId: ref('Vpc') },
    },
    [`${name}Association`]: {
      Type: 'AWS::EC2::SubnetRouteTableAssociation',
      Properties: { RouteTableId: ref(`${name}Table`), SubnetId: ref(name) },
    },
    [`${name}Route`]: {
      Type: 'AWS::EC2::Route',
      Properties: everywhere({ RouteTableId: ref(`${name}Table`), ...target }),
      ...(MapPublicIpOnLaunch && { DependsOn: ['Attachment'] }),
    },
  };
}

/** Two public and two private subnets, a NAT gateway, and endpoints of S3 and Systems Manager. */
const network = {
  Vpc: {
    Type: 'AWS::EC2::VPC',
    Properties: {
      CidrBlock: '10.0.0.0/16',
      EnableDnsHostnames: true,
      EnableDnsSupport: true,
      InstanceTenancy: 'default',
      Tags: named(''),
    },
  },
  Internet: { Type: 'AWS::EC2::InternetGateway', Properties: { Tags: named('') } },
  Attachment: {
    Type: 'AWS::EC2::VPCGatewayAttachment',
    Properties: { InternetGatewayId: ref('Internet'), VpcId: ref('Vpc') },
  },
  ...subnet('PublicA', 0, true, { GatewayId: ref('Internet') }),
  ...subnet('PublicB', 1, true, { GatewayId: ref('Internet') }),
  ...subnet('PrivateA', 2, false, { NatGatewayId: ref('Nat') }),
  ...subnet('PrivateB', 3, false, { NatGatewayId: ref('Nat') }),
  Address: { Type: 'AWS::EC2::EIP', Properties: { Domain: 'vpc', Tags: named('PublicA') } },
  Nat: {
    Type: 'AWS::EC2::NatGateway',
    Properties: {
      AllocationId: attribute('Address', 'AllocationId'),
      SubnetId: ref('PublicA'),
      Tags: named('PublicA'),
    },
    DependsOn: ['PublicARoute', 'PublicAAssociation'],
  },
  S3: {
    Type: 'AWS::EC2::VPCEndpoint',
    Properties: {
      RouteTableIds: [ref('PrivateATable'), ref('PrivateBTable')],
      ServiceName: { 'Fn::Join': ['', ['com.amazonaws.', ref('AWS::Region'), '.s3']] },
      VpcEndpointType: 'Gateway',
      VpcId: ref('Vpc'),
    },
  },
  Ssm: {
    Type: 'AWS::EC2::VPCEndpoint',
    Properties: {
      PrivateDnsEnabled: true,
      SecurityGroupIds: [attribute('SsmGroup', 'GroupId')],
      ServiceName: { 'Fn::Join': ['', ['com.amazonaws.', ref('AWS::Region'), '.ssm']] },
      SubnetIds: [ref('PrivateA'), ref('PrivateB')],
      VpcEndpointType: 'Interface',
      VpcId: ref('Vpc'),
    },
  },
  SsmGroup: {
    Type: 'AWS::EC2::SecurityGroup',
    Properties: {
      GroupDescription: 'Fleet/Vpc/Ssm/SecurityGroup',
      SecurityGroupEgress: [{ CidrIp: '0.0.0.0/0', IpProtocol: '-1' }],
      SecurityGroupIngress: [
        { CidrIp: attribute('Vpc', 'CidrBlock'), FromPort: 443, IpProtocol: 'tcp', ToPort: 443 },
      ],
      VpcId: ref('Vpc'),
    },
  },
};

/** A load balancer, and servers behind it that a change of their template replaces. */
const servers = (site) => ({
  BalancerGroup: {
    Type: 'AWS::EC2::SecurityGroup',
    Properties: {
      GroupDescription: 'Fleet/Balancer',
      SecurityGroupIngress: [{ CidrIp: '0.0.0.0/0', FromPort: 80, IpProtocol: 'tcp', ToPort: 80 }],
      VpcId: ref('Vpc'),
    },
  },
  ServerGroup: {
    Type: 'AWS::EC2::SecurityGroup',
    Properties: { GroupDescription: 'Fleet/Server', VpcId: ref('Vpc') },
  },
  ServerIngress: {
    Type: 'AWS::EC2::SecurityGroupIngress',
    Properties: {
      FromPort: 80,
      GroupId: attribute('ServerGroup', 'GroupId'),
      IpProtocol: 'tcp',
      SourceSecurityGroupId: attribute('BalancerGroup', 'GroupId'),
      ToPort: 80,
    },
  },
  Balancer: {
    Type: 'AWS::ElasticLoadBalancingV2::LoadBalancer',
    Properties: {
      Scheme: 'internet-facing',
      SecurityGroups: [attribute('BalancerGroup', 'GroupId')],
      Subnets: [ref('PublicA'), ref('PublicB')],
      Type: 'application',
    },
    DependsOn: ['PublicARoute', 'PublicBRoute'],
  },
  Listener: {
    Type: 'AWS::ElasticLoadBalancingV2::Listener',
    Properties: {
      DefaultActions: [{ TargetGroupArn: ref('Targets'), Type: 'forward' }],
      LoadBalancerArn: ref('Balancer'),
      Port: 80,
      Protocol: 'HTTP',
    },
  },
  Targets: {
    Type: 'AWS::ElasticLoadBalancingV2::TargetGroup',
    Properties: {
      HealthCheckIntervalSeconds: 10,
      Port: 80,
      Protocol: 'HTTP',
      TargetGroupAttributes: [{ Key: 'deregistration_delay.timeout_seconds', Value: '30' }],
      TargetType: 'instance',
      VpcId: ref('Vpc'),
    },
  },
  ServerRole: roleOf('ec2.amazonaws.com', {
    ManagedPolicyArns: [
      {
        'Fn::Join': ['', ['arn:', ref('AWS::Partition'), ':iam::aws:policy/AmazonSSMManagedInstanceCore']],
      },
    ],
  }),
  ServerProfile: { Type: 'AWS::IAM::InstanceProfile', Properties: { Roles: [ref('ServerRole')] } },
  Template: {
    Type: 'AWS::EC2::LaunchTemplate',
    Properties: {
      LaunchTemplateData: {
        IamInstanceProfile: { Arn: attribute('ServerProfile', 'Arn') },
        ImageId: ref('Image'),
        InstanceType: 't3.micro',
        MetadataOptions: { HttpTokens: 'required' },
        SecurityGroupIds: [attribute('ServerGroup', 'GroupId')],
        UserData: {
          'Fn::Base64': `#!/bin/bash\ndnf install -y nginx\necho Welcome ${site} > /usr/share/nginx/html/index.html\nsystemctl enable --now nginx`,
        },
      },
    },
    DependsOn: ['ServerRole'],
  },
  Group: {
    Type: 'AWS::AutoScaling::AutoScalingGroup',
    Properties: {
      HealthCheckGracePeriod: 180,
      HealthCheckType: 'ELB',
      LaunchTemplate: {
        LaunchTemplateId: ref('Template'),
        Version: attribute('Template', 'LatestVersionNumber'),
      },
      MaxSize: '4',
      MinSize: '2',
      TargetGroupARNs: [ref('Targets')],
      VPCZoneIdentifier: [ref('PrivateA'), ref('PrivateB')],
    },
    UpdatePolicy: {
      AutoScalingInstanceRefresh: {
        Strategy: 'Rolling',
        Preferences: { MinHealthyPercentage: 50, InstanceWarmup: 30 },
      },
      AutoScalingScheduledAction: { IgnoreUnmodifiedGroupSizeProperties: true },
    },
    DependsOn: ['Listener'],
  },
});

/** A custom resource whose provider is a function of the stack: it keeps a parameter. */
const custom = (site, code) => ({
  ProviderRole: roleOf('lambda.amazonaws.com', {
    ManagedPolicyArns: [
      {
        'Fn::Sub': `arn:\${AWS::Partition}:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole`,
      },
    ],
    Policies: [
      {
        PolicyName: 'parameter',
        PolicyDocument: {
          Statement: [
            {
              Effect: 'Allow',
              Action: ['ssm:PutParameter', 'ssm:DeleteParameter'],
              Resource: { 'Fn::Sub': `arn:\${AWS::Partition}:ssm:*:\${AWS::AccountId}:parameter/fleet/*` },
            },
          ],
          Version: '2012-10-17',
        },
      },
    ],
  }),
  Provider: {
    Type: 'AWS::Lambda::Function',
    Properties: {
      Code: code,
      Handler: 'index.handler',
      Role: attribute('ProviderRole', 'Arn'),
      Runtime: 'nodejs22.x',
      Timeout: 120,
    },
    DependsOn: ['ProviderRole'],
  },
  Site: {
    Type: 'Custom::Site',
    Properties: { ServiceToken: attribute('Provider', 'Arn'), Name: '/fleet/site', Words: site, Servers: 2 },
    UpdateReplacePolicy: 'Delete',
    DeletionPolicy: 'Delete',
  },
});

const bootstrapVersion = {
  Type: 'AWS::SSM::Parameter::Value<String>',
  Default: '/cdk-bootstrap/hnb659fds/version',
  Description: 'Version of the CDK Bootstrap resources in this environment. [cdk:skip]',
};

/**
 * The template of a fleet, as aws-cdk-lib writes it.
 *
 * @param given the words of the site, and where the provider's code is
 */
export function fleet({ site, code }) {
  return {
    Resources: {
      ...network,
      ...servers(site),
      ...custom(site, code),
      ...(site === 'a queue' && { Queue: { Type: 'AWS::SQS::Queue' } }),
      CDKMetadata: { Type: 'AWS::CDK::Metadata', Properties: { Analytics: 'v2:deflate64:H4sIAAAAAAAA' } },
    },
    Outputs: {
      Host: { Value: attribute('Balancer', 'DNSName') },
      Length: { Value: attribute('Site', 'Length') },
    },
    Parameters: {
      Image: {
        Type: 'AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>',
        Default: '/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-6.1-x86_64',
      },
      BootstrapVersion: bootstrapVersion,
    },
    Rules: {
      CheckBootstrapVersion: {
        Assertions: [
          {
            Assert: {
              'Fn::Not': [{ 'Fn::Contains': [['1', '2', '3', '4', '5'], ref('BootstrapVersion')] }],
            },
            AssertDescription: 'CDK bootstrap stack version 6 required.',
          },
        ],
      },
    },
  };
}
