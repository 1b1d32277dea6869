import { takePage } from '../../../core/paging';
import { publishLatest } from '../configuration/publish-latest';
import { badMarker, invalidParameter } from '../errors';
import { pageSize } from '../paging';
import type { Op } from '../state';

export const PublishVersion: Op<'PublishVersion'> = (lambda, input) => {
  const { fn } = lambda.functions.find(input.FunctionName);
  const { sha256 } = fn.latest.code;
  if (input.CodeSha256 !== undefined && input.CodeSha256 !== sha256)
    throw invalidParameter(
      `CodeSHA256 (${input.CodeSha256}) is different from current CodeSHA256 in $LATEST (${sha256}). Please try again with the CodeSHA256 in $LATEST.`,
    );
  return publishLatest(lambda.functions, fn, input.Description);
};

export const ListVersionsByFunction: Op<'ListVersionsByFunction'> = (lambda, input) => {
  const { fn } = lambda.functions.find(input.FunctionName);
  const all = [fn.latest, ...fn.versions.values()].map(({ configuration }) => ({
    ...configuration,
    FunctionArn: `${fn.arn}:${configuration.Version}`,
  }));
  const page = takePage(all, {
    token: input.Marker,
    size: pageSize(input.MaxItems),
    idOf: ({ FunctionArn }) => FunctionArn,
    refuse: badMarker,
    question: fn.arn,
  });
  return { Versions: page.items, NextMarker: page.next };
};
