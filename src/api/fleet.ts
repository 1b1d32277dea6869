import { imageOf } from '../build/record';
import type { Pipeline } from '../pipeline/pipeline';
import { findPipeline, seePipelines } from '../pipeline/pushed/find';
import { listGroups, type ViewedGroup, type ViewedPipeline, viewFleet } from '../rollout/view/fleet-view';
import { takeRoom } from './answer';
import { type Call, checkQuery } from './call';

/** So many groups are looked at for one answer: AWS tells the refreshes of one a call. */
const GROUPS_A_PAGE = 40;

/** GET /fleet?pipeline=web&next=… */
export async function getFleet(call: Call) {
  checkQuery(call, 'pipeline', 'next');
  const { pipeline, next: after = '' } = call.queryStringParameters ?? {};
  const { pipelines, problems: wrong } = await seePipelines();
  // That there is none of a name is said with the names that there are.
  const asked = pipeline === undefined ? pipelines : [await findPipeline(pipeline)];
  const left = [...listGroups(asked).keys()].filter((name) => name > after);
  const names = left.slice(0, GROUPS_A_PAGE);
  // Of a pipeline without a group the first page tells.
  const alone = after === '' ? asked.filter(({ definition }) => definition.rollout.length === 0) : [];
  const view = await viewFleet(names, pipelines, [...withGroups(pipelines, names), ...alone]);
  const unfit = view.pipelines
    .filter(({ pipeline }) => alone.some(({ name }) => name === pipeline))
    .flatMap(({ pipeline, findings }) => findings.map(({ text }) => `pipeline ${pipeline}: ${text}`));
  const problems = [...(after === '' ? wrong : []), ...unfit];
  const groups = takeRoom(view.groups.map((group) => showGroup(group, view.pipelines)));
  const next = groups.length < left.length ? groups.at(-1)?.autoScalingGroup : undefined;
  return {
    at: new Date().toISOString(),
    groups,
    ...(next !== undefined && { next }),
    ...(problems.length > 0 && { problems }),
    ...(view.imageParameters?.length && { imageParameters: view.imageParameters }),
    ...(view.notKnown.length > 0 && { notKnown: view.notKnown }),
  };
}

/** The pipelines that name one of the groups. */
function withGroups(pipelines: readonly Pipeline[], names: readonly string[]): Pipeline[] {
  return pipelines.filter(({ definition }) =>
    definition.rollout.some(({ autoScalingGroup }) => names.includes(autoScalingGroup)),
  );
}

/** An answer has room for some 10,000 servers: of a group with more those come first that are not right. */
const MOST_SERVERS = 5000;

function showGroup(group: ViewedGroup, pipelines: readonly ViewedPipeline[]) {
  const { autoScalingGroup, pipeline, servers, wanted, findings, notes } = group;
  const id = wanted?.record.id;
  const imageId = wanted && imageOf(wanted.record);
  const alsoOf = group.pipelines.filter((name) => name !== pipeline);
  const moved = pipelines.filter((one) => group.pipelines.includes(one.pipeline));
  const all = [...findings, ...moved.flatMap((one) => one.findings)];
  const hidden = servers.length - MOST_SERVERS;
  const problems = [
    // What is wrong with a server stands at the server.
    ...all.filter((one) => one.servers.length === 0).map(({ text }) => text),
    ...notes,
    ...(hidden > 0 ? [`it has ${hidden} servers more, which are not shown`] : []),
  ];
  return {
    autoScalingGroup,
    pipeline,
    ...(alsoOf.length > 0 && { alsoOf }),
    want: {
      ...(imageId && { imageId }),
      ...(id && { build: id }),
      ...(wanted && { version: wanted.rollout.version }),
      ...(wanted?.rollout.others && { others: wanted.rollout.others }),
    },
    problems,
    servers: servers.slice(0, MOST_SERVERS),
  };
}
