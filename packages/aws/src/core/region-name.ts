/** The form of the names of regions, `us-east-1`. */
export const REGION_NAME = /^[a-z]{2}(-[a-z]+)+-\d$/;
