import type { Daemon } from '../system/daemon';
import { nextElapse } from './calendar';
import type { UnitClock } from './units/unit-clock';
import { parseSeconds, type UnitFile } from './units/unit-file';

/** A timer that runs until it is stopped: it sleeps until one of its settings elapses (systemd.timer(5)). */
export function startTimer(unit: UnitFile, clock: UnitClock, trigger: () => Promise<void>): Daemon {
  const stopped = new AbortController();
  void run(unit, clock, trigger, stopped.signal);
  return { stop: async () => stopped.abort(new Error(`${unit.name} stopped`)) };
}

async function run(
  unit: UnitFile,
  clock: UnitClock,
  trigger: () => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  let next = firstElapse(unit, clock);
  while (next !== undefined && !signal.aborted) {
    try {
      await clock.sleep(Math.max(0, (next - clock.now().getTime()) / 1000), signal);
    } catch {
      // It was stopped, or the machine was.
      return;
    }
    const activatedAt = clock.now().getTime();
    await trigger();
    next = earliest([
      ...spans(unit, 'OnUnitActiveSec').map((span) => activatedAt + span),
      ...spans(unit, 'OnUnitInactiveSec').map((span) => clock.now().getTime() + span),
      ...calendar(unit, clock),
    ]);
  }
}

function firstElapse(unit: UnitFile, clock: UnitClock): number | undefined {
  const now = clock.now().getTime();
  const booted = clock.bootedAt.getTime();
  return earliest([
    ...spans(unit, 'OnActiveSec').map((span) => now + span),
    ...[...spans(unit, 'OnBootSec'), ...spans(unit, 'OnStartupSec')].map((span) => booted + span),
    ...calendar(unit, clock),
  ]);
}

/** In milliseconds. */
function spans(unit: UnitFile, setting: string): number[] {
  return (unit.timer.get(setting) ?? []).map((value) => parseSeconds(value) * 1000);
}

function calendar(unit: UnitFile, clock: UnitClock): number[] {
  const settings = unit.timer.get('OnCalendar') ?? [];
  return settings.flatMap((setting) => nextElapse(setting, clock.now())?.getTime() ?? []);
}

function earliest(times: readonly number[]): number | undefined {
  return times.length === 0 ? undefined : Math.min(...times);
}
