// The pictures of the machines: laid out when first asked for, in a thread of their own, and kept. There are as many
// as there are machines and ways to draw one, so what is kept is bounded by the code.

import { Worker } from 'node:worker_threads'
import type { ElkNode } from './machines-elk.ts'
import type { MachineGraph } from './machines-graph.ts'
import { elkOf, pictureOf } from './machines-layout.ts'
import { DIRECTIONS, type Direction, type Extent, type Picture } from './machines-picture-shapes.ts'

/** A layout takes a second; a thread that takes this long is not going to end. */
const LIMIT_MS = 30_000
const HEAP_MB = 256

/** Lays graphs out, in their order. */
export type Lay = (graphs: readonly ElkNode[]) => Promise<readonly ElkNode[]>

export const layInThread: Lay = (graphs) =>
  new Promise((resolve, reject) => {
    const thread = new Worker(new URL('./machines-layout-thread.ts', import.meta.url), {
      workerData: graphs,
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MB },
    })
    thread.unref()
    const timer = setTimeout(() => end(new Error('the layout took too long')), LIMIT_MS)
    const end = (result: Error | readonly ElkNode[]): void => {
      clearTimeout(timer)
      void thread.terminate()
      if (result instanceof Error) reject(result)
      else resolve(result)
    }
    thread.once('message', end)
    thread.once('error', end)
    thread.once('exit', () => end(new Error('the layout ended without an answer')))
  })

/** Of both directions the one that is larger when a screen shows all of it. */
const better = (pictures: readonly Picture[]): Picture | undefined => {
  const scale = ({ width, height }: Picture): number => Math.min(4 / width, 3 / height)
  return pictures.toSorted((a, b) => scale(b) - scale(a))[0]
}

export class Pictures {
  readonly #lay: Lay
  readonly #kept = new Map<string, Promise<readonly Picture[]>>()

  constructor(lay: Lay = layInThread) {
    this.#lay = lay
  }

  async get(graph: MachineGraph, extent: Extent, direction: Direction | null): Promise<Picture> {
    const pictures = await this.#both(graph, extent)
    const found =
      direction === null ? better(pictures) : pictures.find((picture) => picture.direction === direction)
    if (found === undefined) throw new Error('a machine has no picture')
    return found
  }

  #both(graph: MachineGraph, extent: Extent): Promise<readonly Picture[]> {
    const key = `${graph.id} ${extent}`
    const known = this.#kept.get(key)
    if (known !== undefined) return known
    const made = this.#lay(DIRECTIONS.map((direction) => elkOf(graph, direction, extent))).then((laid) =>
      laid.map((node, index) => pictureOf(graph, DIRECTIONS[index] ?? 'down', extent, node)),
    )
    this.#kept.set(key, made)
    // What failed is tried again by the next who asks.
    made.catch(() => this.#kept.delete(key))
    return made
  }
}
