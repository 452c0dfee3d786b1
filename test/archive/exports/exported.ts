// An export as tests read it: planned and produced in this thread, from a store of theirs.

import type { ExportOptions, ExportPlan } from '../../../src/archive/exports/plan.ts'
import { planExport } from '../../../src/archive/exports/plan.ts'
import { produce, type Bytes } from '../../../src/archive/exports/produce.ts'
import type { Store } from '../store.ts'

export interface Opened extends ExportPlan {
  readonly stream: Bytes
}

export const opened = async (store: Store, no: number, options: ExportOptions): Promise<Opened> => {
  const plan = await store.run(planExport(no, options))
  const read: Parameters<typeof produce>[1] = (sql, args) => {
    store.asked.push(sql)
    return store.rows(sql, args)
  }
  return { ...plan, stream: produce(plan, read) }
}

export const gathered = async (stream: Bytes): Promise<Buffer> => {
  const chunks: Uint8Array[] = []
  for await (const chunk of stream) chunks.push(chunk)
  return Buffer.concat(chunks)
}

/** UTF-8 and nothing else. */
export const textOf = (bytes: Uint8Array): string =>
  new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)

export const exported = async (store: Store, no: number, options: ExportOptions) => {
  const found = await opened(store, no, options)
  const bytes = await gathered(found.stream)
  return { ...found, bytes }
}
