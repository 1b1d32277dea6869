const tsx = require('tsx/cjs/api');

/**
 * A plugin for `serverless remove`: ends builds that run before the service goes, since nobody would undo them then, and tells what is
 * kept on purpose.
 */
module.exports = class EndBuilds {
  constructor(serverless, _options, { log }) {
    const provider = serverless.getProvider('aws');
    let kept = [];
    const describe = async () => ({
      config: await provider.getAwsSdkV3Config(),
      region: provider.getRegion(),
      stack: provider.naming.getStackName(),
      stage: provider.getStage(),
      folder: 'pipelines',
      say: (text) => log.notice(text),
    });
    this.hooks = {
      'before:remove:remove': async () => {
        // Only here: packaging needs none of it, and it is a third of what packaging would load.
        const { describeKept, endAllBuilds, findDeployed } = tsx.require('./removal.ts', __filename);
        const removal = await describe();
        const deployed = await findDeployed(removal);
        if (!deployed) return;
        await endAllBuilds(removal, deployed);
        kept = await describeKept(removal, deployed);
      },
      'after:remove:remove': () => {
        if (kept.length > 0) log.notice(`Kept on purpose:\n${kept.map((line) => `  ${line}`).join('\n')}`);
      },
    };
  }
};
