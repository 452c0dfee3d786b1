// What a GET of a file asks for besides the file: which part, and whether at all (RFC 9110 §13, §14). Pure.

import type { ByteRange } from '../assets/store.ts'

export interface Validators {
  /** With its quotes, strong. */
  readonly etag: string
  /** Milliseconds UTC. */
  readonly modifiedAt: number
  readonly sizeBytes: number
}

export interface Conditions {
  readonly ifNoneMatch: string | undefined
  readonly ifModifiedSince: string | undefined
  readonly ifRange: string | undefined
  readonly range: string | undefined
}

export type Decision =
  | { readonly status: 200 | 304 | 416 }
  | { readonly status: 206; readonly range: ByteRange }

const TAGS = /(?:W\/)?"[\x21\x23-\x7e\x80-\xff]*"/g

/** Weakly: the same tag, however strong. */
const matches = (header: string, etag: string): boolean =>
  header.trim() === '*' || (header.match(TAGS) ?? []).some((tag) => tag.replace(/^W\//, '') === etag)

const seconds = (at: number): number => Math.floor(at / 1_000)
const dateOf = (text: string): number | null => {
  const at = Date.parse(text)
  return Number.isNaN(at) ? null : seconds(at)
}

/** Whether the part is one of this very content: strongly, or by its very date. */
const isSame = (ifRange: string, { etag, modifiedAt }: Validators): boolean =>
  ifRange.includes('"') ? ifRange.trim() === etag : dateOf(ifRange) === seconds(modifiedAt)

/** Null: no range that is understood, and the whole is answered. Several ranges are refused, not joined. */
const rangeOf = (header: string, sizeBytes: number): ByteRange | 'refused' | null => {
  const [, set] = /^bytes\s*=\s*(.*)$/i.exec(header.trim()) ?? []
  if (set === undefined) return null
  if (set.includes(',')) return 'refused'
  const [, from, to] = /^([0-9]{0,15})-([0-9]{0,15})$/.exec(set.trim()) ?? []
  if (from === undefined || to === undefined || (from === '' && to === '')) return null
  if (from === '') {
    const suffix = Math.min(Number(to), sizeBytes)
    return suffix === 0 ? 'refused' : { first: sizeBytes - suffix, last: sizeBytes - 1 }
  }
  const first = Number(from)
  const last = to === '' ? sizeBytes - 1 : Math.min(Number(to), sizeBytes - 1)
  if (to !== '' && Number(to) < first) return null
  return first >= sizeBytes ? 'refused' : { first, last }
}

export const decide = (asked: Conditions, content: Validators): Decision => {
  const { ifNoneMatch, ifModifiedSince, ifRange, range } = asked
  if (ifNoneMatch !== undefined) {
    if (matches(ifNoneMatch, content.etag)) return { status: 304 }
  } else if (ifModifiedSince !== undefined) {
    const since = dateOf(ifModifiedSince)
    if (since !== null && seconds(content.modifiedAt) <= since) return { status: 304 }
  }
  if (range === undefined || (ifRange !== undefined && !isSame(ifRange, content))) return { status: 200 }
  const found = rangeOf(range, content.sizeBytes)
  if (found === null) return { status: 200 }
  return found === 'refused' ? { status: 416 } : { status: 206, range: found }
}
