// How large an export will be, before it is made: from a few samples of its events, and what the other formats make
// of the same. An estimate for a menu and a progress bar, not a promise.

import { promisify } from 'node:util'
import { gzip, zstdCompress } from 'node:zlib'
import * as Effect from 'effect/Effect'
import { Database } from '../../db/database.ts'
import type { EventKind } from '../../domain/event.ts'
import { EVENT_JSON } from './event-json.ts'
import { EXPORT_FORMATS, infoOf, type ExportFormat } from './formats.ts'
import type { ExportPlan } from './plan.ts'

/** What one format would give. */
export interface Estimate {
  readonly format: ExportFormat
  readonly rows: number
  readonly bytes: number
}

const SAMPLES = 4
const SAMPLE_ROWS = 200
/** Longest event that still counts in full. */
const EVENT_CHARS = 4_000

const SAMPLE = (
  kinds: readonly EventKind[],
) => `SELECT json_group_array(substr(line, 1, ${EVENT_CHARS})) AS lines,
count(*) AS n, sum(kind = 'chat') AS chats,
sum(iif(kind = 'chat', length(coalesce(text, '')) + length(coalesce(nickname, handle, '')), 0)) AS chars
FROM (SELECT ${EVENT_JSON} AS line, kind, text, nickname, handle FROM
(SELECT * FROM events WHERE id > ?1 AND id <= ?2 ORDER BY id LIMIT ${SAMPLE_ROWS})
WHERE ${kinds.length === 0 ? '1' : `kind IN (${kinds.map((_, index) => `?${index + 3}`).join(', ')})`})`

/** What a line of CSV does without: keys, quotes, words for nothing; a time in words comes on top. */
const CSV_LESS = 210
const CSV_LEAST = 0.3
/** Once compressed, keys that are the same in every line are next to nothing. */
const CSV_SQUEEZED = 0.95
const PARQUET_OF_ZST = 0.8
const REPORT_BYTES = 14_000
const REPORT_BYTES_PER_MINUTE = 340
const REPORT_MINUTES_MAX = 240
/** What stands around one line of chat: times, place, styles. */
const AROUND = { ass: 82, srt: 40, vtt: 44 }
/** Subtitles without places of their own repeat what is still visible. */
const SRT_REPEATS = 4

/** Where a sample found none of the kinds that were asked for. */
const NOTHING_FOUND = { gz: 0.2, zst: 0.2, perEvent: 450, perChat: 30 }

const squeeze = (text: string) =>
  Effect.promise(async () => {
    const bytes = Buffer.from(text)
    const [gz, zst] = await Promise.all([promisify(gzip)(bytes), promisify(zstdCompress)(bytes)])
    const whole = Math.max(bytes.length, 1)
    return {
      gz: gz.length / whole,
      zst: zst.length / whole,
      bytes: bytes.length,
    }
  })

const sampled = Effect.fnUntraced(function* (plan: ExportPlan) {
  const database = yield* Database
  const lines: string[] = []
  let chats = 0
  let chars = 0
  const filled = plan.stretches.filter(({ after, last }) => last > after)
  const stretches = filled.slice(0, SAMPLES)
  const each = BigInt(Math.max(1, Math.floor(SAMPLES / Math.max(stretches.length, 1))))
  for (const { after, last } of stretches) {
    for (let index = 0n; index < each; index += 1n) {
      const from = after + ((last - after) * index) / each
      const [row] = yield* database.read(SAMPLE(plan.kinds), [from, last, ...plan.kinds])
      const found = row?.['lines']
      if (typeof found === 'string') lines.push(...(JSON.parse(found) as string[]))
      chats += Number(row?.['chats'] ?? 0)
      chars += Number(row?.['chars'] ?? 0)
    }
  }
  if (lines.length === 0) return NOTHING_FOUND
  const { gz, zst, bytes } = yield* squeeze(lines.join('\n'))
  const perChat = chats === 0 ? NOTHING_FOUND.perChat : chars / chats
  return { gz, zst, perEvent: bytes / lines.length + 1, perChat }
})

type Sampled = Effect.Success<ReturnType<typeof sampled>>

const bytesOf = (format: ExportFormat, rows: number, plan: ExportPlan, sample: Sampled): number => {
  const json = rows * sample.perEvent
  if (format === 'html') {
    const minutes = Math.min((plan.endedAt - plan.openedAt) / 60_000, REPORT_MINUTES_MAX)
    return REPORT_BYTES + minutes * REPORT_BYTES_PER_MINUTE
  }
  if (format === 'ass' || format === 'srt' || format === 'vtt') {
    const line = sample.perChat * (format === 'srt' ? SRT_REPEATS : 1) + AROUND[format]
    return 600 + rows * line
  }
  if (format === 'parquet') return 4_000 + json * sample.zst * PARQUET_OF_ZST
  if (format === 'csv') return 200 + Math.max(json - rows * CSV_LESS, json * CSV_LEAST)
  const squeezed = json * (format.startsWith('csv') ? CSV_SQUEEZED : 1)
  return format.endsWith('.gz')
    ? squeezed * sample.gz
    : format.endsWith('.zst')
      ? squeezed * sample.zst
      : json
}

/** Of one plan in its format. */
export const estimated = Effect.fn('estimated')(function* (plan: ExportPlan) {
  return Math.round(bytesOf(plan.format, plan.totalRows, plan, yield* sampled(plan)))
})

/** Of one session in every format. `plans` has one for each of what files are made of. */
export const estimates = Effect.fn('estimates')(function* (
  plans: Readonly<Record<'events' | 'chat' | 'session', ExportPlan>>,
) {
  const sample = yield* sampled(plans.events)
  return EXPORT_FORMATS.map((format): Estimate => {
    const plan = plans[infoOf(format).content]
    return { format, rows: plan.totalRows, bytes: Math.round(bytesOf(format, plan.totalRows, plan, sample)) }
  })
})
