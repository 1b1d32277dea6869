import { answerStack, StackRequest } from '../src/build/unattended/clockwork/stack';
import { step } from '../src/lambda';

/** A custom resource of the stack: with it schedules and rules of the deployed pipelines come, change and go. */
export const handler = step(StackRequest, answerStack);
