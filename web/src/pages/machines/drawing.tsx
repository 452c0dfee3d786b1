// A machine as it is drawn: boxes, lines, labels, and on them what is so now (active), what just happened (glowing and
// fading), what is looked at in the history (held) and what would be (ghost). It knows no actor.

import { Glyph } from '../../parts/state-chip.tsx'
import { eventName } from './story.ts'
import type { Picture, PictureEdge, PictureState, Transition } from './types.ts'
import './drawing.css'

const NONE: ReadonlySet<string> = new Set()

export interface Shown {
  readonly active: ReadonlySet<string>
  /** How many actors are in each state; null while one actor is looked at. */
  readonly counts: ReadonlyMap<string, number> | null
  /** Lines that were just taken, each with the number of times, so that it glows anew. */
  readonly lit: ReadonlyMap<string, number>
  readonly held: ReadonlySet<string>
  readonly ghostEdges: ReadonlySet<string>
  readonly ghostStates: ReadonlySet<string>
}

export const NOTHING_SHOWN: Shown = {
  active: NONE,
  counts: null,
  lit: new Map(),
  held: NONE,
  ghostEdges: NONE,
  ghostStates: NONE,
}

const stateOf = (machine: string, id: string): string => (machine === 'room' ? id : `${machine}.${id}`)

const Group = ({ state, isActive }: { readonly state: PictureState; readonly isActive: boolean }) => (
  <g class={isActive ? 'group is-active' : 'group'}>
    <rect x={state.x} y={state.y} width={state.width} height={state.height} rx="12" />
    <text class="group-name" x={state.x + 14} y={state.y + 23}>
      {state.name}
    </text>
  </g>
)

const Node = ({
  machine,
  state,
  shown,
}: {
  readonly machine: string
  readonly state: PictureState
  readonly shown: Shown
}) => {
  const isActive = shown.active.has(state.id)
  const isGhost = shown.ghostStates.has(state.id)
  const count = shown.counts?.get(state.id) ?? 0
  const classes = [
    'node',
    isActive || count > 0 ? 'is-active' : '',
    isGhost ? 'is-ghost' : '',
    state.isTransient ? 'is-transient' : '',
  ]
  const middle = state.x + state.width / 2
  return (
    <g class={classes.join(' ')} data-state={stateOf(machine, state.id)}>
      {isGhost && (
        <rect
          class="node-ghost"
          x={state.x - 5}
          y={state.y - 5}
          width={state.width + 10}
          height={state.height + 10}
          rx="13"
        />
      )}
      <rect class="node-box" x={state.x} y={state.y} width={state.width} height={state.height} rx="9" />
      {isActive && (
        <g transform={`translate(${state.x - 6} ${state.y - 6})`} class="node-glyph">
          <circle cx="6" cy="6" r="9" />
          <Glyph state={state.id} />
        </g>
      )}
      <text class="node-name" x={middle} y={state.y + 22}>
        {state.name}
      </text>
      {state.runs.length > 0 && (
        <text class="node-runs" x={middle} y={state.y + 38}>
          {state.runs.join(', ')}
        </text>
      )}
      {count > 0 && (
        <g class="node-count">
          <rect
            x={state.x + state.width - 12}
            y={state.y - 9}
            width={12 + String(count).length * 7}
            height="18"
            rx="9"
          />
          <text x={state.x + state.width - 6 + String(count).length * 3.5} y={state.y + 4}>
            {count}
          </text>
        </g>
      )}
    </g>
  )
}

const classOf = (id: string, { held, ghostEdges }: Shown): string =>
  `edge ${held.has(id) ? 'is-held' : ''} ${ghostEdges.has(id) ? 'is-ghost' : ''}`

const sentence = ({ from, to }: PictureEdge, transitions: readonly Transition[]): string =>
  [
    `${from} → ${to}`,
    ...transitions.map((one) => {
      const name = eventName(one)
      return one.guard === null ? name || 'otherwise' : `${name} [${one.guard}]`.trim()
    }),
  ].join('\n')

const Edge = ({ edge, shown }: { readonly edge: PictureEdge; readonly shown: Shown }) => {
  const lit = shown.lit.get(edge.id)
  return (
    <>
      <path class={classOf(edge.id, shown)} d={edge.path} marker-end="url(#machine-tip)" />
      {lit !== undefined && <path key={lit} class="edge-lit" d={edge.path} marker-end="url(#machine-tip)" />}
    </>
  )
}

const Label = ({
  edge,
  transitions,
  shown,
}: {
  readonly edge: PictureEdge
  readonly transitions: readonly Transition[]
  readonly shown: Shown
}) => {
  const { x, y, width, height, lines } = edge.label
  const lit = shown.lit.get(edge.id)
  const more = lit === undefined ? '' : 'is-lit'
  return (
    <g key={lit} class={`label ${classOf(edge.id, shown).replace('edge ', '')} ${more}`}>
      <title>
        {sentence(
          edge,
          edge.transitions.flatMap((number) => transitions[number] ?? []),
        )}
      </title>
      <rect x={x} y={y} width={width} height={height} rx="5" />
      {lines.map(({ text }, index) => (
        <text key={text} x={x + 6} y={y + 14 + index * 15}>
          {text}
        </text>
      ))}
    </g>
  )
}

export const Drawing = ({
  picture,
  transitions,
  shown,
}: {
  readonly picture: Picture
  readonly transitions: readonly Transition[]
  readonly shown: Shown
}) => (
  <g class="machine">
    <defs>
      <marker
        id="machine-tip"
        viewBox="0 0 8 8"
        refX="7"
        refY="4"
        markerWidth="9"
        markerHeight="9"
        markerUnits="userSpaceOnUse"
        orient="auto"
      >
        <path d="M0 .8 7.4 4 0 7.2z" fill="context-stroke" />
      </marker>
    </defs>
    {picture.states
      .filter(({ isCompound }) => isCompound)
      .map((state) => (
        <Group key={state.id} state={state} isActive={shown.active.has(state.id)} />
      ))}
    {picture.marks.map(({ id, x, y, radius, path }) => (
      <g key={id} class="mark">
        {path !== '' && <path class="edge" d={path} marker-end="url(#machine-tip)" />}
        {id === 'any' ? (
          <g class="mark-any">
            <rect x={x - 22} y={y - radius} width="44" height={radius * 2} rx={radius} />
            <text x={x} y={y + 4}>
              any
            </text>
          </g>
        ) : (
          <circle cx={x} cy={y} r={radius} />
        )}
      </g>
    ))}
    {picture.edges.map((edge) => (
      <Edge key={edge.id} edge={edge} shown={shown} />
    ))}
    {picture.edges.map((edge) => (
      <Label key={edge.id} edge={edge} transitions={transitions} shown={shown} />
    ))}
    {picture.states
      .filter(({ isCompound }) => !isCompound)
      .map((state) => (
        <Node key={state.id} machine={picture.machine} state={state} shown={shown} />
      ))}
  </g>
)
