import { resource } from './resource';

/** A place to signal to; also what templates without a resource of their own use. */
const waitConditionHandle = resource('AWS::CloudFormation::WaitConditionHandle', {
  handles: [],
  async create(_properties, context) {
    const id = context.physicalName();
    return { id, ref: `https://cloudformation-waitcondition-${context.region}.s3.amazonaws.com/${id}` };
  },
  async delete() {},
});

/** AWS::CloudFormation. */
export const cloudFormationTypes = [waitConditionHandle];
