import { z } from 'zod';
import { type ResourceType, resource } from './resource';

/** A place to signal to; also what templates without a resource of their own use. */
const waitConditionHandle = resource({
  properties: z.strictObject({}),
  async create(_properties, context) {
    const id = context.physicalName();
    return { id, ref: `https://cloudformation-waitcondition-${context.region}.s3.amazonaws.com/${id}` };
  },
  async update() {
    return undefined;
  },
  async delete() {},
});

/** AWS::CloudFormation. */
export const cloudFormationTypes: Readonly<Record<string, ResourceType>> = {
  'AWS::CloudFormation::WaitConditionHandle': waitConditionHandle,
};
