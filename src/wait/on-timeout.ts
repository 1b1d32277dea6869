/**
 * What becomes of a build whose wait has ended by itself: it ends; it ends and its image counts as rolled back from; or it goes on as if
 * somebody had said so.
 */
export const ON_TIMEOUT = ['stop', 'rollback', 'continue'] as const;

export type OnTimeout = (typeof ON_TIMEOUT)[number];
