/** How long AWS takes for what it does, in seconds of AWS time. The one table; `--time-scale` divides it. */
export interface Duration {
  readonly seconds: number;
  /** Where the number comes from. */
  readonly source: string;
}

/** Every duration of the embedded AWS, with its source. Intervals that a user configures are not here: they are resources' settings. */
export const durations = {
  instanceRunning: {
    seconds: 8,
    source: 'RunInstances to state `running` for Nitro types: 5 to 15 s in published boot measurements',
  },
  instanceBoot: {
    seconds: 12,
    source:
      'state `running` to user space on Amazon Linux 2023: AL2023 documentation and systemd-analyze, about 10 to 15 s',
  },
  instanceStatusChecks: {
    seconds: 120,
    source: 'EC2 User Guide, Status checks: run every minute; `initializing` ends after two to three minutes',
  },
  instanceReboot: {
    seconds: 15,
    source:
      'EC2 User Guide, Reboot your instance: an orderly reboot within a few minutes; Linux in 10 to 20 s',
  },
  instanceStopping: {
    seconds: 20,
    source: 'typical of EBS-backed Linux instances: orderly shutdown and state change',
  },
  instanceShuttingDown: {
    seconds: 25,
    source: 'typical of EBS-backed Linux instances: orderly shutdown and state change',
  },
  instanceRemembered: {
    seconds: 3600,
    source: 'EC2 User Guide, Terminate: a terminated instance remains visible for about an hour',
  },
  imageAvailable: {
    seconds: 150,
    source: 'CreateImage of an 8 GiB volume with little data: two to four minutes in practice',
  },
  imageCopied: {
    seconds: 300,
    source: 'CopyImage of a small image to another region: about five minutes in practice',
  },
  imageUsageReport: {
    seconds: 600,
    source: 'CreateImageUsageReport: asynchronous, some minutes for an image that few accounts use',
  },
  volumeAvailable: { seconds: 2, source: 'CreateVolume: a few seconds' },
  snapshotCompleted: { seconds: 90, source: 'CreateSnapshot of an 8 GiB volume with little data' },
  loadBalancerActive: {
    seconds: 120,
    source: 'Application Load Balancers stay `provisioning` for about two minutes',
  },
  natGatewayAvailable: {
    seconds: 105,
    source: 'VPC User Guide, NAT gateways: `pending` for one to two minutes in practice',
  },
  natGatewayFailed: {
    seconds: 10,
    source: 'VPC User Guide, Troubleshoot NAT gateways: one that cannot be made fails within some seconds',
  },
  natGatewayDeleted: {
    seconds: 45,
    source: 'DeleteNatGateway: `deleting` for less than a minute in practice',
  },
  natGatewayRemembered: {
    seconds: 3600,
    source:
      'VPC User Guide, NAT gateways: one that was deleted, or has failed, remains visible for about an hour',
  },
  vpcEndpointAvailable: {
    seconds: 75,
    source: 'CreateVpcEndpoint: an interface endpoint is `pending` for one to two minutes in practice',
  },
  vpcEndpointDeleted: {
    seconds: 60,
    source: 'DeleteVpcEndpoints: an interface endpoint is `deleting` for about a minute in practice',
  },
  targetRegistered: {
    seconds: 5,
    source: 'ELB target registration: the first health check follows within seconds',
  },
  autoScalingTick: {
    seconds: 10,
    source: 'Amazon EC2 Auto Scaling evaluates a group several times a minute',
  },
  launchRetry: {
    seconds: 15,
    source: 'a failed launch of Auto Scaling is tried again after some seconds, twice as long each time',
  },
  launchRetryAtMost: {
    seconds: 600,
    source: 'longest pause seen between two tries of Auto Scaling to launch an instance: about ten minutes',
  },
  instanceRefreshPatience: {
    seconds: 3600,
    source:
      'Auto Scaling User Guide, instance refresh: tries to complete all replacements for one hour before it fails',
  },
  eventDelivery: {
    seconds: 0.5,
    source: 'EventBridge: about half a second from event to target at the median',
  },
  logDelivery: { seconds: 1, source: 'CloudWatch Logs: lines of a Lambda are visible within seconds' },
  lambdaActive: {
    seconds: 1,
    source: 'Lambda: a function with a zip archive turns from Pending to Active within a second or two',
  },
  lambdaInterface: {
    seconds: 40,
    source:
      'AWS Lambda Developer Guide, VPC: making a Hyperplane interface leaves the function Pending, up to a minute or more',
  },
  apiCall: {
    seconds: 0.04,
    source:
      'an API call within a region, request to answer: 20 to 80 ms. With a seed only: otherwise it takes what it takes',
  },
  lambdaColdStart: {
    seconds: 0.35,
    source:
      'Lambda, Node.js with a bundle under 1 MB: 200 to 500 ms. With a seed only: otherwise it takes what it takes',
  },
  lambdaRun: {
    seconds: 0.02,
    source:
      "a function's own code beside its calls: some 20 ms. With a seed only: otherwise it takes what it takes",
  },
  programRun: {
    seconds: 0.01,
    source:
      'a program of a Linux server that waits for nothing: some 10 ms. With a seed only: otherwise it takes what it takes',
  },
  inspectorEnabled: { seconds: 60, source: 'Enable: `ENABLING` for about a minute in practice' },
  inspectorDiscovery: {
    seconds: 120,
    source: 'Amazon Inspector finds instances that are new, and agents on them, within minutes',
  },
  inspectorScan: {
    seconds: 300,
    source:
      'Amazon Inspector User Guide, Scanning EC2: the first scan follows the inventory of a managed instance within some minutes',
  },
  agentOnline: {
    seconds: 15,
    source:
      'amazon-ssm-agent from its start to `Online`: it asks for credentials, registers and opens its channel; 10 to 20 s in its own log',
  },
  commandDelivered: {
    seconds: 1,
    source:
      'SendCommand to the start of the script: agents hold a channel open, over which it comes within a second',
  },
  commandReported: {
    seconds: 1,
    source: 'end of a script to its status in GetCommandInvocation: about a second in practice',
  },
  commandDeliveryRetry: {
    seconds: 15,
    source:
      'Run Command tries again to reach a node that was not available: `Delayed` ends some seconds after it is',
  },
  imageParameterValidated: {
    seconds: 3,
    source:
      'Systems Manager User Guide, Native parameter support for AMI IDs: validated after the answer, in up to a few minutes; in practice some seconds',
  },
  quotaIncrease: {
    seconds: 900,
    source:
      'Service Quotas grants small increases by itself, mostly within 15 minutes; larger ones go to people',
  },
  stackPoll: { seconds: 1, source: 'CloudFormation answers a finished resource within about a second' },
} as const satisfies Record<string, Duration>;

export type DurationName = keyof typeof durations;
