// What serverless.yml needs to know of the pipelines, and of what they may name. osls loads CommonJS; tsx lets it read the TypeScript sources.
const tsx = require('tsx/cjs/api');

module.exports = async ({ resolveVariable }) => {
  const [service, stage, root, names, buckets, keyPairs] = await Promise.all(
    ['self:service', 'sls:stage', 'self:custom.root', 'param:names', 'param:buckets', 'param:keyPairs'].map(
      resolveVariable,
    ),
  );
  const { describePipelines } = tsx.require('./pipelines.ts', __filename);
  return describePipelines(
    stage,
    { names: `${root.slice(1)}/*,${names}`, buckets, keyPairs },
    `${service}-${stage}`,
  );
};
