import type { Change, ChangeSetType } from '@aws-sdk/client-cloudformation';
import type { Stack, StackDefinition } from './stack';

/** A proposed change of a stack. */
export interface ChangeSet {
  readonly id: string;
  readonly name: string;
  readonly stack: Stack;
  readonly type: ChangeSetType;
  readonly description?: string;
  readonly createdAt: Date;
  readonly definition: StackDefinition;
  readonly changes: readonly Change[];
  readonly token?: string;
  readonly onStackFailure?: string;
  status: 'CREATE_COMPLETE' | 'FAILED';
  statusReason?: string;
  executionStatus: 'AVAILABLE' | 'UNAVAILABLE' | 'EXECUTE_IN_PROGRESS' | 'EXECUTE_COMPLETE' | 'OBSOLETE';
}
