// Until EC2 makes its machines with an engine: `state.engine.create(…)`.
export { EmulatedMachine as Machine } from './emulated/machine';
