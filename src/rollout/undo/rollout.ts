import type { MadeVersion, Target, TemplateState } from '../../build/state';
import type { Among } from '../version/configuration';

/** A target, and the versions of its launch templates that the build made for it. */
export interface Rollout {
  target: Target;
  /** Those of the group's own template. */
  versions: string[];
  /** Those of templates that overrides of its mixed instances policy name. */
  others?: OwnVersions[];
}

/** The versions that a build made of a template which an override names. */
export interface OwnVersions extends Omit<MadeVersion, 'version'> {
  template: TemplateState;
  versions: string[];
}

/** A template of a target, and the versions of it that the build made. */
export function ownOf({ target, versions, others = [] }: Rollout): [launchTemplateId: string, string[]][] {
  return [
    [target.launchTemplateId, versions],
    ...others.map((one): [string, string[]] => [one.launchTemplateId, one.versions]),
  ];
}

/** The versions that the build made, of each template of the target. */
export function amongOwn({ target, versions, others = [] }: Rollout): Among {
  return ({ launchTemplateId, reference }) => {
    if (launchTemplateId === target.launchTemplateId && reference === target.reference) return versions;
    const found = others.find(
      (one) => one.launchTemplateId === launchTemplateId && one.reference === reference,
    );
    return found?.versions ?? [];
  };
}
