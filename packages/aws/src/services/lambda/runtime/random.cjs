// @ts-check
// Takes all that is random in this thread from seeds, so that a run can be repeated.
const crypto = require('node:crypto');
const { syncBuiltinESMExports } = require('node:module');

/** @type {import('node:crypto').Cipher | undefined} */
let cipher;

/**
 * Begins anew with another seed.
 *
 * @param {string} seed
 */
function seedRandom(seed) {
  const key = crypto.createHash('sha256').update(seed).digest();
  cipher = crypto.createCipheriv('aes-256-ctr', key, Buffer.alloc(16));
}

/** Random numbers come from the last seed that was given, from now on. */
function installRandom() {
  const stream = () => {
    if (!cipher) throw new Error('no seed was given');
    return cipher;
  };
  const bytes = (/** @type {number} */ count) => stream().update(Buffer.alloc(count));
  const fraction = () => bytes(6).readUIntBE(0, 6) / 2 ** 48;

  /** @type {typeof crypto.randomUUID} */
  const randomUUID = () => {
    const id = bytes(16);
    id[6] = ((id[6] ?? 0) & 0x0f) | 0x40;
    id[8] = ((id[8] ?? 0) & 0x3f) | 0x80;
    const hex = id.toString('hex');
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
  };

  /**
   * @param {ArrayBufferView} view
   * @param {number} [offset]
   * @param {number} [size]
   */
  const fill = (view, offset = 0, size = view.byteLength - offset) => {
    new Uint8Array(view.buffer, view.byteOffset, view.byteLength).set(bytes(size), offset);
    return view;
  };

  /**
   * Gives an answer to the callback where there is one, as Node's own functions do.
   *
   * @param {unknown} callback
   * @param {unknown} value
   */
  const give = (callback, value) =>
    typeof callback === 'function' ? void setImmediate(() => callback(null, value)) : value;

  Math.random = fraction;
  Object.assign(crypto, {
    randomUUID,
    randomBytes: (/** @type {number} */ count, /** @type {unknown} */ callback) =>
      give(callback, bytes(count)),
    randomFillSync: fill,
    randomFill: (/** @type {ArrayBufferView} */ view, /** @type {unknown[]} */ ...rest) => {
      const [offset, size] = /** @type {number[]} */ (rest.filter((one) => typeof one === 'number'));
      give(rest.at(-1), fill(view, offset, size));
    },
    randomInt: (/** @type {number} */ first, /** @type {unknown} */ second, /** @type {unknown} */ third) => {
      const [least, end, callback] = typeof second === 'number' ? [first, second, third] : [0, first, second];
      return give(callback, least + Math.floor(fraction() * (end - least)));
    },
  });
  for (const web of new Set([crypto.webcrypto, globalThis.crypto]))
    Object.defineProperties(web, {
      getRandomValues: { value: fill, configurable: true, writable: true },
      randomUUID: { value: randomUUID, configurable: true, writable: true },
    });
  syncBuiltinESMExports();
}

module.exports = { installRandom, seedRandom };
