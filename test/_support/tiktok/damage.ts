// Bytes and texts that are wrong on purpose.

import { gzipSync } from 'node:zlib'
import { nextLogId, wrap } from './frames.ts'

/** A payload whose first field claims more bytes than follow. */
export const undecodable = Uint8Array.from([0x0a, 0xff, 0xff, 0xff, 0x07, 0x12, 0x03, 0x61])

export const corruptFrame = (where: 'push' | 'gzip' | 'result'): Buffer => {
  if (where === 'push') return Buffer.from([0x42, 0xff, 0xff, 0xff, 0x7f, 0x00])
  if (where === 'result') return wrap(undecodable, nextLogId(), false)
  const bytes = gzipSync(Buffer.from('a fetch result that lost its middle on the way'.repeat(20)))
  bytes.fill(0xff, 12, bytes.byteLength - 8)
  return wrap(bytes, nextLogId(), true)
}

const varint = (value: number): number[] => {
  const bytes: number[] = []
  let rest = value
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128)
  return [...bytes, rest]
}

/**
 * Gzip that unpacks to a valid fetch result with one chat message of about `bytes` zeros. Gzip members may
 * follow one another, so the same small member is repeated and nothing big is ever made here.
 */
export const gzipBomb = (bytes: number): Buffer => {
  const block = 1 << 20
  const blocks = Math.max(1, Math.ceil(bytes / block))
  const method = Buffer.from('WebcastChatMessage')
  const payload = [0x12, ...varint(blocks * block)]
  const inner = Buffer.from([0x0a, method.byteLength, ...method, ...payload])
  const head = gzipSync(Buffer.from([0x0a, ...varint(inner.byteLength + blocks * block), ...inner]))
  const zeros = gzipSync(Buffer.alloc(block), { level: 9 })
  return Buffer.concat([head, ...Array.from({ length: blocks }, () => zeros)])
}

export const ODD_TEXTS: readonly string[] = [
  'nul \u0000 inside',
  '\u202Eoverride\u202C and \u2066isolate\u2069',
  "'); DROP TABLE events; --",
  '=HYPERLINK("http://example.invalid","x")',
  '<script>alert(1)</script>',
  'line\u2028separator\r\nand\ttab',
  '👩‍👩‍👧‍👦 family, e\u0301 combining, ﷽',
  '\uFEFFbyte order mark',
  '',
  ' ',
]

/** Three bytes of UTF-8, replaced by the three bytes that a lone surrogate would have. */
export const PLACEHOLDER = '\uE000'

/** The payload with the placeholder's bytes turned into a lone surrogate: no valid UTF-8 any more. */
export const loneSurrogate = (payload: Uint8Array): Uint8Array => {
  const bytes = Buffer.from(payload)
  const at = bytes.indexOf(Buffer.from(PLACEHOLDER))
  if (at >= 0) bytes.set([0xed, 0xa0, 0xbd], at)
  return bytes
}
