/** The state of Step Functions under the name that other rooms know it by. */
export type { SfnState as StepFunctions } from './state';
