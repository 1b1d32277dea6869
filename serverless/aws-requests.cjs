const { CloudFormation } = require('@aws-sdk/client-cloudformation');
const { SFN } = require('@aws-sdk/client-sfn');
const tsx = require('tsx/cjs/api');

/**
 * A plugin that gives serverless-step-functions the calls that it makes through `provider.request`, which osls 4 has no more: the one after
 * a deployment, to print the endpoints, and those of `invoke stepf`.
 */
module.exports = class AwsRequests {
  constructor(serverless) {
    const provider = serverless.getProvider('aws');
    const refuse = provider.request;
    provider.request = async (service, method, input, ...rest) => {
      const call = CALLS[`${service}.${method}`];
      if (!call) return refuse.call(provider, service, method, input, ...rest);
      return call(await provider.getAwsSdkV3Config(), input);
    };
    // What osls 4 has no more either: the plugin writes with them while it waits.
    serverless.cli.printDot ??= () => process.stdout.write('.');
    serverless.cli.consoleLog ??= (text) => process.stdout.write(`${text}\n`);
  }
};

const CALLS = {
  'CloudFormation.describeStacks': (config, input) => new CloudFormation(config).describeStacks(input),
  'StepFunctions.startExecution': (config, input) => new SFN(config).startExecution(nameBuild(input)),
  'StepFunctions.describeExecution': (config, input) => new SFN(config).describeExecution(input),
  'StepFunctions.getExecutionHistory': (config, input) => new SFN(config).getExecutionHistory(input),
};

/** An execution is named after its build, which the plugin cannot know. */
function nameBuild(input) {
  const { pipeline } = JSON.parse(input.input || '{}');
  if (typeof pipeline !== 'string') return input;
  const { newBuildId } = tsx.require('../src/build/id.ts', __filename);
  return { ...input, name: newBuildId(pipeline) };
}
