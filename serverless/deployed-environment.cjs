const { Lambda } = require('@aws-sdk/client-lambda');

/**
 * A plugin for `serverless invoke local`: the function gets the environment that it has where it is deployed. Serverless by itself
 * resolves no `Fn::Sub` and no `Fn::Join` in it, and ends.
 */
module.exports = class DeployedEnvironment {
  constructor(serverless, options) {
    const provider = serverless.getProvider('aws');
    this.hooks = {
      initialize: async () => {
        if (serverless.processedInput.commands.join(' ') !== 'invoke local') return;
        const local = serverless.service.getFunction(options.function);
        const lambda = new Lambda(await provider.getAwsSdkV3Config());
        const { Environment } = await findDeployed(lambda, serverless, local.name, provider.getRegion());
        // What all functions have is in it, too.
        serverless.service.provider.environment = {};
        // Serverless says /var/task, where Lambda would have the pipelines.
        local.environment = { ...Environment?.Variables, LAMBDA_TASK_ROOT: serverless.serviceDir };
      },
    };
  }
};

async function findDeployed(lambda, serverless, name, region) {
  try {
    return await lambda.getFunctionConfiguration({ FunctionName: name });
  } catch (error) {
    if (error.name !== 'ResourceNotFoundException') throw error;
    throw new serverless.classes.Error(
      `There is no function ${name} in ${region}. \`invoke local\` runs a function with the environment of the deployed one: deploy the service first, with the same --stage and --region.`,
    );
  }
}
