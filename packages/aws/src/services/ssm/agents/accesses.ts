/**
 * What an agent asks Systems Manager for with its instance's role, beside the operations of the API: they are of no client.
 * https://docs.aws.amazon.com/systems-manager/latest/userguide/systems-manager-setting-up-messageAPIs.html
 */
export const AGENT_ACCESSES: Readonly<Record<string, readonly string[]>> = {
  OpenControlChannel: ['ssmmessages:CreateControlChannel', 'ssmmessages:OpenControlChannel'],
  GetMessages: ['ec2messages:GetEndpoint', 'ec2messages:GetMessages'],
};
