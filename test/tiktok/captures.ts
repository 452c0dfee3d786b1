// The captured messages, which are data beside the repository: tests that need them say so when they are not there.

import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'

export const CAPTURES = fileURLToPath(new URL('../../../shared/captures/webcast.ndjson.gz', import.meta.url))

export interface Captured {
  readonly method: string
  readonly payload: Buffer
}

/** The captured messages, or null where the file is not there. */
export const captures = (): readonly Captured[] | null =>
  existsSync(CAPTURES)
    ? gunzipSync(readFileSync(CAPTURES))
        .toString()
        .trim()
        .split('\n')
        .map((line) => {
          const { method, payload } = JSON.parse(line) as { method: string; payload: string }
          return { method, payload: Buffer.from(payload, 'base64') }
        })
    : null
