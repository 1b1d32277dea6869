/** Lambda's state under the name that other rooms know it by. */
export type { LambdaState as Lambda } from './state';
