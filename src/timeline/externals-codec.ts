import { ByteReader } from '../index/byte-reader.js';
import { ByteWriter } from '../index/byte-writer.js';
import { attributeCount, readAttribute } from '../index/field-codecs.js';
import { MOST } from '../events/limits.js';
import type { BaseTree, ExternalNode } from './base-tree.js';

const VERSION = 1;

/**
 * Index meta 'externals': base nodes outside the roots.
 *
 *   uint version │ uint nodes │ node …
 *   node: uint file, mode, nlink, uid, gid, rdev, size │ text identity │ bigint mtime, ctime │ byte flags
 *         [text target] [uint n, n × (text name, bytes value)] │ uint names, names × (uint parent, text name)
 *   flags: 1 has a target · 2 has xattrs · 4 listed
 */
export function encodeExternals(base: BaseTree): Uint8Array {
  const rows = base.externals();
  const out = new ByteWriter(4096);
  out.uint(VERSION);
  out.uint(rows.length);
  for (const { node, names } of rows) {
    for (const value of [node.file, node.mode, node.nlink, node.uid, node.gid, node.rdev, node.sizeBytes])
      out.uint(value);
    out.text(node.identity);
    out.bigint(node.mtimeNs);
    out.bigint(node.ctimeNs);
    out.byte((node.target === null ? 0 : 1) | (node.xattrs === null ? 0 : 2) | (node.listed ? 4 : 0));
    if (node.target !== null) out.text(node.target);
    if (node.xattrs !== null) {
      out.uint(node.xattrs.size);
      for (const [name, value] of node.xattrs) {
        out.text(name);
        out.bytes(value);
      }
    }
    out.uint(names.length);
    for (const { parent, name } of names) {
      out.uint(parent);
      out.text(name);
    }
  }
  return Buffer.from(out.view());
}

/** One row for each name, and one with parent 0 for a node that has none. */
export function decodeExternals(bytes: Uint8Array): ExternalNode[] {
  const input = new ByteReader(bytes, "The index's list of nodes outside the roots");
  const version = input.uint();
  if (version !== VERSION) input.damaged(`version ${version} is not ${VERSION}`);
  const nodes: ExternalNode[] = [];
  for (let left = input.count(); left > 0; left--) {
    const [file, mode, nlink, uid, gid, rdev, sizeBytes] = Array.from({ length: 7 }, () => input.uint()) as [
      number,
      number,
      number,
      number,
      number,
      number,
      number,
    ];
    const identity = input.text();
    const mtimeNs = input.bigint();
    const ctimeNs = input.bigint();
    const flags = input.byte();
    const target = flags & 1 ? input.text(MOST.targetBytes) : null;
    const xattrs = flags & 2 ? readXattrs(input) : null;
    const listed = (flags & 4) !== 0;
    const node = { file, mode, nlink, uid, gid, rdev, sizeBytes, identity, mtimeNs, ctimeNs, target, xattrs, listed };
    const names = input.count();
    if (names === 0) nodes.push({ ...node, parent: 0, name: '' });
    for (let at = 0; at < names; at++) nodes.push({ ...node, parent: input.uint(), name: input.name() });
  }
  return nodes;
}

function readXattrs(input: ByteReader): ReadonlyMap<string, Uint8Array> {
  const xattrs = new Map<string, Uint8Array>();
  for (let left = attributeCount(input); left > 0; left--) {
    xattrs.set(input.text(MOST.attributeNameBytes), Buffer.from(readAttribute(input)));
  }
  return xattrs;
}
