import {
  type PutRuleCommandInput,
  PutRuleRequest$,
  type PutTargetsCommandInput,
  PutTargetsRequest$,
} from '@aws-sdk/client-eventbridge';
import {
  type PropertiesOf,
  type ResourceContext,
  resource,
  type TagChange,
} from '../cloudformation/resources/resource';
import { toShape } from '../cloudformation/resources/schema/to-shape';

type Rule = PropertiesOf<'AWS::Events::Rule'>;
type Target = NonNullable<Rule['Targets']>[number];

async function putRule(name: string, rule: Rule, { aws, tags }: ResourceContext) {
  const { Targets = [], Tags, ...properties } = rule;
  const { RuleArn } = await aws.eventbridge.PutRule(
    toShape<PutRuleCommandInput>(PutRuleRequest$, { ...properties, Name: name, Tags: tags }),
  );
  if (Targets.length > 0) {
    const answer = await aws.eventbridge.PutTargets(
      toShape<PutTargetsCommandInput>(PutTargetsRequest$, {
        Rule: name,
        EventBusName: properties.EventBusName,
        Targets: Targets.map(toTarget),
      }),
    );
    const failed = answer.FailedEntries?.[0];
    if (failed) throw new Error(`target ${failed.TargetId}: ${failed.ErrorMessage}`);
  }
  return RuleArn;
}

/** A target with the names that the API has for some of its members. */
function toTarget({ EcsParameters, ...target }: Target): object {
  if (!EcsParameters) return target;
  const { NetworkConfiguration, PlacementStrategies, TagList, ...parameters } = EcsParameters;
  return {
    ...target,
    EcsParameters: {
      ...parameters,
      NetworkConfiguration: NetworkConfiguration && {
        awsvpcConfiguration: NetworkConfiguration.AwsVpcConfiguration,
      },
      PlacementStrategy: PlacementStrategies,
      Tags: TagList,
    },
  };
}

async function removeTargets(
  name: string,
  bus: string | undefined,
  ids: readonly string[],
  { aws }: ResourceContext,
) {
  if (ids.length > 0) await aws.eventbridge.RemoveTargets({ Rule: name, EventBusName: bus, Ids: [...ids] });
}

const idsOf = ({ Targets = [] }: Rule) => Targets.map(({ Id }) => Id);
/** The physical id is the rule's name, with its bus before it when that is not the default one. */
const physicalId = (name: string, bus: string | undefined) => (bus === undefined ? name : `${bus}|${name}`);
const nameOf = (id: string) => id.slice(id.lastIndexOf('|') + 1);

const rule = resource('AWS::Events::Rule', {
  handles: [
    'Description',
    'EventBusName',
    'EventPattern',
    'Name',
    'RoleArn',
    'ScheduleExpression',
    'State',
    'Tags',
    'Targets',
  ],
  name: 'Name',
  async create(properties, context) {
    const name = properties.Name ?? context.physicalName({ max: 64 });
    const id = physicalId(name, properties.EventBusName);
    const arn = await putRule(name, properties, context);
    return { id, attributes: { Arn: arn, RuleName: name } };
  },
  async update(id, next, previous, context) {
    const kept = idsOf(next);
    await removeTargets(
      nameOf(id),
      next.EventBusName,
      idsOf(previous).filter((one) => !kept.includes(one)),
      context,
    );
    await putRule(nameOf(id), next, context);
    return undefined;
  },
  async delete(id, properties, context) {
    await removeTargets(nameOf(id), properties.EventBusName, idsOf(properties), context);
    await context.aws.eventbridge.DeleteRule({ Name: nameOf(id), EventBusName: properties.EventBusName });
  },
  retag: (id, change, context, { EventBusName }) =>
    retag(`rule/${EventBusName === undefined ? '' : `${EventBusName}/`}${nameOf(id)}`, change, context),
});

const eventBus = resource('AWS::Events::EventBus', {
  handles: ['Description', 'Name', 'Tags'],
  name: 'Name',
  lacksUpdatesOf: ['Description'],
  async create({ Name, Description }, { aws, tags: all }) {
    const { EventBusArn } = await aws.eventbridge.CreateEventBus({ Name, Description, Tags: [...all] });
    return { id: Name, attributes: { Arn: EventBusArn, Name } };
  },
  delete: (id, _properties, { aws }) => aws.eventbridge.DeleteEventBus({ Name: id }),
  retag: (id, change, context) => retag(`event-bus/${id}`, change, context),
});

/** @param name with its kind, e.g. `event-bus/orders` */
async function retag(
  name: string,
  change: TagChange,
  { aws, region, accountId }: ResourceContext,
): Promise<void> {
  const ResourceARN = `arn:aws:events:${region}:${accountId}:${name}`;
  if (change.set.length > 0) await aws.eventbridge.TagResource({ ResourceARN, Tags: [...change.set] });
  if (change.removed.length > 0)
    await aws.eventbridge.UntagResource({ ResourceARN, TagKeys: [...change.removed] });
}

/** AWS::Events. */
export const eventsTypes = [rule, eventBus];
