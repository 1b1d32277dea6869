import { rightsOfCaller } from '../stacks/rights';
import type { Op } from '../state';
import { readPolicy } from './read-policy';

export const SetStackPolicy: Op<'SetStackPolicy'> = async (cloudFormation, input, call) => {
  const stack = cloudFormation.stacks.get(input.StackName, `Stack [${input.StackName}] does not exist`);
  const body = await readPolicy(
    cloudFormation.clientsWith(rightsOfCaller(call)),
    input.StackPolicyBody,
    input.StackPolicyURL,
    stack.definition,
  );
  stack.policyBody = body ?? stack.policyBody;
  return {};
};

export const GetStackPolicy: Op<'GetStackPolicy'> = ({ stacks }, input) => {
  const { policyBody } = stacks.get(input.StackName, `Stack [${input.StackName}] does not exist`);
  return { ...(policyBody !== undefined && { StackPolicyBody: policyBody }) };
};
