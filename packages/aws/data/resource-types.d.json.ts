import type { ResourceTypes } from '../src/services/cloudformation/resource-schema';

declare const types: ResourceTypes;
export default types;
