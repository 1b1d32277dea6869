import { createHash, randomBytes } from 'node:crypto';
import { type IncomingMessage, request } from 'node:http';
import type { Duplex } from 'node:stream';

/** RFC 6455, 1.3. */
const ACCEPTED_BY = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const TEXT = 0x1;
const CLOSE = 0x8;
const LAST_PART = 0x80;
const MASKED = 0x80;
/** What fits without a length of its own. */
const LONGEST_PAYLOAD = 125;

interface Frame {
  readonly opcode: number;
  readonly payload: Buffer;
}

/** A web socket with short messages, as much of RFC 6455 as a talk needs. */
class WebSocketEnd {
  private heard = Buffer.alloc(0);
  private readonly frames: Frame[] = [];
  private wake: () => void = () => {};
  private isClosed = false;

  /** @param masks clients mask what they say */
  constructor(
    private readonly socket: Duplex,
    head: Buffer,
    private readonly masks: boolean,
  ) {
    socket.on('data', (data: Buffer) => this.hear(data));
    socket.on('error', () => socket.destroy());
    socket.once('close', () => {
      this.isClosed = true;
      this.wake();
    });
    if (head.length > 0) this.hear(head);
  }

  say(opcode: number, payload: Buffer): void {
    if (payload.length > LONGEST_PAYLOAD) throw new RangeError(`${payload.length} bytes are too many`);
    const key = this.masks ? randomBytes(4) : undefined;
    const length = payload.length + (key ? MASKED : 0);
    const header = Buffer.from([LAST_PART + opcode, length, ...(key ?? [])]);
    this.socket.write(Buffer.concat([header, key ? applyMask(payload, key) : payload]));
  }

  /** The next frame; undefined when the connection has closed. */
  async next(): Promise<Frame | undefined> {
    while (this.frames.length === 0 && !this.isClosed)
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    return this.frames.shift();
  }

  private hear(data: Buffer): void {
    this.heard = Buffer.concat([this.heard, data]);
    for (;;) {
      const [first = 0, second = 0] = this.heard;
      const begin = second & MASKED ? 6 : 2;
      const end = begin + (second & ~MASKED);
      if (this.heard.length < 2 || this.heard.length < end) break;
      const payload = this.heard.subarray(begin, end);
      const key = second & MASKED ? this.heard.subarray(2, begin) : undefined;
      this.frames.push({ opcode: first & 0xf, payload: key ? applyMask(payload, key) : payload });
      this.heard = this.heard.subarray(end);
    }
    this.wake();
  }
}

function applyMask(payload: Buffer, key: Buffer): Buffer {
  return Buffer.from(payload.map((byte, index) => byte ^ (key[index % 4] ?? 0)));
}

function acceptOf(key: string): string {
  return createHash('sha1').update(`${key}${ACCEPTED_BY}`).digest('base64');
}

/** The server's side: says everything again, until the client closes. */
export async function echoTalk(incoming: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
  const accept = acceptOf(String(incoming.headers['sec-websocket-key']));
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
  );
  const end = new WebSocketEnd(socket, head, false);
  for (let frame = await end.next(); frame; frame = await end.next()) {
    end.say(frame.opcode, frame.payload);
    if (frame.opcode === CLOSE) break;
  }
  socket.end();
}

/**
 * A talk over a web socket: each message is said, and heard again before the next.
 *
 * @param pause called after each message
 * @throws Error where it does not come about, or ends before it is over
 */
export async function talk(
  url: string,
  messages: readonly string[],
  pause: () => Promise<void>,
): Promise<void> {
  const { socket, head } = await shakeHands(url);
  try {
    const end = new WebSocketEnd(socket, head, true);
    const hearAgain = async (opcode: number, text: string) => {
      end.say(opcode, Buffer.from(text));
      const frame = await end.next();
      if (!frame) throw new Error(`${url}: the talk broke off`);
      if (frame.opcode !== opcode || frame.payload.toString() !== text)
        throw new Error(`${url}: said ${text}, heard ${frame.payload}`);
    };
    for (const message of messages) {
      await hearAgain(TEXT, message);
      await pause();
    }
    await hearAgain(CLOSE, '');
  } finally {
    socket.destroy();
  }
}

function shakeHands(url: string): Promise<{ socket: Duplex; head: Buffer }> {
  return new Promise((resolve, reject) => {
    const key = randomBytes(16).toString('base64');
    const headers = {
      Connection: 'Upgrade',
      Upgrade: 'websocket',
      'Sec-WebSocket-Key': key,
      'Sec-WebSocket-Version': '13',
    };
    const sent = request(url, { headers, agent: false });
    sent.once('upgrade', (answer, socket, head) => {
      if (answer.headers['sec-websocket-accept'] === acceptOf(key)) resolve({ socket, head });
      else reject(new Error(`${url}: this is no web socket`));
    });
    sent.once('response', (answer) => {
      answer.resume();
      reject(new Error(`${url}: ${answer.statusCode} instead of a web socket`));
    });
    sent.once('error', reject);
    sent.end();
  });
}
