export { type Cancel, Clock, type Time } from './clock';
export type { ThreadsEnd } from './connections';
export type { SharedTime } from './pace';
