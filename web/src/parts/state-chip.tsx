// A state as everybody sees it: word, colour and glyph, the same wherever it is shown. The colours are in chips.css by
// the state's name; the glyphs are drawn, because fonts differ on the characters.

import type { ComponentChildren } from 'preact'
import type { EgressState, OutboundState, RoomState } from '../api/types.ts'
import { meanings, states } from '../words/states.ts'
import { sayOr } from '../words/words.ts'
import './chips.css'

export type AnyState = RoomState | EgressState | OutboundState

type Shape =
  | 'ring'
  | 'quarter'
  | 'arc'
  | 'dot'
  | 'bars'
  | 'turn'
  | 'sink'
  | 'box'
  | 'rest'
  | 'warn'
  | 'tick'
  | 'cross'

const SHAPES: Readonly<Record<AnyState, Shape>> = {
  off: 'ring',
  watching: 'quarter',
  connecting: 'arc',
  'live.receiving': 'dot',
  'live.paused': 'bars',
  'live.reconnecting': 'turn',
  draining: 'sink',
  'archiving.writing': 'box',
  'archiving.waiting': 'box',
  cooldown: 'rest',
  quarantined: 'warn',
  idle: 'ring',
  starting: 'arc',
  live: 'dot',
  degraded: 'turn',
  reconnecting: 'turn',
  backoff: 'turn',
  failed: 'cross',
  stopping: 'sink',
  stopped: 'ring',
}

const DRAWN: Readonly<Record<Shape, ComponentChildren>> = {
  ring: <circle cx="6" cy="6" r="4.2" />,
  quarter: (
    <>
      <circle cx="6" cy="6" r="4.2" />
      <path d="M6 6V1.8A4.2 4.2 0 0 1 10.2 6Z" fill="currentColor" />
    </>
  ),
  arc: <path class="turning" d="M6 1.8A4.2 4.2 0 1 1 1.8 6" />,
  dot: <circle cx="6" cy="6" r="4" fill="currentColor" stroke="none" />,
  bars: <path d="M4 2.5v7M8 2.5v7" stroke-width="2" />,
  turn: <path d="M10 6a4 4 0 1 1-1.3-3M10 1v2.3H7.7" />,
  sink: <path d="M6 1.5v6M3.5 5 6 7.5 8.5 5M2 10.5h8" />,
  box: (
    <>
      <rect x="1.8" y="1.8" width="8.4" height="8.4" />
      <rect x="4.3" y="4.3" width="3.4" height="3.4" fill="currentColor" stroke="none" />
    </>
  ),
  rest: <path d="M6 1.2v9.6M1.9 3.6l8.2 4.8M10.1 3.6 1.9 8.4" />,
  warn: <path d="M6 1.5 11 10.3H1zM6 5v2.3M6 8.8h.01" />,
  tick: <path d="M2 6.3 4.8 9 10 3" />,
  cross: <path d="M2.5 2.5l7 7M9.5 2.5l-7 7" />,
}

/** What is not a state of ours (a machine of tomorrow) is shown in grey, by its name. */
const shapeOf = (state: string): Shape => SHAPES[state as AnyState] ?? 'ring'

export const Glyph = ({ state }: { readonly state: string }) => (
  <svg
    class="glyph"
    width="12"
    height="12"
    viewBox="0 0 12 12"
    fill="none"
    stroke="currentColor"
    stroke-width="1.5"
    stroke-linecap="round"
    stroke-linejoin="round"
    aria-hidden="true"
  >
    {DRAWN[shapeOf(state)]}
  </svg>
)

/**
 * `children` is what the state says beside its word (attempt 2, 11:40 left). `small` is for tapes and legends.
 */
export const StateChip = ({
  state,
  kind = 'room',
  small = false,
  children,
}: {
  readonly state: string
  readonly kind?: 'room' | 'egress' | 'outbound'
  readonly small?: boolean
  readonly children?: ComponentChildren
}) => (
  <span
    class={small ? 'chip chip-small' : 'chip'}
    data-state={kind === 'room' ? state : `${kind}.${state}`}
    title={state in meanings.words ? sayOr(meanings, state) : undefined}
  >
    <Glyph state={state} />
    <span class="chip-word">{sayOr(states, state)}</span>
    {children !== undefined && <span class="chip-says">{children}</span>}
  </span>
)
