import type { Programs } from '../program';

/** The AWS CLI, as far as set-up scripts use it. The SDK's clients that it speaks through are loaded when it is first called. */
export const AWS_PROGRAMS: Programs = {
  aws: async (args, call) => {
    const aws = import('./aws');
    const { runAws } = await (call.guest.options.load?.(aws) ?? aws);
    return runAws(args, call);
  },
};
