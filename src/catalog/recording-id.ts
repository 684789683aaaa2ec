import { randomBytes } from 'node:crypto';
import { invariant } from '../errors.js';
import { ID_SHAPE } from './manifest.js';

const CONSONANTS = 'bcdfghjkmnpqrstvwxz';
const BASE32 = '0123456789abcdefghjkmnpqrstvwxyz';

/** Random: 6 × 10¹¹ of them. The caller makes sure that it is free. */
export function newRecordingId(): string {
  const bytes = randomBytes(9);
  let id = CONSONANTS[bytes.readUInt16LE(0) % CONSONANTS.length] as string;
  for (const byte of bytes.subarray(2)) id += BASE32[byte % BASE32.length];
  invariant(ID_SHAPE.test(id), `${id} is not a recording id`);
  return id;
}
