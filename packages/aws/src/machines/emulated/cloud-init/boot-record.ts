import type { Disk } from '../disk/disk';

/** The stages of a boot, as cloud-init names them. */
export type Stage = 'init-local' | 'init' | 'modules-config' | 'modules-final';

interface StageTimes {
  errors: string[];
  finished: number | null;
  start: number | null;
}

const DATASOURCE = 'DataSourceEc2';
const DATA = '/var/lib/cloud/data';
export const RUN = '/run/cloud-init';

/** Where cloud-init says how far it is, and how it ended; as scripts read it. */
export const STATUS_FILE = `${RUN}/status.json`;
export const RESULT_FILE = `${RUN}/result.json`;

/**
 * What cloud-init writes of a boot: `status.json` from its start, `result.json` at its end.
 * https://docs.cloud-init.io/en/22.2.2/topics/boot.html
 */
export class BootRecord {
  private readonly stages: Record<Stage, StageTimes> = {
    'init-local': { errors: [], finished: null, start: null },
    init: { errors: [], finished: null, start: null },
    'modules-config': { errors: [], finished: null, start: null },
    'modules-final': { errors: [], finished: null, start: null },
  };
  private stage: Stage | null = null;

  constructor(
    private readonly disk: Disk,
    private readonly now: () => Date,
  ) {
    disk.makeDirectory(DATA);
    disk.makeDirectory(RUN);
    disk.install(`${RUN}/enabled`, '');
    for (const name of ['status.json', 'result.json']) {
      disk.remove(`${DATA}/${name}`);
      disk.remove(`${RUN}/${name}`);
      disk.makeSymlink(`../..${DATA}/${name}`, `${RUN}/${name}`);
    }
  }

  /** A stage begins; the one before has ended. */
  begin(stage: Stage): void {
    this.endStage();
    this.stage = stage;
    this.stages[stage].start = this.seconds();
    this.write();
  }

  /** Something went wrong in the stage that it is in. */
  fail(error: string): void {
    if (this.stage) this.stages[this.stage].errors.push(error);
  }

  finish(): void {
    this.endStage();
    this.write();
    const errors = Object.values(this.stages).flatMap((stage) => stage.errors);
    this.disk.install(`${DATA}/result.json`, toJson({ v1: { datasource: DATASOURCE, errors } }));
  }

  private endStage(): void {
    if (this.stage) this.stages[this.stage].finished = this.seconds();
    this.stage = null;
  }

  private seconds(): number {
    return this.now().getTime() / 1000;
  }

  private write(): void {
    const v1 = { datasource: DATASOURCE, ...this.stages, stage: this.stage };
    this.disk.install(`${DATA}/status.json`, toJson({ v1 }));
  }
}

function toJson(value: unknown): string {
  return `${JSON.stringify(value, undefined, 1)}\n`;
}
