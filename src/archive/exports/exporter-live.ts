// A thread for each export while it is read: started by the first pull, fed by the next ones, gone with the reader.
// How many there are at once is decided by whoever opens them.

import { Worker } from 'node:worker_threads'
import * as Effect from 'effect/Effect'
import * as Layer from 'effect/Layer'
import * as Redacted from 'effect/Redacted'
import { Database } from '../../db/database.ts'
import { DbError } from '../../domain/errors.ts'
import { Exporter } from './exporter.ts'
import type { ExportPlan } from './plan.ts'
import type { ExportData, FromExport, ToExport } from './thread.ts'

export interface ExporterOptions {
  readonly url: string
  readonly authToken: Redacted.Redacted<string> | null
}

/** Made ahead of the reader: one piece on its way and one being made. */
const AHEAD = 2
/** Far more than any format needs (a row group, in all its columns, takes 60): a last resort, not a budget. */
const HEAP_MB = 512
/** Pages are soon forgotten: collecting more often costs little, and holds a third less. */
const YOUNG_MB = 16
/**
 * A thread that was told to stop and does not, because it hangs in the disk, is left to itself. It is never
 * terminated: the native driver (libsql 0.5.29) ends the whole process when its thread ends in the middle of a query.
 */
const STOP_LIMIT_MS = 5_000

const failureOf = ({ failure, name }: Extract<FromExport, { type: 'failed' }>): Error =>
  failure === null ? new Error(`the export failed: ${name}`) : new DbError(failure)

/** One export's thread as the pieces it gives. */
class ExportThread implements AsyncIterator<Uint8Array, undefined> {
  readonly #worker: Worker
  readonly #pieces: Uint8Array[] = []
  #failure: Error | null = null
  #isOver = false
  #wake: (() => void) | null = null
  readonly gone: Promise<void>

  constructor(data: ExportData) {
    const worker = new Worker(new URL('../../exporter.ts', import.meta.url), {
      name: 'export',
      workerData: data,
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MB, maxYoungGenerationSizeMb: YOUNG_MB },
    })
    this.#worker = worker
    worker.on('message', (message: FromExport) => {
      if (message.type === 'piece') this.#pieces.push(message.bytes)
      else this.#end(message.type === 'end' ? null : failureOf(message))
      this.#wake?.()
    })
    worker.on('error', (error) => this.#end(error instanceof Error ? error : new Error('unknown')))
    this.gone = new Promise((resolve) => {
      worker.on('exit', () => {
        this.#end(new Error('the thread of the export ended'))
        resolve()
      })
    })
  }

  #end(failure: Error | null): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#failure = failure
    this.#wake?.()
  }

  #say(message: ToExport): void {
    // eslint-disable-next-line unicorn/require-post-message-target-origin
    this.#worker.postMessage(message)
  }

  async next(): Promise<IteratorResult<Uint8Array, undefined>> {
    while (this.#pieces.length === 0 && !this.#isOver) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
    const piece = this.#pieces.shift()
    if (piece !== undefined) {
      this.#say('more')
      return { done: false, value: piece }
    }
    // It is over when nothing of it is left, neither thread nor connection.
    await this.stop()
    if (this.#failure !== null) throw this.#failure
    return { done: true, value: undefined }
  }

  async stop(): Promise<void> {
    this.#end(null)
    this.#pieces.length = 0
    this.#say('stop')
    const late = Promise.withResolvers<void>()
    const limit = setTimeout(late.resolve, STOP_LIMIT_MS)
    await Promise.race([this.gone, late.promise])
    clearTimeout(limit)
  }
}

export interface OwnExporter {
  readonly exporter: Exporter['Service']
  /** Ends every export that still runs. */
  readonly close: () => Promise<void>
}

export const makeExporter = (options: ExporterOptions): OwnExporter => {
  const running = new Set<ExportThread>()
  const authToken = options.authToken === null ? null : Redacted.value(options.authToken)
  const start = (plan: ExportPlan): ExportThread => {
    const thread = new ExportThread({ url: options.url, authToken, plan, ahead: AHEAD })
    running.add(thread)
    void thread.gone.then(() => running.delete(thread))
    return thread
  }
  const iterate = (plan: ExportPlan): AsyncIterator<Uint8Array, undefined> => {
    const done = { done: true, value: undefined } as const
    let thread: ExportThread | null = null
    let isLeft = false
    return {
      next: async () => (isLeft ? done : (thread ??= start(plan)).next()),
      return: async () => {
        isLeft = true
        await thread?.stop()
        return done
      },
    }
  }
  return {
    exporter: {
      open: (plan) => ({ [Symbol.asyncIterator]: () => iterate(plan) }),
      running: () => running.size,
    },
    close: async () => {
      await Promise.all([...running].map((thread) => thread.stop()))
    },
  }
}

/** The database outlives every export: the connection that may checkpoint is the last to close. */
export const exporterLive = (options: ExporterOptions): Layer.Layer<Exporter, never, Database> =>
  Layer.effect(
    Exporter,
    Effect.andThen(
      Database,
      Effect.acquireRelease(
        Effect.sync(() => makeExporter(options)),
        ({ close }) => Effect.promise(close),
      ).pipe(Effect.map(({ exporter }) => exporter)),
    ),
  )
