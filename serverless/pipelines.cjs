// What serverless.yml needs to know of the pipelines. osls loads CommonJS; tsx lets it read the TypeScript sources.
const tsx = require('tsx/cjs/api');

module.exports = async ({ resolveVariable }) =>
  tsx.require('./pipelines.ts', __filename).describePipelines(await resolveVariable('sls:stage'));
