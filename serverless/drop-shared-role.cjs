/**
 * A plugin that leaves the role out that osls makes for functions without one of their own: here each has one, and a role that
 * nobody needs is one too many.
 */
module.exports = class DropSharedRole {
  constructor({ service }) {
    this.hooks = {
      'before:package:finalize': () => {
        delete service.provider.compiledCloudFormationTemplate.Resources.IamRoleLambdaExecution;
      },
    };
  }
};
