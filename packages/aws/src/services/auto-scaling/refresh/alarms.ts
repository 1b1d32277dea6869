import { z } from 'zod';
import type { AwsEvent, EventBus } from '../../../core/event-bus';

const StateChange = z.object({ alarmName: z.string(), state: z.object({ value: z.string() }) });

/** CloudWatch's alarms that ring, by what they announce. */
export class Alarms {
  /** Ends the watching. */
  readonly stop: () => void;
  private readonly ringing = new Set<string>();

  /** @param onAlarm called whenever an alarm goes into ALARM */
  constructor(bus: EventBus, onAlarm: () => void) {
    this.stop = bus.subscribe((event, busName) => {
      if (busName !== 'default' || !isStateChange(event)) return;
      const { data } = StateChange.safeParse(event.detail);
      if (!data) return;
      this.ringing.delete(data.alarmName);
      if (data.state.value !== 'ALARM') return;
      this.ringing.add(data.alarmName);
      onAlarm();
    });
  }

  /** The first of the alarms that is in ALARM. */
  firstRinging(names: readonly string[]): string | undefined {
    return names.find((name) => this.ringing.has(name));
  }
}

function isStateChange(event: AwsEvent): boolean {
  return event.source === 'aws.cloudwatch' && event['detail-type'] === 'CloudWatch Alarm State Change';
}
