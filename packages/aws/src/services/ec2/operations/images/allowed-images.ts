import type { ImageCriterionRequest } from '@aws-sdk/client-ec2';
import { unsupportedOperation } from '../../errors';
import type { Op } from '../../state';

const HANDLED: readonly string[] = ['ImageProviders', 'ImageNames'];

export const GetAllowedImagesSettings: Op<'GetAllowedImagesSettings'> = ({ allowedImages }) => ({
  State: allowedImages.state,
  ImageCriteria: allowedImages.criteria.map(({ ImageProviders, ImageNames }) => ({
    ImageProviders,
    ImageNames,
  })),
  ManagedBy: 'account',
});

export const EnableAllowedImagesSettings: Op<'EnableAllowedImagesSettings'> = ({ allowedImages }, input) => {
  const state = input.AllowedImagesSettingsState ?? 'enabled';
  allowedImages.state = state;
  return { AllowedImagesSettingsState: state };
};

export const DisableAllowedImagesSettings: Op<'DisableAllowedImagesSettings'> = ({ allowedImages }) => {
  allowedImages.state = 'disabled';
  return { AllowedImagesSettingsState: 'disabled' };
};

export const ReplaceImageCriteriaInAllowedImagesSettings: Op<
  'ReplaceImageCriteriaInAllowedImagesSettings'
> = ({ allowedImages }, { ImageCriteria = [] }) => {
  for (const criterion of ImageCriteria) checkHandled(criterion);
  allowedImages.criteria = ImageCriteria;
  return { ReturnValue: true };
};

/** @throws AwsError UnsupportedOperation for what nothing here would act on */
function checkHandled(criterion: ImageCriterionRequest): void {
  const given = Object.entries(criterion).filter(([, value]) => value !== undefined);
  const other = given.find(([name]) => !HANDLED.includes(name));
  if (other)
    throw unsupportedOperation(`Image criteria of ${other[0]} are not supported by the embedded AWS.`);
}
