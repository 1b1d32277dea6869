import { color } from '../view/terminal';

/** Where the story is told: to a person as it happens, or to nobody until its end. */
export interface Teller {
  chapter(title: string): void;
  /** @param seconds AWS seconds since the chapter's build began; left out outside of a build */
  line(text: string, seconds?: number): void;
}

export const silent: Teller = { chapter: () => {}, line: () => {} };

export const aloud: Teller = {
  chapter: (title) => console.log(`\n${color.bold(title)}`),
  line: (text, seconds) =>
    console.log(`  ${seconds === undefined ? '     ' : color.dim(clockText(seconds))}  ${text}`),
};

/** Minutes and seconds, `m:ss`. */
export function clockText(seconds: number): string {
  const whole = Math.round(seconds);
  return `${String(Math.floor(whole / 60)).padStart(2)}:${String(whole % 60).padStart(2, '0')}`;
}
