import type { Worker } from 'node:worker_threads'
import { describe, expect, it } from 'vitest'
import { graphOf, type Machine } from '../../src/http/machines-graph.ts'
import { DIRECTIONS, EXTENTS, type Picture } from '../../src/http/machines-picture-shapes.ts'
import { elkOf, pictureOf } from '../../src/http/machines-layout.ts'
import { LayoutWorker } from '../../src/http/machines-layout-worker.ts'
import { layInThread, Pictures } from '../../src/http/machines-pictures.ts'
import { svgOf } from '../../src/http/machines-svg.ts'
import { egressMachine } from '../../src/machines/egress.machine.ts'
import { outboundMachine } from '../../src/machines/outbound.machine.ts'
import { roomMachine } from '../../src/machines/room.machine.ts'

const MACHINES: readonly Machine[] = [roomMachine, outboundMachine, egressMachine]
const pictures = new Pictures()

interface Box {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

const isInside = (inner: Box, outer: Box): boolean =>
  inner.x >= outer.x &&
  inner.y >= outer.y &&
  inner.x + inner.width <= outer.x + outer.width &&
  inner.y + inner.height <= outer.y + outer.height

const overlap = (a: Box, b: Box): boolean =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height

/** Pairs of things in the picture that must not lie over each other and do. */
const clashes = ({ states, edges }: Picture): readonly string[] => {
  const things = [
    ...states.filter(({ isCompound }) => !isCompound).map((box) => ({ name: box.id, box: box as Box })),
    ...edges.map(({ id, label }) => ({ name: id, box: label as Box })),
  ]
  return things.flatMap((one, index) =>
    things
      .slice(index + 1)
      .filter((two) => overlap(one.box, two.box))
      .map((two) => `${one.name} on ${two.name}`),
  )
}

describe.each(MACHINES.map((machine) => [machine.id, machine] as const))(
  'the picture of %s',
  (_, machine) => {
    const graph = graphOf(machine)

    it.each(EXTENTS)('has every way of the machine in one line (%s)', async (extent) => {
      const picture = await pictures.get(graph, extent, null)
      const drawn = picture.edges.flatMap(({ transitions }) => transitions).toSorted((a, b) => a - b)
      const known = new Set(picture.states.map(({ id }) => id))
      const wanted = graph.transitions.flatMap(({ from, to }, number) =>
        to !== null && (from === '' || known.has(from)) ? [number] : [],
      )
      expect(drawn).toEqual(wanted)
      const left = graph.states.filter(({ id }) => !known.has(id)).map(({ id }) => id)
      expect(left).toEqual(extent === 'whole' || machine === outboundMachine ? [] : ['routing'])
    })

    it.each(DIRECTIONS)('has everything in its place, and nothing on another (%s)', async (direction) => {
      const picture = await pictures.get(graph, 'running', direction)
      const paper = { x: 0, y: 0, width: picture.width, height: picture.height }
      for (const state of picture.states) {
        const parent = picture.states.find(({ id }) => id === state.parent) ?? paper
        expect(isInside(state, parent), state.id).toBe(true)
      }
      for (const { id, label, points, path } of picture.edges) {
        expect(isInside(label, paper), id).toBe(true)
        expect(points.length, id).toBeGreaterThan(1)
        expect(path, id).toMatch(/^M[\d.]+ [\d.]+(?:L[\d.]+ [\d.]+|Q[\d.]+ [\d.]+ [\d.]+ [\d.]+)+$/)
      }
      expect(clashes(picture)).toEqual([])
    })
  },
)

describe('pictures', () => {
  it('are laid out once, the same each time, and again after a failure', async () => {
    const asked: string[] = []
    const graph = graphOf(outboundMachine)
    let fails = true
    const counted = new Pictures((elk) => {
      asked.push(elk.id)
      return fails ? Promise.reject(new Error('no thread')) : layInThread(elk)
    })
    await expect(counted.get(graph, 'running', null)).rejects.toThrow('no thread')
    fails = false
    const [one, two] = await Promise.all([
      counted.get(graph, 'running', null),
      counted.get(graph, 'running', 'right'),
    ])
    expect(asked).toHaveLength(2)
    expect(one).toBe(two)
    expect(await new Pictures().get(graph, 'running', null)).toEqual(one)
  })

  it('are laid out by one thread that stays for the next, and that the process need not wait for', async () => {
    const begun: Worker[] = []
    const hear = (worker: Worker): void => void begun.push(worker)
    process.on('worker', hear)
    const worker = new LayoutWorker()
    const graph = graphOf(outboundMachine)
    const elk = elkOf(graph, 'down', 'running')
    const picture = async () => pictureOf(graph, 'down', 'running', await worker.lay(elk))
    const broken = { ...elk, layoutOptions: { 'elk.algorithm': 'there is no such algorithm' } }
    try {
      const [one, two] = await Promise.all([picture(), picture()])
      expect(begun).toHaveLength(1)
      expect(one).toEqual(two)
      // What cannot be laid out is an error of that question alone.
      const answers = await Promise.allSettled([worker.lay(broken), worker.lay(elk)])
      expect(answers.map(({ status }) => status)).toEqual(['rejected', 'fulfilled'])
      expect(begun).toHaveLength(2)
      await begun[1]?.terminate()
      expect(await picture()).toEqual(one)
      expect(begun).toHaveLength(3)
      expect(process.getActiveResourcesInfo()).not.toContain('Worker')
    } finally {
      process.off('worker', hear)
      await Promise.all(begun.map((thread) => thread.terminate()))
    }
  })

  it('are SVG whose texts cannot become markup', async () => {
    const picture = await pictures.get(graphOf(egressMachine), 'running', null)
    const [first, ...rest] = picture.edges
    if (first === undefined) throw new Error('it has lines')
    const hostile = {
      ...picture,
      edges: [
        { ...first, label: { ...first.label, lines: [{ text: '<script>&"', transitions: [] }] } },
        ...rest,
      ],
    }
    const svg = svgOf(hostile)
    expect(svg).toContain('&lt;script&gt;&amp;&quot;')
    expect(svg).not.toContain('<script')
  })
})
