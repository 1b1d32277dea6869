export { goOnFrom } from './catch-up';
export { type Cancel, Clock } from './clock';
export type { ThreadsEnd } from './connections';
export type { SharedTime } from './pace';
export type { Time } from './time';
