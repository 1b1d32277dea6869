/**
 * A plugin that takes from roles what other plugins give them and nobody needs: the groups of logs are in the stack, so that no function
 * makes its own; states call functions by no version or alias; functions in the network have a statement of their own for that.
 */
module.exports = class NarrowRoles {
  constructor({ service }) {
    this.hooks = {
      'before:package:finalize': () => {
        const { Resources } = service.provider.compiledCloudFormationTemplate;
        for (const [id, { Type, Properties }] of Object.entries(Resources)) {
          if (Type !== 'AWS::IAM::Role') continue;
          // AWS's policy for functions in a VPC lets them write all logs of the account, too.
          if (id.endsWith('IamRoleLambdaExecution')) delete Properties.ManagedPolicyArns;
          for (const { PolicyDocument } of Properties.Policies ?? [])
            for (const statement of PolicyDocument.Statement) narrow(statement);
        }
      },
    };
  }
};

function narrow(statement) {
  const { Action, Resource } = statement;
  if (!Array.isArray(Action) || !Array.isArray(Resource)) return;
  if (Action.includes('logs:CreateLogGroup'))
    statement.Action = Action.filter((action) => action !== 'logs:CreateLogGroup');
  if (Action.includes('lambda:InvokeFunction'))
    statement.Resource = Resource.filter((resource) => !isOfVersions(resource));
}

/** `{ Fn::Sub: ['${functionArn}:*', …] }` */
function isOfVersions(resource) {
  const [text] = [resource['Fn::Sub']].flat();
  return typeof text === 'string' && text.endsWith(':*');
}
