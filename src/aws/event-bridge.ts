import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { perRegion } from './per-region';

export const eventBridge = perRegion((config) => new EventBridgeClient(config));
