export { Machine } from './emulated/machine';
