// All functions but the two that ask sites in one bundle: they share nearly all their code, so that packaging bundles it once instead of two
// dozen times and a function is hardly larger for it. Those run inside the VPC and bring nothing that calls AWS.
export { handler as actOnBuild } from './act-on-build';
export { handler as awaitFleet } from './await-fleet';
export { handler as awaitImage } from './await-image';
export { handler as awaitRefresh } from './await-refresh';
export { handler as awaitUserData } from './await-user-data';
export { handler as checkPreparation } from './check-preparation';
export { handler as checkScan } from './check-scan';
export { handler as checkTests } from './check-tests';
export { handler as cleanUp } from './clean-up';
export { handler as createImage } from './create-image';
export { handler as finish } from './finish';
export { handler as getBuild } from './get-build';
export { handler as getFleet } from './get-fleet';
<<<<<<< HEAD
export { handler as getPipelines } from './get-pipelines';
=======
export { handler as getLog } from './get-log';
>>>>>>> 459a43a (GET /builds/{id}/log tells what the script of a build has written, as EC2 gives it: what is new since an earlier answer, with the gaps marked)
export { handler as holdPipeline } from './hold-pipeline';
export { handler as launchInstance } from './launch-instance';
export { handler as listBuilds } from './list-builds';
export { handler as lookAtInstance } from './look-at-instance';
export { handler as plan } from './plan';
export { handler as postBuild } from './post-build';
export { handler as postRollback } from './post-rollback';
export { handler as prepareImage } from './prepare-image';
export { handler as publishImage } from './publish-image';
export { handler as publishTemplate } from './publish-template';
export { handler as recover } from './recover';
export { handler as requestBuild } from './request-build';
export { handler as resolveWait } from './resolve-wait';
export { handler as runTests } from './run-tests';
export { handler as scaleOut } from './scale-out';
export { handler as scanImage } from './scan-image';
export { handler as startRefresh } from './start-refresh';
export { handler as sweepWaits } from './sweep-waits';
export { handler as terminateInstance } from './terminate-instance';
export { handler as tidyUp } from './tidy-up';
export { handler as verifyFleet } from './verify-fleet';
