// The body of an export on its way to a file: it is passed on as it is, and looked into on the way, so that a part
// is never taken for the whole. Where the bytes go is `export.ts`'s.

import { finished } from 'node:stream/promises'
import { createGunzip, createZstdDecompress } from 'node:zlib'
import type { Progress } from './progress.ts'

/** As the server names them; a name is the end of the file's name. */
export const FORMATS = [
  'ndjson',
  'ndjson.gz',
  'ndjson.zst',
  'csv',
  'csv.gz',
  'csv.zst',
  'parquet',
  'ass',
  'srt',
  'vtt',
  'html',
] as const
export type Format = (typeof FORMATS)[number]

/** Lines before the first row, or null where lines are no rows. */
export const headOf = (format: Format): number | null =>
  format.startsWith('ndjson') ? 0 : format.startsWith('csv') ? 1 : null

/** How a file ends when it is whole, where that can be told. */
const ENDS: Partial<Record<Format, string>> = { parquet: 'PAR1', html: '</html>\n' }
const TAIL_BYTES = 16

interface Look {
  readonly see: (chunk: Uint8Array) => Promise<void>
  /** Rejects when what came is not whole. */
  readonly end: () => Promise<void>
}

const lookAt = (progress: Progress): Look => ({
  see: async (chunk) => progress.count(chunk),
  end: async () => undefined,
})

const lookInto = (format: Format, progress: Progress): Look => {
  const inside = format.endsWith('.gz') ? createGunzip() : createZstdDecompress()
  inside.on('data', (chunk: Uint8Array) => progress.count(chunk))
  const over = finished(inside)
  // Waited for at the end; until then it must not be taken for forgotten.
  over.catch(() => undefined)
  return {
    see: async (chunk) => {
      if (inside.write(chunk)) return
      await Promise.race([new Promise((resolve) => inside.once('drain', resolve)), over])
    },
    end: async () => {
      inside.end()
      await over
    },
  }
}

const lookAtEnd = (format: Format): Look => {
  const wanted = ENDS[format]
  let tail = Buffer.alloc(0)
  return {
    see: async (chunk) => {
      tail = Buffer.concat([tail, chunk.subarray(-TAIL_BYTES)]).subarray(-TAIL_BYTES)
    },
    end: async () => {
      if (wanted !== undefined && !tail.toString('latin1').endsWith(wanted)) throw new Error('not whole')
    },
  }
}

const lookOf = (format: Format, progress: Progress): Look => {
  if (headOf(format) === null) return lookAtEnd(format)
  return format.endsWith('.gz') || format.endsWith('.zst') ? lookInto(format, progress) : lookAt(progress)
}

/** Passes the body on; throws what `brokenOff` makes when it is not whole. */
export const bodyOf = async function* (
  response: Response,
  format: Format,
  progress: Progress,
  brokenOff: () => Error,
): AsyncGenerator<Uint8Array> {
  if (response.body === null) return
  const look = lookOf(format, progress)
  try {
    for await (const chunk of response.body) {
      await look.see(chunk)
      progress.see(chunk)
      yield chunk
    }
    await look.end()
  } catch {
    throw brokenOff()
  }
  if (!progress.isComplete()) throw brokenOff()
}
