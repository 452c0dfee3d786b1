// Writes `docs/lifecycle.md` from the machine. What a machine cannot say of itself, what a state means and who
// causes an end, is said here once, and the compiler asks for every state and every reason.

import type { EndReason } from '../../src/domain/reasons.ts'
import type { RoomState } from '../../src/domain/room.ts'
import { graphOf, type MachineGraph } from '../../src/http/machines-graph.ts'
import { roomMachine } from '../../src/machines/room.machine.ts'
import { destinationLife } from './lifecycle-egress.ts'

const MEANINGS: Readonly<Record<RoomState | 'routing' | 'archived', string>> = {
  routing: 'Left at once: where a room goes on from what is on disk.',
  off: 'Not watched: its monitor is off, or watching is switched off for all rooms.',
  watching: 'Looked at now and then until it is live; nothing is recorded.',
  connecting: 'Live, and a connection is being made. A session is open from the first byte that arrives.',
  'live.receiving': 'Recording: the connection is open.',
  'live.paused': 'Recording: the creator has paused, which is an interval inside the session.',
  'live.reconnecting':
    'The connection is lost; the session goes on if the same broadcast is back inside the resume window.',
  draining:
    'The session has ended. The reason goes to disk, then the tail of the socket is taken, within a limit.',
  'archiving.writing': 'The one transaction that archives the session is under way.',
  'archiving.waiting': 'It did not succeed and is tried again, for ever and visibly.',
  archived: 'Left at once: the session is closed, what comes next depends on how it ended.',
  cooldown: 'Resting: long after a manual stop, which survives a restart, short after a natural end.',
  quarantined: 'Set aside after its actor failed too often; only a release lets it out.',
}

const CAUSES: Readonly<Record<EndReason, readonly [who: string, when: string]>> = {
  stream_end: ['the creator', 'TikTok said in the stream that the broadcast ended (control 3)'],
  stream_suspended: ['TikTok', 'TikTok said in the stream that it suspended the broadcast (control 4)'],
  heartbeat_offline: [
    'we',
    'the open connection was silent, and two looks some seconds apart found the room offline',
  ],
  room_offline: ['we', 'the connection was lost, and two looks some seconds apart found the room offline'],
  disconnected: ['we', 'the connection was lost and could not be made again inside the resume window'],
  connect_failed: ['we', 'something arrived, but no connection came about inside the resume window'],
  broadcast_changed: [
    'the creator',
    'another broadcast of the same room is on air; it becomes the next session',
  ],
  manual_stop: ['an operator or owner', '`stop`: the room then rests for long'],
  manual_end_session: ['an operator or owner', '`end-session`: watching goes on'],
  monitor_disabled: [
    'an operator or owner',
    'the monitor was switched off, for the room or for all, or the room was removed',
  ],
  actor_failed: ['a fault', "the room's actor failed and its session was not resumed"],
  shutdown: [
    'a deploy',
    'the process left in order and the next one did not find the same broadcast in time',
  ],
  process_crash: ['a fault', 'the process died and the next one did not find the same broadcast in time'],
}

type Transition = MachineGraph['transitions'][number]

const labelOf = ({ event, kind, guard }: Transition): string => {
  const name = kind === 'after' ? `after ${event}` : kind === 'done' ? `${event} done` : event
  if (kind === 'always') return guard ?? 'otherwise'
  return guard === null ? name : `${name} [${guard}]`
}

const mermaidId = (state: string): string => state.replace('.', '_')

/** Where entering a state really leads: into the child that it begins with. */
const landing = (graph: MachineGraph, state: string): string => {
  const initial = graph.states.find(({ id }) => id === state)?.initial
  return initial === undefined || initial === null ? state : landing(graph, initial)
}

export const diagram = (graph: MachineGraph): readonly string[] => {
  const parents = graph.states.filter(({ type }) => type === 'compound')
  const inside = (id: string) => graph.states.filter(({ parent }) => parent === id)
  const ways = Map.groupBy(
    graph.transitions.filter(({ from, to }) => from !== '' && to !== null && to !== from),
    ({ from, to }) => `${mermaidId(from)} --> ${mermaidId(landing(graph, to ?? ''))}`,
  )
  return [
    'stateDiagram-v2',
    `  [*] --> ${graph.initial ?? ''}`,
    ...parents.flatMap(({ id, initial }) => [
      `  state ${id} {`,
      `    [*] --> ${mermaidId(initial ?? '')}`,
      ...inside(id).map((child) => `    ${mermaidId(child.id)} : ${child.id.split('.')[1] ?? ''}`),
      '  }',
    ]),
    ...[...ways].map(
      ([way, transitions]) => `  ${way} : ${[...new Set(transitions.map(labelOf))].join(', ')}`,
    ),
  ]
}

/** The picture that the console draws, without the state in which it goes on after a start. */
export const picture = (machine: string): readonly string[] => [
  `![The ${machine} machine as the console draws it](pictures/${machine}.svg)`,
  '',
]

export const table = (head: readonly string[], rows: readonly (readonly string[])[]): readonly string[] =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`)

export const code = (text: string): string => `\`${text}\``

export const transitionRows = (graph: MachineGraph): readonly (readonly string[])[] =>
  graph.transitions.map((transition) => [
    transition.from === '' ? 'any' : code(transition.from),
    transition.kind === 'always' ? 'at once' : code(labelOf({ ...transition, guard: null })),
    transition.guard === null ? '' : code(transition.guard),
    transition.to === null ? 'stays' : code(landing(graph, transition.to)),
  ])

export const lifecycle = (): string => {
  const graph = graphOf(roomMachine)
  const states = graph.states.filter(({ type }) => type !== 'compound')
  return `${[
    '# The life of a room',
    '',
    'This page is written from the machines in `src/machines` by `test/machines/lifecycle.ts`; a test fails when they',
    'differ. After a change of the machine: `npx vitest run test/machines/lifecycle.test.ts -u`.',
    '',
    'A state is the same word in the machine, in `rooms` answers, in facts and on the page. `routing` and `archived` are',
    'left at once and never seen.',
    '',
    '```mermaid',
    ...diagram(graph),
    '```',
    '',
    ...picture('room'),
    '## States',
    '',
    ...table(
      ['state', 'meaning', 'runs'],
      states.map(({ id, invokes }) => [
        code(id),
        MEANINGS[id as RoomState] ?? 'no meaning is written down',
        invokes.map(code).join(', '),
      ]),
    ),
    '',
    '`link` runs from `connecting` until `draining` begins.',
    '',
    '## Why a session ends',
    '',
    'The first trigger that an open session hears is its reason; later ones are noted as secondary and leave an',
    '`archive_attempts` row with the outcome `noop`. The reason is on disk before anything acts on it, so a restart goes on',
    'with the same one. A room that is stopped, whatever ended its session, rests for long.',
    '',
    ...table(
      ['reason', 'caused by', 'when'],
      Object.entries(CAUSES).map(([reason, [who, when]]) => [code(reason), who, when]),
    ),
    '',
    'A session that is taken over and not resumed keeps the reason it was left with (`process_crash`, `shutdown`,',
    '`actor_failed`), whatever the link finds out about the room meanwhile; a command still has its own reason.',
    '',
    '## Every transition',
    '',
    'In the order in which they are tried. An event that is not listed for a state, or whose condition does not hold, is',
    'ignored there.',
    '',
    ...table(['in', 'on', 'if', 'goes to'], transitionRows(graph)),
    '',
    '## Boot, failure, leaving',
    '',
    '- **Boot** starts a fresh actor for each room from what is on disk. An open session is taken over: with an end',
    '  already accepted it is archived with that reason; else, while the resume window of `RESUME_WINDOW_MS` lasts since it',
    '  was parked or last heard, it is resumed if the same broadcast is on air, with a gap row; else it is archived.',
    '- **Failure** of an actor starts it again from memory, at most 5 times in 30 s; then the room is quarantined and its',
    '  open session is archived as `actor_failed`. Nothing of another room is touched.',
    '- **Leaving** (SIGTERM) parks: no look and no connection is begun, sockets are let go with what they hold, what is',
    '  being archived gets until the limit. Nothing is ended because we leave.',
    ...destinationLife(),
  ].join('\n')}\n`
}
