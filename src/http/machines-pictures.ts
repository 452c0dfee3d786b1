// The pictures of the machines: laid out when first asked for, in a thread of their own, and kept. There are as many
// as there are machines and ways to draw one, so what is kept is bounded by the code.

import type { ElkNode } from './machines-elk.ts'
import type { MachineGraph } from './machines-graph.ts'
import { LayoutWorker } from './machines-layout-worker.ts'
import { elkOf, pictureOf } from './machines-layout.ts'
import type { Direction, Extent, Picture } from './machines-picture-shapes.ts'

/** Lays a graph out. */
export type Lay = (graph: ElkNode) => Promise<ElkNode>

const worker = new LayoutWorker()
export const layInThread: Lay = (graph) => worker.lay(graph)

/** A machine of a few states is read beside each other, one of many below each other. */
const WIDE_MAX = 6

const directionOf = ({ states }: MachineGraph): Direction => (states.length > WIDE_MAX ? 'down' : 'right')

export class Pictures {
  readonly #lay: Lay
  readonly #kept = new Map<string, Promise<Picture>>()

  constructor(lay: Lay = layInThread) {
    this.#lay = lay
  }

  get(graph: MachineGraph, extent: Extent, asked: Direction | null): Promise<Picture> {
    const direction = asked ?? directionOf(graph)
    const key = `${graph.id} ${extent} ${direction}`
    const known = this.#kept.get(key)
    if (known !== undefined) return known
    const made = this.#lay(elkOf(graph, direction, extent)).then((laid) =>
      pictureOf(graph, direction, extent, laid),
    )
    this.#kept.set(key, made)
    // What failed is tried again by the next who asks.
    made.catch(() => this.#kept.delete(key))
    return made
  }
}
