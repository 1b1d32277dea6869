const tsx = require('tsx/cjs/api');

/** A plugin that refuses what AWS would refuse minutes later: texts that are too long or of other characters, in all of the template. */
module.exports = class CheckTexts {
  constructor(serverless) {
    const provider = serverless.getProvider('aws');
    this.hooks = {
      'before:package:finalize': () => {
        const { findTextProblems } = tsx.require('./check-texts.ts', __filename);
        const problems = findTextProblems(serverless.service.provider.compiledCloudFormationTemplate, {
          'AWS::StackName': provider.naming.getStackName(),
          'AWS::Region': provider.getRegion(),
        });
        if (problems.length === 0) return;
        const error = new serverless.classes.Error(
          `AWS would refuse this service:\n  ${problems.join('\n  ')}`,
        );
        error.stack = error.message;
        throw error;
      },
    };
  }
};
