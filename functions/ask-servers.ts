import { step } from '../src/lambda';
import { AskServersInput, askServers } from '../src/rollout/ask';

/** AskServers: asks each server of a fleet for the site. Runs in the VPC. */
export const handler = step(AskServersInput, askServers);
