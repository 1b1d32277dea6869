import type { OperationsOf } from '../../../core/service';
import { type ApiStore, badRequest, findPart } from '../state';

const ARN = /^arn:aws[\w-]*:apigateway:[\w-]+::\/apis\/([a-z0-9]+)(?:\/stages\/([^/]+))?$/;

/** The operations on tags of APIs and stages. */
export function tagOperations(store: ApiStore) {
  return {
    GetTags: (input) => ({ Tags: open(input.ResourceArn).tags }),
    TagResource: (input) => {
      const resource = open(input.ResourceArn);
      resource.write({ ...resource.tags, ...input.Tags });
      return {};
    },
    UntagResource: (input) => {
      const resource = open(input.ResourceArn);
      const left = Object.entries(resource.tags).filter(([key]) => !input.TagKeys?.includes(key));
      resource.write(Object.fromEntries(left));
      return {};
    },
  } satisfies OperationsOf<typeof import('@aws-sdk/client-apigatewayv2')>;

  function open(arn: string | undefined): {
    tags: Record<string, string>;
    write(tags: Record<string, string>): void;
  } {
    const [, apiId, stageName] = ARN.exec(arn ?? '') ?? [];
    if (!apiId) throw badRequest(`Invalid resource ARN: ${arn}`);
    const record = store.find(apiId);
    if (stageName === undefined)
      return {
        tags: record.api.Tags ?? {},
        write: (Tags) => {
          record.api = { ...record.api, Tags };
        },
      };
    const stage = findPart(record.stages, decodeURIComponent(stageName), 'stage');
    return {
      tags: stage.Tags ?? {},
      write: (Tags) => void record.stages.set(stage.StageName ?? '', { ...stage, Tags }),
    };
  }
}
