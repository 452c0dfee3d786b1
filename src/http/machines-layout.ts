// Where everything of a machine's picture is: what ELK is asked, and what is read from its answer. It measures
// text by the number of its characters, so that the same machine is laid out the same on every computer.

import type { MachineGraph, MachineTransition } from './machines-graph.ts'
import { pathOf } from './machines-curve.ts'
import type { ElkEdge, ElkLabel, ElkNode } from './machines-elk.ts'
import type { Direction, Extent, Picture, PictureLine } from './machines-picture-shapes.ts'

type Transition = typeof MachineTransition.Type

/** Pixels of one character and one line, in the fonts of the pictures. */
const CHAR = { name: 7.9, line: 6.7 } as const
const LINE_HEIGHT = 15
const NODE = { height: 34, runs: 15, padding: 26, widthMin: 76 } as const
const START = 'start'
const ANY = 'any'

/** How a transition is called, without what it depends on. */
export const labelOf = ({ event, kind }: Pick<Transition, 'event' | 'kind'>): string =>
  kind === 'after' ? `after ${event}` : kind === 'done' ? `${event} done` : event

interface Bundle {
  readonly from: string
  readonly to: string
  readonly lines: readonly PictureLine[]
  readonly transitions: readonly number[]
}

/** A label says this much; the rest is said where there is room for it: beside the picture, and by a table. */
const LINES_MAX = 1
const TEXT_MAX = 27

/** What a transition depends on is a mark where there is no room for its name. */
const lineOf = (text: string, guard: string | null, transitions: readonly number[]): PictureLine => {
  const whole = guard === null ? text : text === '' ? `[${guard}]` : `${text} [${guard}]`
  return { text: whole.length <= TEXT_MAX ? whole : `${text.slice(0, TEXT_MAX - 3)} […]`, transitions }
}

const linesOf = (ways: readonly (readonly [number, Transition])[]): readonly PictureLine[] => {
  const same = Map.groupBy(ways, ([, one]) => `${labelOf(one)}[${one.guard ?? ''}]`)
  const lines = [...same.values()].map((all) => {
    const one = all[0]?.[1]
    const text = one === undefined ? '' : labelOf(one)
    const guard = one?.guard ?? null
    return lineOf(
      guard === null && text === '' ? 'otherwise' : text,
      guard,
      all.map(([number]) => number),
    )
  })
  const [first] = lines
  if (first === undefined || lines.length <= LINES_MAX) return lines
  return [{ text: `${first.text} +${lines.length - 1}`, transitions: ways.map(([number]) => number) }]
}

/** Transitions between the same two states are one line in the picture; what leads nowhere is not in it. */
const bundlesOf = ({ transitions }: MachineGraph, left: string | null): readonly Bundle[] => {
  const ways = transitions
    .map((one, number) => [number, one] as const)
    .filter(([, { from, to }]) => to !== null && from !== left)
  return [...Map.groupBy(ways, ([, { from, to }]) => `${from}→${to ?? ''}`).values()].map((all) => {
    const [, first] = all[0] ?? [0, transitions[0] as Transition]
    return {
      from: first.from === '' ? ANY : first.from,
      to: first.to ?? '',
      lines: linesOf(all),
      transitions: all.map(([number]) => number),
    }
  })
}

const labelBox = (lines: readonly PictureLine[]): { readonly width: number; readonly height: number } => ({
  width: Math.ceil(Math.max(...lines.map((line) => line.text.length)) * CHAR.line) + 12,
  height: lines.length * LINE_HEIGHT + 6,
})

const nameOf = (id: string): string => id.split('.').at(-1) ?? id

const isTransient = (graph: MachineGraph, id: string): boolean =>
  graph.transitions.some(({ from, kind, guard }) => from === id && kind === 'always' && guard === null)

/** The state that is left out of a picture, if any. */
const leftOut = (graph: MachineGraph, extent: Extent): string | null =>
  extent === 'running' && graph.initial !== null && isTransient(graph, graph.initial) ? graph.initial : null

const COMMON = {
  'elk.algorithm': 'layered',
  'elk.hierarchyHandling': 'INCLUDE_CHILDREN',
  'elk.edgeRouting': 'ORTHOGONAL',
  'elk.json.edgeCoords': 'ROOT',
  'elk.json.shapeCoords': 'ROOT',
  'elk.layered.nodePlacement.strategy': 'NETWORK_SIMPLEX',
  'elk.layered.edgeLabels.sideSelection': 'ALWAYS_UP',
  'elk.edgeLabels.placement': 'CENTER',
  'elk.layered.spacing.nodeNodeBetweenLayers': '8',
  'elk.layered.spacing.edgeNodeBetweenLayers': '9',
  'elk.layered.spacing.edgeEdgeBetweenLayers': '7',
  'elk.spacing.nodeNode': '18',
  'elk.spacing.edgeNode': '12',
  'elk.spacing.edgeEdge': '9',
  'elk.spacing.edgeLabel': '2',
} as const

/** The picture that is asked for, in ELK's words. */
export const elkOf = (graph: MachineGraph, direction: Direction, extent: Extent): ElkNode => {
  const left = leftOut(graph, extent)
  const options = { ...COMMON, 'elk.direction': direction.toUpperCase() }
  const nodeOf = (id: string): ElkNode => {
    const state = graph.states.find((one) => one.id === id)
    const children = graph.states.filter(({ parent }) => parent === id).map((child) => nodeOf(child.id))
    const runs = state?.invokes.length ?? 0
    const name = nameOf(id)
    if (children.length > 0) {
      return {
        id,
        children: [{ id: `${START}:${id}`, width: 10, height: 10 }, ...children],
        layoutOptions: { ...options, 'elk.padding': '[top=40,left=18,bottom=18,right=18]' },
      }
    }
    return {
      id,
      width: Math.max(NODE.widthMin, Math.ceil(name.length * CHAR.name) + NODE.padding),
      height: NODE.height + (runs > 0 ? NODE.runs : 0),
    }
  }
  const bundles = bundlesOf(graph, left)
  const beginnings = [
    { id: `${START}:`, to: graph.initial },
    ...graph.states.map(({ id, initial }) => ({ id: `${START}:${id}`, to: initial })),
  ].filter(({ to }) => to !== null && to !== left)
  const marks: ElkNode[] = [
    ...(left === null ? [{ id: `${START}:`, width: 10, height: 10 }] : []),
    ...(bundles.some(({ from }) => from === ANY) ? [{ id: ANY, width: 44, height: 26 }] : []),
  ]
  return {
    id: graph.id,
    // Of a state inside another ELK knows no order, and stumbles when it is asked to go by it there.
    layoutOptions: {
      ...options,
      'elk.layered.cycleBreaking.strategy': 'MODEL_ORDER',
      'elk.padding': '[top=16,left=16,bottom=16,right=16]',
    },
    children: [
      ...marks,
      ...graph.states.filter(({ id, parent }) => parent === null && id !== left).map(({ id }) => nodeOf(id)),
    ],
    edges: [
      ...beginnings.map(({ id, to }) => ({ id: `begin ${id}`, sources: [id], targets: [to ?? ''] })),
      ...bundles.map(({ from, to, lines }, index) => ({
        id: `e${index}`,
        sources: [from],
        targets: [to],
        labels: [{ text: `e${index}`, ...labelBox(lines) }],
      })),
    ],
  }
}

const walk = (node: ElkNode): readonly ElkNode[] => [node, ...(node.children ?? []).flatMap(walk)]
const round = (value: number | undefined): number => Math.round((value ?? 0) * 10) / 10

const pointsOf = (edge: ElkEdge): readonly (readonly [number, number])[] =>
  (edge.sections ?? []).flatMap(({ startPoint, bendPoints = [], endPoint }) =>
    [startPoint, ...bendPoints, endPoint].map(({ x, y }) => [round(x), round(y)] as const),
  )

const boxOf = ({ x, y, width, height }: ElkNode | ElkLabel) => ({
  x: round(x),
  y: round(y),
  width: round(width),
  height: round(height),
})

/** The picture that ELK has laid out. */
export const pictureOf = (
  graph: MachineGraph,
  direction: Direction,
  extent: Extent,
  laid: ElkNode,
): Picture => {
  const left = leftOut(graph, extent)
  const nodes = new Map(walk(laid).map((node) => [node.id, node]))
  const edges = new Map(walk(laid).flatMap(({ edges: all = [] }) => all.map((edge) => [edge.id, edge])))
  const find = <T>(from: ReadonlyMap<string, T>, id: string): T => {
    const found = from.get(id)
    if (found === undefined) throw new Error(`the layout has no ${id}`)
    return found
  }
  const marks = [...nodes.values()].filter(({ id }) => id === ANY || id.startsWith(START))
  return {
    machine: graph.id,
    direction,
    extent,
    width: round(laid.width),
    height: round(laid.height),
    states: graph.states
      .filter(({ id }) => id !== left)
      .map(({ id, parent, invokes }) => {
        const node = find(nodes, id)
        return {
          id,
          name: nameOf(id),
          parent,
          isCompound: (node.children ?? []).length > 0,
          isTransient: isTransient(graph, id),
          runs: invokes,
          ...boxOf(node),
        }
      }),
    edges: bundlesOf(graph, left).map(({ from, to, lines, transitions }, index) => {
      const edge = find(edges, `e${index}`)
      const [label] = edge.labels ?? []
      if (label === undefined) throw new Error(`the layout has no label for ${from} → ${to}`)
      return {
        id: `e${index}`,
        from,
        to,
        transitions,
        points: pointsOf(edge),
        path: pathOf(pointsOf(edge)),
        label: { ...boxOf(label), lines },
      }
    }),
    marks: marks.map((mark) => {
      const { x, y, width, height } = boxOf(mark)
      const begin = edges.get(`begin ${mark.id}`)
      return {
        id: mark.id,
        x: round(x + width / 2),
        y: round(y + height / 2),
        radius: round(height / 2),
        path: begin === undefined ? '' : pathOf(pointsOf(begin)),
      }
    }),
  }
}
