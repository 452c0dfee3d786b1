// One database thread seen from the main thread: started once, ready or refused, closed within a limit,
// and loud when it dies. It does not know what the messages mean.

import { Worker } from 'node:worker_threads'
import { Refusal, type RefusalCode } from './failure.ts'

export interface Thread<To> {
  readonly post: (message: To, transfer?: readonly ArrayBuffer[]) => void
  /** Asks it to close and waits for it, at most `limitMs`. */
  readonly close: (message: To, limitMs: number) => Promise<void>
}

export interface ThreadOptions<From> {
  readonly name: string
  readonly entry: URL
  readonly data: unknown
  /** Every message after `ready`. */
  readonly onMessage: (message: From) => void
  /** It ended, or is about to, without having been asked to. */
  readonly onDeath: (error: Error) => void
}

type Handshake =
  | { readonly type: 'ready' }
  | { readonly type: 'refused'; readonly code: RefusalCode; readonly message: string }

/** Resolves when the thread says `ready`; rejects with `Refusal` when it says why not, or dies first. */
export const startThread = <To, From extends { readonly type: string }>(
  options: ThreadOptions<From>,
): Promise<Thread<To>> =>
  new Promise((resolve, reject) => {
    const worker = new Worker(options.entry, { name: options.name, workerData: options.data })
    let isReady = false
    let isClosing = false
    const gone = Promise.withResolvers<void>()

    const die = (error: Error): void => {
      gone.resolve()
      if (!isReady) reject(new Refusal('cannot_open', `the ${options.name} thread ended: ${error.message}`))
      else if (!isClosing) options.onDeath(error)
      isClosing = true
    }
    const thread: Thread<To> = {
      post: (message, transfer = []) => worker.postMessage(message, transfer),
      close: async (message, limitMs) => {
        isClosing = true
        worker.postMessage(message, [])
        const timer = setTimeout(gone.resolve, limitMs)
        await gone.promise
        clearTimeout(timer)
        // Not awaited: a thread that hangs in the disk ends when the call does.
        void worker.terminate()
      },
    }
    worker.on('message', (message: From | Handshake) => {
      if (isReady) return options.onMessage(message as From)
      const first = message as Handshake
      if (first.type === 'refused') {
        isClosing = true
        reject(new Refusal(first.code, first.message))
      } else if (first.type === 'ready') {
        isReady = true
        resolve(thread)
      } else options.onMessage(message as From)
    })
    worker.on('error', (error) => die(error instanceof Error ? error : new Error('unknown')))
    worker.on('exit', (code) => die(new Error(`exit code ${code}`)))
  })
