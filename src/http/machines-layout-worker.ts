// The thread that lays pictures out, as the one who asks sees it. What the engine has compiled makes the next picture
// several times quicker, so it stays for the next question; nobody asks for long, so it does not stay for ever.

import { Worker } from 'node:worker_threads'
import type { ElkNode } from './machines-elk.ts'

/** A layout takes a second; a thread that takes this long is not going to end. */
const LIMIT_MS = 30_000
/** How long it stays for another question. */
const IDLE_MS = 5_000
const HEAP_MB = 256

type Answer = { readonly laid: ElkNode } | { readonly error: string }

export class LayoutWorker {
  #thread: Worker | null = null
  #idle: NodeJS.Timeout | undefined
  /** Questions are answered one at a time: the limit is of one, not of those before it. */
  #turn: Promise<unknown> = Promise.resolve()

  lay(graph: ElkNode): Promise<ElkNode> {
    const laid = this.#turn.then(() => this.#ask(graph))
    this.#turn = laid.catch(() => undefined)
    return laid
  }

  #ask(graph: ElkNode): Promise<ElkNode> {
    clearTimeout(this.#idle)
    const thread = (this.#thread ??= this.#begin())
    return new Promise((resolve, reject) => {
      const limit = setTimeout(() => fail(new Error('the layout took too long')), LIMIT_MS)
      const settle = (): void => {
        clearTimeout(limit)
        thread.off('message', hear).off('error', fail).off('exit', gone)
      }
      const fail = (error: Error): void => {
        settle()
        this.#end()
        reject(error)
      }
      const gone = (): void => fail(new Error('the layout ended without an answer'))
      const hear = (answer: Answer): void => {
        if ('error' in answer) return fail(new Error(answer.error))
        settle()
        this.#idle = setTimeout(() => this.#end(), IDLE_MS).unref()
        resolve(answer.laid)
      }
      thread.on('message', hear).on('error', fail).on('exit', gone)
      thread.postMessage(graph, [])
    })
  }

  #begin(): Worker {
    const thread = new Worker(new URL('./machines-layout-thread.ts', import.meta.url), {
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MB },
    })
    thread.unref()
    // One that fails between two questions is replaced by the next.
    const forget = (): void => {
      if (this.#thread === thread) this.#thread = null
    }
    return thread.on('error', forget).on('exit', forget)
  }

  #end(): void {
    clearTimeout(this.#idle)
    void this.#thread?.terminate()
    this.#thread = null
  }
}
