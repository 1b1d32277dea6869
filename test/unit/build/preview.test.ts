import fc from 'fast-check';
import { holdFor } from '../../../src/build/acts/hold';
import { endBuild, failBuild } from '../../../src/build/end/end';
import { findLockHolder } from '../../../src/build/lock';
import { findPlanned, type Preview, previewBuild } from '../../../src/build/plan/preview';
import { getRecord, updateRecord } from '../../../src/build/record';
import { describeDifferences } from '../../../src/pipeline/fingerprint';
import { useBakes } from './bakes';

const { available, usePipeline, plan, bake } = useBakes();

const preview = (parameters: Record<string, string> = {}, force = false) =>
  previewBuild({ pipeline: 'web', parameters, force, trigger: { kind: 'http' } });

test('a plan says what would be baked, and why', async () => {
  await bake({ REVISION: 'v6' });
  expect(await preview({ REVISION: 'v7' })).toMatchObject({
    id: expect.stringMatching(/^p-/),
    image: { bakes: true, why: ['parameter REVISION v6 -> v7'] },
    changes: [{ what: 'parameter REVISION', before: 'v6', after: 'v7' }],
    resolved: { REVISION: { value: 'v7', from: 'request', before: 'v6' } },
    blockers: [],
    notKnown: [expect.stringContaining('packages')],
    seconds: { builds: 1 },
  });
});

test('a plan of which nothing has changed says which image is used', async () => {
  const { id, imageId } = await bake();
  const { image, changes, notKnown } = await preview();
  expect([image, changes, notKnown]).toEqual([{ bakes: false, reuse: { build: id, imageId } }, [], []]);
});

test('after a build that was for once, a plan and its build say what is otherwise than of the image that is served now', async () => {
  const { id, imageId } = await bake({ REVISION: 'v6' });
  await bake({ REVISION: 'try' }, { once: true });
  const night = await preview();
  expect(night).toMatchObject({
    image: { bakes: false, reuse: { build: id, imageId } },
    changes: [{ what: 'parameter REVISION', before: 'try', after: 'v6' }],
  });
  const next = await preview({ REVISION: 'v7' });
  expect(next).toMatchObject({
    image: { bakes: true, why: ['parameter REVISION try -> v7'] },
    changes: [{ what: 'parameter REVISION', before: 'try', after: 'v7' }],
  });
  const { build } = await plan({ REVISION: 'v7' }, { plan: next.id });
  expect((await getRecord(build.id)).changed).toEqual(['parameter REVISION try -> v7']);
});

test('a plan says what would stop the build, and no build can be started with it', async () => {
  available.clear();
  const { blockers, id } = await preview();
  expect(blockers).toEqual([
    expect.stringMatching(/ami-0123456789abcdef0 is no image that this account can use/),
  ]);
  await expect(findPlanned('web', id)).rejects.toThrow('it had blockers');
});

test('a plan of a busy pipeline says which build runs', async () => {
  const { build } = await plan();
  expect(await preview()).toMatchObject({ running: build.id });
});

test('a plan says that its pipeline is held, and stops whom the hold does not let pass', async () => {
  await holdFor('web', { kind: 'person', by: 'ada', reason: 'release day' });
  expect(await preview()).toMatchObject({ hold: { by: 'ada', reason: 'release day' }, blockers: [] });
  await holdFor('web', {
    kind: 'person',
    by: 'ada',
    reason: 'release day',
    allow: ['arn:aws:iam::1:user/x'],
  });
  expect((await preview()).blockers).toEqual([expect.stringContaining('release day')]);
});

test('a plan of another pipeline, or one that is not there, starts no build', async () => {
  const { id } = await preview();
  await expect(findPlanned('api', id)).rejects.toThrow('no such plan of this pipeline');
  await expect(findPlanned('web', 'p-01KAS2N4Q7T9V0W1X2Y3Z4A5B6')).rejects.toThrow('no such plan');
});

test('a build with a plan fails when the script has changed since, and says so', async () => {
  const { id } = await preview();
  usePipeline({ script: 'false' });
  await expect(plan({}, { plan: id })).rejects.toMatchObject({
    name: 'PlanOutdated',
    message: expect.stringContaining('user data changed'),
  });
});

/** What may happen between a plan and its build, or before both. */
const HAPPENINGS = ['script', 'image', 'gone', 'rolledBack', 'once', 'nothing'] as const;

async function happen(what: (typeof HAPPENINGS)[number], last: { id: string; imageId: string }) {
  if (what === 'script') usePipeline({ script: 'echo other' });
  if (what === 'image') usePipeline({ image: ', skipChecks: { diskSpace: why }' });
  if (what === 'gone') available.delete(last.imageId);
  if (what === 'once') await bake({ REVISION: 'try' }, { once: true, force: true });
  if (what === 'rolledBack') await updateRecord(last.id, { rolledBack: { at: 'today', by: 'eva' } });
}

async function build(planned: Preview, parameters: Record<string, string>, force: boolean) {
  try {
    return await plan(parameters, { plan: planned.id, force });
  } catch (error) {
    return error as Error;
  }
}

test('a build with a plan does that plan, or fails with what has changed', async () => {
  const happening = fc.constantFrom(...HAPPENINGS);
  const property = fc.asyncProperty(happening, happening, fc.boolean(), async (before, between, force) => {
    usePipeline();
    const last = await bake({}, { force: true });
    await happen(before, last);
    const planned = await preview({}, force);
    await happen(between, last);
    const done = await build(planned, {}, force);
    if (done instanceof Error) {
      expect(['PlanOutdated', 'ImageRefused']).toContain(done.name);
      // What could not be built was told, or came between.
      expect(planned.blockers.length > 0 || between !== 'nothing').toBe(true);
    } else {
      expect(planned.blockers).toEqual([]);
      expect(done.plan.reuse === undefined).toBe(planned.image.bakes);
      expect(done.plan.reuse?.image.id).toBe(planned.image.reuse?.imageId);
      // What is served may be another image since, and the same is baked all the same.
      if (between !== 'once') expect((await getRecord(done.build.id)).changed).toEqual(planned.image.why);
      if (planned.image.why && !force && before !== 'gone')
        expect(planned.image.why).toEqual(describeDifferences(planned.changes));
    }
    await endAny();
  });
  await fc.assert(property, { numRuns: 40 });
});

async function endAny() {
  const id = await findLockHolder('web');
  if (!id) return;
  const { reused } = await getRecord(id);
  if (reused) await endBuild(id, 'UP_TO_DATE');
  else await failBuild(id, 'FAILED', { name: 'Over', message: 'the trial is over' });
}
