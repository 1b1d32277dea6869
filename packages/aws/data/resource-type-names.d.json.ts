/** The names of all resource types that CloudFormation has. Written by scripts/generate-resource-types.ts. */
declare const names: readonly string[];
export default names;
