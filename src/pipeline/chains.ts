import { basePipelineOf, type Pipeline } from './pipeline';

/** What a pipeline names another with. */
interface Link {
  path: 'base.image' | 'triggers.imageOf';
  to: string;
}

function linksOf({ definition }: Pipeline): Link[] {
  const base = basePipelineOf(definition);
  const { imageOf } = definition.triggers;
  return [
    ...(base === undefined ? [] : [{ path: 'base.image' as const, to: base }]),
    ...(imageOf === undefined ? [] : [{ path: 'triggers.imageOf' as const, to: imageOf }]),
  ];
}

/**
 * What is wrong with how pipelines are built on each other: one that is not there, or a circle, in which each new image would start
 * the next build for ever.
 *
 * @param pipelines all of a deployment
 * @param others the names of those of which no more is known than that they are there
 * @returns a sentence each, with the pipeline and the path in its file
 */
export function findChainProblems(pipelines: readonly Pipeline[], others: Iterable<string> = []): string[] {
  const names = [...pipelines.map(({ name }) => name), ...others];
  const missing = pipelines.flatMap((pipeline) =>
    linksOf(pipeline)
      .filter(({ to }) => !names.includes(to))
      .map(
        ({ path, to }) =>
          `pipeline ${pipeline.name}, ${path}: expected the name of a pipeline that is there (${names.join(', ')}), got ${to}`,
      ),
  );
  return [...missing, ...findCircles(pipelines)];
}

function findCircles(pipelines: readonly Pipeline[]): string[] {
  const links = new Map(pipelines.map((pipeline) => [pipeline.name, linksOf(pipeline)]));
  const done = new Set<string>();
  const found: string[] = [];
  const visit = (name: string, way: readonly string[]) => {
    const at = way.indexOf(name);
    if (at >= 0) {
      found.push(`pipelines are built on each other in a circle: ${[...way.slice(at), name].join(' -> ')}`);
      return;
    }
    if (done.has(name)) return;
    done.add(name);
    for (const { to } of links.get(name) ?? []) visit(to, [...way, name]);
  };
  for (const { name } of pipelines) visit(name, []);
  return found;
}

/**
 * What is wrong with the SSM parameters in which pipelines name their images: in one that two of them name, whoever reads it would find now an
 * image of the one and now one of the other.
 *
 * @param pipelines all of a deployment
 * @returns a sentence each, with the pipelines and the paths in their files
 */
export function findSharedNames(pipelines: readonly Pipeline[]): string[] {
  const named = pipelines.flatMap(namesOf);
  return named.flatMap(({ pipeline, path, name }, at) => {
    const other = named.slice(0, at).find((one) => one.name === name && one.pipeline !== pipeline);
    if (!other) return [];
    return [
      `pipelines ${other.pipeline} (${other.path}) and ${pipeline} (${path}) both name their images in ${name}: whoever reads it would get those of both by turns. Have one of them name another.`,
    ];
  });
}

function namesOf({ name: pipeline, definition: { image } }: Pipeline) {
  const { parameter, channels = {} } = image;
  const all = [
    ['image.parameter', parameter],
    ['image.channels.tested', channels.tested],
    ['image.channels.proven', channels.proven],
  ] as const;
  return all.flatMap(([path, name]) => (name === undefined ? [] : [{ pipeline, path, name }]));
}
