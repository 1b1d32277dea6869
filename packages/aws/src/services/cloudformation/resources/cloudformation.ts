import { customResource } from './custom-resource';
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

/** What the CDK tells AWS of the constructs of a stack: nothing is made of it. */
const cdkMetadata = resource('AWS::CDK::Metadata', {
  handles: ['Analytics', 'Modules'],
  create: async (_properties, context) => ({ id: context.physicalName() }),
  update: async () => undefined,
  async delete() {},
});

/** AWS::CloudFormation, and what belongs to no service. */
export const cloudFormationTypes = [waitConditionHandle, cdkMetadata, customResource];
