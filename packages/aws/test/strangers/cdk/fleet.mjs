/** The template of a stack, as aws-cdk-lib writes one. @param given the words of the site, and where the provider's code is */
export function fleet({ site, code }) {
  return {
    Resources: {
      Site: { Type: 'AWS::SSM::Parameter', Properties: { Type: 'String', Name: '/fleet/site', Value: site } },
      Role: {
        Type: 'AWS::IAM::Role',
        Properties: {
          AssumeRolePolicyDocument: {
            Version: '2012-10-17',
            Statement: [
              { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' },
            ],
          },
        },
      },
      Provider: {
        Type: 'AWS::Lambda::Function',
        Properties: {
          Code: code,
          Handler: 'index.handler',
          Role: { 'Fn::GetAtt': ['Role', 'Arn'] },
          Runtime: 'nodejs22.x',
        },
      },
      CDKMetadata: {
        Type: 'AWS::CDK::Metadata',
        Properties: {
          Analytics: 'v2:deflate64:H4sIAAAAAAAA/zPSMzTUM1BMLC/WTU7J1s3JTNKrDi5JTM7WAQrFFxvrOQEA',
        },
      },
    },
    Parameters: {
      BootstrapVersion: {
        Type: 'AWS::SSM::Parameter::Value<String>',
        Default: '/cdk-bootstrap/hnb659fds/version',
      },
    },
    Rules: {
      CheckBootstrapVersion: {
        Assertions: [
          {
            Assert: {
              'Fn::Not': [{ 'Fn::Contains': [['1', '2', '3', '4', '5'], { Ref: 'BootstrapVersion' }] }],
            },
            AssertDescription: 'CDK bootstrap stack version 6 required.',
          },
        ],
      },
    },
  };
}
