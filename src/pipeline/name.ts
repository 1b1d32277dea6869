/** The name of a pipeline is that of its folder; it also begins the ids of its builds and the names of what they make. */
export const PIPELINE_NAME = /^[a-z][a-z0-9-]{0,29}$/;
