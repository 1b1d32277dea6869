import type { ResourceTypes } from '../src/services/cloudformation/resources/schema/resource-schema';

declare const types: ResourceTypes;
export default types;
