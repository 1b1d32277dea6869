import type { ImageReference, ResourceTypeRequest } from '@aws-sdk/client-ec2';
import { clientOf } from '../../../../core/client';
import type { Call } from '../../../../core/service';
import { forwarded } from '../../../../core/service-call';
import { checkId, kinds } from '../../collections/kinds';
import { paginate } from '../../collections/pages';
import { invalidParameterValue, missingParameter } from '../../errors';
import { findReferringInstances, findReferringTemplates } from '../../images/references';
import type { Inventory } from '../../inventory';
import type { Op } from '../../state';

type Kind = NonNullable<ResourceTypeRequest['ResourceType']>;

/** How one kind of resource is looked through: with the values of its option, where it has one. */
interface Look {
  readonly option?: string;
  readonly isValid?: (value: string) => boolean;
  find(ec2: Inventory, imageId: string, values: readonly string[], call: Call): Promise<string[]>;
}

const STATES = ['pending', 'running', 'shutting-down', 'terminated', 'stopping', 'stopped'];
const USUAL_DEPTH = '10';
const DEEPEST = 10_000;

const LOOKS: Readonly<Record<Kind, Look>> = {
  'ec2:Instance': {
    option: 'state-name',
    isValid: (value) => STATES.includes(value),
    find: async (ec2, imageId, states) =>
      findReferringInstances(ec2, imageId, states.length > 0 ? states : STATES),
  },
  'ec2:LaunchTemplate': {
    option: 'version-depth',
    isValid: (value) => /^\d+$/.test(value) && Number(value) >= 1 && Number(value) <= DEEPEST,
    find: async (ec2, imageId, [depth = USUAL_DEPTH]) => findReferringTemplates(ec2, imageId, Number(depth)),
  },
  'ssm:Parameter': { find: (ec2, imageId, _values, call) => findParameters(ec2, imageId, call) },
  // There is no Image Builder here: nobody has recipes.
  'imagebuilder:ImageRecipe': { find: async () => [] },
  'imagebuilder:ContainerRecipe': { find: async () => [] },
};

/** https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-ami-references.html */
export const DescribeImageReferences: Op<'DescribeImageReferences'> = async (ec2, input, call) => {
  const ids = [...new Set(input.ImageIds ?? [])];
  for (const id of ids) checkId(kinds.image, id);
  const asked = readKinds(input.ResourceTypes ?? [], input.IncludeAllResourceTypes ?? false);
  const found: ImageReference[] = [];
  for (const ImageId of ids)
    for (const [ResourceType, values] of asked)
      for (const Arn of await LOOKS[ResourceType].find(ec2, ImageId, values, call))
        found.push({ ImageId, ResourceType, Arn });
  const page = paginate(found, input, {
    of: 'DescribeImageReferences',
    idOf: ({ ImageId, Arn }) => `${ImageId} ${Arn}`,
    min: 5,
    max: 1000,
    question: [ids, [...asked]],
  });
  return { ImageReferences: page.items, NextToken: page.NextToken };
};

/** The kinds that are looked through, each with the values of its option; what is named by itself goes before the defaults. */
function readKinds(named: readonly ResourceTypeRequest[], all: boolean): Map<Kind, readonly string[]> {
  if (!all && named.length === 0)
    throw missingParameter('Either IncludeAllResourceTypes or ResourceTypes must be specified.');
  const kindsOf = new Map<Kind, readonly string[]>();
  if (all) for (const kind of Object.keys(LOOKS)) kindsOf.set(kind as Kind, []);
  for (const { ResourceType: kind, ResourceTypeOptions: options = [] } of named) {
    if (!kind || !Object.hasOwn(LOOKS, kind))
      throw invalidParameterValue(`Value (${kind}) for parameter ResourceType is invalid.`);
    const { option, isValid } = LOOKS[kind];
    for (const { OptionName, OptionValues = [] } of options) {
      const wrong = OptionName === option ? OptionValues.find((value) => !isValid?.(value)) : OptionName;
      if (wrong !== undefined || OptionName !== option)
        throw invalidParameterValue(`Value (${wrong}) for parameter ResourceTypeOption is invalid.`);
    }
    kindsOf.set(
      kind,
      options.flatMap(({ OptionValues = [] }) => OptionValues),
    );
  }
  return kindsOf;
}

/** Parameters whose value is the image, read as the caller: the account's, those of Amazon not. */
async function findParameters(ec2: Inventory, imageId: string, call: Call): Promise<string[]> {
  const ssm = clientOf<typeof import('@aws-sdk/client-ssm')>(ec2.context, 'ssm', () =>
    forwarded(call, 'ec2-images.amazonaws.com'),
  );
  const found: string[] = [];
  let NextToken: string | undefined;
  do {
    const page = await ssm.DescribeParameters({ NextToken });
    // As many as GetParameters takes.
    const names = (page.Parameters ?? []).flatMap(({ Name, Type }) =>
      Type === 'String' && Name ? Name : [],
    );
    for (let at = 0; at < names.length; at += 10) {
      const { Parameters = [] } = await ssm.GetParameters({ Names: names.slice(at, at + 10) });
      found.push(...Parameters.flatMap(({ Value, ARN }) => (Value === imageId && ARN ? ARN : [])));
    }
    NextToken = page.NextToken;
  } while (NextToken);
  return found;
}
