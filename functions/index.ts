import type { Handler } from '../src/lambda';

// All functions but the two that ask sites in one bundle: they share nearly all their code, so that packaging bundles it once instead of two
// dozen times and a function is hardly larger for it. Those run inside the VPC and bring nothing that calls AWS.

/** Which of them this is: Lambda names its handler, such as functions/index.plan. */
const OWN = process.env._HANDLER?.replace(/^.*\./, '');

/**
 * A handler whose module, with all that it alone needs, is evaluated in the function that has it and in no other: while Lambda starts it,
 * when a function has more of a processor than later.
 */
function only<Result>(name: string, load: () => Promise<{ handler: Handler<Result> }>): Handler<Result> {
  let loaded = name === OWN ? load() : undefined;
  // Whoever calls the handler is told.
  loaded?.catch(() => {});
  return async (event, context) => {
    loaded ??= load();
    return (await loaded).handler(event, context);
  };
}

export const actOnBuild = only('actOnBuild', () => import('./act-on-build'));
export const awaitApproval = only('awaitApproval', () => import('./await-approval'));
export const awaitFleet = only('awaitFleet', () => import('./await-fleet'));
export const awaitImage = only('awaitImage', () => import('./await-image'));
export const awaitRefresh = only('awaitRefresh', () => import('./await-refresh'));
export const awaitUserData = only('awaitUserData', () => import('./await-user-data'));
export const checkPreparation = only('checkPreparation', () => import('./check-preparation'));
export const checkScan = only('checkScan', () => import('./check-scan'));
export const checkTests = only('checkTests', () => import('./check-tests'));
export const cleanUp = only('cleanUp', () => import('./clean-up'));
export const createImage = only('createImage', () => import('./create-image'));
export const finish = only('finish', () => import('./finish'));
export const getBuild = only('getBuild', () => import('./get-build'));
export const getFleet = only('getFleet', () => import('./get-fleet'));
export const getLog = only('getLog', () => import('./get-log'));
export const getPipelines = only('getPipelines', () => import('./get-pipelines'));
export const holdPipeline = only('holdPipeline', () => import('./hold-pipeline'));
export const keepTriggers = only('keepTriggers', () => import('./keep-triggers'));
export const launchInstance = only('launchInstance', () => import('./launch-instance'));
export const listBuilds = only('listBuilds', () => import('./list-builds'));
export const lookAtInstance = only('lookAtInstance', () => import('./look-at-instance'));
export const plan = only('plan', () => import('./plan'));
export const postBuild = only('postBuild', () => import('./post-build'));
export const postRollback = only('postRollback', () => import('./post-rollback'));
export const prepareImage = only('prepareImage', () => import('./prepare-image'));
export const publishImage = only('publishImage', () => import('./publish-image'));
export const publishTemplate = only('publishTemplate', () => import('./publish-template'));
export const pushPipeline = only('pushPipeline', () => import('./push-pipeline'));
export const recover = only('recover', () => import('./recover'));
export const requestBuild = only('requestBuild', () => import('./request-build'));
export const resolveWait = only('resolveWait', () => import('./resolve-wait'));
export const revokeImage = only('revokeImage', () => import('./revoke-image'));
export const runTests = only('runTests', () => import('./run-tests'));
export const scaleOut = only('scaleOut', () => import('./scale-out'));
export const scanImage = only('scanImage', () => import('./scan-image'));
export const startRefresh = only('startRefresh', () => import('./start-refresh'));
export const sweepWaits = only('sweepWaits', () => import('./sweep-waits'));
export const terminateInstance = only('terminateInstance', () => import('./terminate-instance'));
export const tidyUp = only('tidyUp', () => import('./tidy-up'));
export const verifyFleet = only('verifyFleet', () => import('./verify-fleet'));
