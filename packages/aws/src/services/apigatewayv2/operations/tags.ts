import { badRequest } from '../errors';
import { decodeSegment } from '../gateway/route-key';
import type { ApiGatewayState, Op } from '../state';
import { findPart } from './parts';

const ARN = /^arn:aws[\w-]*:apigateway:[\w-]+::\/apis\/([a-z0-9]+)(?:\/stages\/([^/]+))?$/;

export const GetTags: Op<'GetTags'> = (gateway, input) => ({ Tags: open(gateway, input.ResourceArn).tags });

export const TagResource: Op<'TagResource'> = (gateway, input) => {
  const resource = open(gateway, input.ResourceArn);
  resource.write({ ...resource.tags, ...input.Tags });
  return {};
};

export const UntagResource: Op<'UntagResource'> = (gateway, input) => {
  const resource = open(gateway, input.ResourceArn);
  const left = Object.entries(resource.tags).filter(([key]) => !input.TagKeys?.includes(key));
  resource.write(Object.fromEntries(left));
  return {};
};

function open(
  gateway: ApiGatewayState,
  arn: string | undefined,
): {
  tags: Record<string, string>;
  write(tags: Record<string, string>): void;
} {
  const [, apiId, stageName] = ARN.exec(arn ?? '') ?? [];
  if (!apiId) throw badRequest(`Invalid resource ARN: ${arn}`);
  const record = gateway.find(apiId);
  if (stageName === undefined)
    return {
      tags: record.api.Tags ?? {},
      write: (Tags) => {
        record.api = { ...record.api, Tags };
      },
    };
  const stage = findPart(record.stages, decodeSegment(stageName), 'stage');
  return {
    tags: stage.Tags ?? {},
    write: (Tags) => void record.stages.set(stage.StageName ?? '', { ...stage, Tags }),
  };
}
