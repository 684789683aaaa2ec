import { crc32 } from 'node:zlib';

export interface RawEntry {
  name: string;
  bytes: Uint8Array;
  /** As stored; 0 unless told. */
  method?: number;
  flags?: number;
  /** What the entry claims to measure when unpacked. */
  claims?: number;
  /** What the directory says about its checksum. */
  sum?: number;
}

/** A zip with whatever it is told to have: names, sizes and duplicates that no well-behaved tool writes. */
export function rawZip(entries: readonly RawEntry[]): Buffer {
  const bodies: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const entry of entries) {
    const local = localHeader(entry);
    directory.push(directoryLine(entry, offset));
    bodies.push(local, Buffer.from(entry.bytes));
    offset += local.length + entry.bytes.length;
  }
  const lines = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(lines.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...bodies, lines, end]);
}

/** The part that local header and directory line share. */
function facts({
  name,
  bytes,
  method = 0,
  flags = 0x800,
  claims = bytes.length,
  sum = crc32(bytes),
}: RawEntry): Buffer {
  const at = Buffer.alloc(26);
  at.writeUInt16LE(20, 0);
  at.writeUInt16LE(flags, 2);
  at.writeUInt16LE(method, 4);
  at.writeUInt32LE(sum, 10);
  at.writeUInt32LE(bytes.length, 14);
  at.writeUInt32LE(claims, 18);
  at.writeUInt16LE(Buffer.byteLength(name), 22);
  return at;
}

function localHeader(entry: RawEntry): Buffer {
  const magic = Buffer.alloc(4);
  magic.writeUInt32LE(0x04034b50);
  return Buffer.concat([magic, facts(entry), Buffer.from(entry.name)]);
}

function directoryLine(entry: RawEntry, offset: number): Buffer {
  const magic = Buffer.alloc(6);
  magic.writeUInt32LE(0x02014b50);
  const rest = Buffer.alloc(14);
  rest.writeUInt32LE(offset, 10);
  return Buffer.concat([magic, facts(entry), rest, Buffer.from(entry.name)]);
}
