// An upload in parts as numbers: which parts there are, which are still to be sent, what was sent of all of them, and
// whether a file that is chosen again is the one of which a part is there already. Pure.

/** S3 takes no smaller part but the last; the server holds a part in memory while it passes on. */
export const PART_BYTES = 8 * 1_048_576

export interface Part {
  readonly number: number
  /** The first byte, and the first that is no longer in it. */
  readonly start: number
  readonly end: number
}

export const partsOf = (sizeBytes: number, partBytes = PART_BYTES): readonly Part[] =>
  Array.from({ length: Math.max(1, Math.ceil(sizeBytes / partBytes)) }, (_, index) => ({
    number: index + 1,
    start: index * partBytes,
    end: Math.min(sizeBytes, (index + 1) * partBytes),
  }))

/** By part number. */
export type Etags = Readonly<Record<number, string>>

export const missingOf = (parts: readonly Part[], etags: Etags): readonly Part[] =>
  parts.filter(({ number }) => etags[number] === undefined)

/** Bytes of the parts that are there, and of those on their way. */
export const sentBytes = (
  parts: readonly Part[],
  etags: Etags,
  onTheWay: ReadonlyMap<number, number>,
): number =>
  parts.reduce(
    (sum, { number, start, end }) =>
      sum + (etags[number] === undefined ? Math.min(end - start, onTheWay.get(number) ?? 0) : end - start),
    0,
  )

/** What is remembered of an upload in parts, so that it can go on after the page was closed. */
export interface Kept {
  readonly uploadId: string
  readonly key: string
  readonly name: string
  readonly sizeBytes: number
  readonly modifiedAt: number
  readonly partBytes: number
  readonly etags: Etags
  readonly startedAt: number
}

export interface FileFacts {
  readonly name: string
  readonly size: number
  readonly lastModified: number
}

/** The server gives an upload in parts up after a day. */
export const KEPT_MS = 23 * 3_600_000
export const KEPT_MAX = 20

export const isSame = (kept: Kept, file: FileFacts, key: string, now: number): boolean =>
  kept.key === key &&
  kept.name === file.name &&
  kept.sizeBytes === file.size &&
  kept.modifiedAt === file.lastModified &&
  now - kept.startedAt < KEPT_MS

const isKept = (value: unknown): value is Kept => {
  if (typeof value !== 'object' || value === null) return false
  const { uploadId, key, name, sizeBytes, modifiedAt, partBytes, etags, startedAt } = value as Kept
  return (
    [uploadId, key, name].every((text) => typeof text === 'string') &&
    [sizeBytes, modifiedAt, partBytes, startedAt].every((number) => Number.isFinite(number)) &&
    typeof etags === 'object' &&
    etags !== null
  )
}

/** What was written down; whatever is not of this shape, or too old, is left out. */
export const readKept = (text: string | null, now: number): readonly Kept[] => {
  if (text === null) return []
  try {
    const list: unknown = JSON.parse(text)
    if (!Array.isArray(list)) return []
    return list.filter(isKept).filter(({ startedAt }) => now - startedAt < KEPT_MS)
  } catch {
    return []
  }
}

/** The list with this one in place of what it was; the newest are kept. */
export const withKept = (list: readonly Kept[], kept: Kept): readonly Kept[] =>
  [kept, ...list.filter(({ uploadId }) => uploadId !== kept.uploadId)].slice(0, KEPT_MAX)

/** Bytes a second from what was sent lately, smoothed so that it can be read. */
export class Speed {
  #at: number | null = null
  #bytes = 0
  #perSecond = 0

  note(bytes: number, at: number): void {
    if (this.#at === null || bytes < this.#bytes) {
      this.#at = at
      this.#bytes = bytes
      return
    }
    const seconds = (at - this.#at) / 1_000
    if (seconds < 0.5) return
    const now = (bytes - this.#bytes) / seconds
    this.#perSecond = this.#perSecond === 0 ? now : this.#perSecond * 0.7 + now * 0.3
    this.#at = at
    this.#bytes = bytes
  }

  get perSecond(): number {
    return this.#perSecond
  }

  /** Milliseconds that are left; null while nobody can say. */
  leftMs(bytes: number, sizeBytes: number): number | null {
    return this.#perSecond < 1 ? null : ((sizeBytes - bytes) / this.#perSecond) * 1_000
  }
}

/** How long to wait before a piece is sent again; full seconds, never longer than half a minute. */
export const againMs = (failures: number, random = Math.random()): number =>
  Math.round(Math.min(30_000, 1_000 * 2 ** Math.min(failures, 6)) * (0.5 + random / 2))
