/** The pipeline that the story is about, the group that it is rolled out to, and how many servers that shall have. */
export const PIPELINE = 'web';
export const GROUP = 'kiln-fleet-web';
export const SERVERS = 3;
