import { step } from '../src/lambda';
import { AwaitApprovalInput, awaitApproval } from '../src/wait/approval';

/** AwaitApproval and AwaitWindow: park until a person has approved the build, or until it may roll out. */
export const handler = step(AwaitApprovalInput, awaitApproval);
