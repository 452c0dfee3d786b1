// A plan becomes bytes: which format reads what, and how it is written. It knows no threads, HTTP or files;
// what is written by several formats alike is beside it. Each format is loaded when it is asked for.

import { compressed, type Compression } from './compression.ts'
import type { ExportFormat } from './formats.ts'
import type { ExportPlan } from './plan.ts'
import { walk, type Read } from './walk.ts'

export type Bytes = AsyncIterable<Uint8Array>
/** Reads nothing before it is pulled. */
export type Produce = (plan: ExportPlan, read: Read) => Bytes

interface EventWriter {
  readonly body: string
  readonly rows: number
  readonly write: (pages: AsyncIterable<string>, plan: ExportPlan) => Bytes
}

const eventWriters = {
  ndjson: async () => {
    const { BODY, ndjson, ROWS } = await import('./ndjson.ts')
    return { body: BODY, rows: ROWS, write: ndjson }
  },
  csv: async () => {
    const { BODY, csv, ROWS } = await import('./csv.ts')
    return { body: BODY, rows: ROWS, write: csv }
  },
  parquet: async () => {
    const { BODY, parquet, ROWS } = await import('./parquet.ts')
    return { body: BODY, rows: ROWS, write: parquet }
  },
} satisfies Readonly<Record<string, () => Promise<EventWriter>>>

const events = (writer: keyof typeof eventWriters): Produce =>
  async function* (plan, read) {
    const { body, rows, write } = await eventWriters[writer]()
    yield* write(walk(read, plan.stretches, { body, rows, kinds: plan.kinds }), plan)
  }

const withCompression =
  (produce: Produce, compression: Compression): Produce =>
  (plan, read) =>
    compressed(produce(plan, read), compression)

const chat = (format: 'ass' | 'srt' | 'vtt'): Produce =>
  async function* (plan, read) {
    const { subtitles } = await import('./chat/subtitles.ts')
    yield* subtitles(format, plan, read)
  }

const report: Produce = async function* (plan, read) {
  const { reportOf } = await import('./report/report.ts')
  yield await reportOf(plan, read)
}

const PRODUCERS: Readonly<Record<ExportFormat, Produce>> = {
  ndjson: events('ndjson'),
  'ndjson.gz': withCompression(events('ndjson'), 'gz'),
  'ndjson.zst': withCompression(events('ndjson'), 'zst'),
  csv: events('csv'),
  'csv.gz': withCompression(events('csv'), 'gz'),
  'csv.zst': withCompression(events('csv'), 'zst'),
  parquet: events('parquet'),
  ass: chat('ass'),
  srt: chat('srt'),
  vtt: chat('vtt'),
  html: report,
}

export const produce: Produce = (plan, read) => PRODUCERS[plan.format](plan, read)
