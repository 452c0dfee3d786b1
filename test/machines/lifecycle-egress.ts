// The part of `docs/lifecycle.md` about sending out, from the egress and the outbound machine. What a machine cannot
// say of itself is said here once, and the compiler asks for every state.

import { EGRESS_FAILURES } from '../../src/domain/egress-failures.ts'
import type { EgressState, OutboundState } from '../../src/domain/egress.ts'
import { graphOf } from '../../src/http/machines-graph.ts'
import { egressMachine } from '../../src/machines/egress.machine.ts'
import { outboundMachine } from '../../src/machines/outbound.machine.ts'
import { code, diagram, picture, table, transitionRows } from './lifecycle.ts'

const EGRESS: Readonly<Record<EgressState | 'routing', readonly [coarse: string, meaning: string]>> = {
  routing: ['', 'Left at once: where a destination goes on from what is on disk.'],
  idle: ['stopped', 'Nothing was asked for yet.'],
  starting: [
    'starting',
    'LiveKit is asked what runs already. What is ours is gone on with or stopped first; only when nothing of ours runs is an egress started.',
  ],
  connecting: ['starting', 'There is an egress; it has not been sending long enough to be believed.'],
  live: ['live', 'It sends, without a failure for `EGRESS_STABLE_MS`.'],
  reconnecting: [
    'error',
    'LiveKit lost the platform and connects again by itself, in the same egress. Live again when no failure followed for 35 s.',
  ],
  backoff: ['error', 'The attempt has failed; the next one begins at `next_attempt_at`.'],
  failed: ['error', 'Nothing more is tried by itself: a person has to look, then retry.'],
  stopping: [
    'live, stopped or error',
    'LiveKit has been asked to stop it. Shown as live while it may be on air, as error (`stop_unconfirmed`) when nobody can say.',
  ],
  stopped: ['stopped', 'LiveKit has confirmed that nothing of it runs.'],
}

const OUTBOUND: Readonly<Record<OutboundState, string>> = {
  idle: 'Nothing is sent out.',
  starting: 'Something is on its way and nothing is in trouble.',
  live: 'At least one destination is live and none is in trouble.',
  degraded: 'At least one destination that is wanted is reconnecting, in backoff or failed.',
  stopping: 'Nothing is wanted any more, and not everything has ended.',
}

const AGAIN = {
  retry: 'until the attempts are used up',
  few: 'three times',
  wait: 'for as long as it is wanted',
  never: 'no',
} as const

export const destinationLife = (): readonly string[] => {
  const egress = graphOf(egressMachine)
  return [
    '',
    '# The life of a destination',
    '',
    'One platform of one room, kept on air by itself. `routing` is left at once and never seen. `attempt` runs from',
    '`starting` until the attempt has ended or is stopped.',
    '',
    '```mermaid',
    ...diagram(egress),
    '```',
    '',
    ...picture('egress'),
    '## States of a destination',
    '',
    ...table(
      ['state', 'shown as', 'meaning', 'runs'],
      egress.states.map(({ id, invokes, entry }) => {
        const [coarse, meaning] = EGRESS[id as EgressState] ?? ['', 'no meaning is written down']
        const runs = [...invokes, ...(entry.includes('spawnChild') ? ['attempt'] : [])]
        return [code(id), coarse, meaning, runs.map(code).join(', ')]
      }),
    ),
    '',
    '## Every transition of a destination',
    '',
    ...table(['in', 'on', 'if', 'goes to'], transitionRows(egress)),
    '',
    '## Which failures are tried again',
    '',
    'The wait doubles from `EGRESS_BACKOFF_BASE_MS` to `EGRESS_BACKOFF_CAP_MS`, a fifth more or less. No two attempts',
    'begin sooner after each other than four fifths of the base, and no more than eight begin in a minute, whoever asks.',
    'Attempts are counted anew after a minute on air without a failure and after a command. Quota that is exceeded ten',
    'times in a row becomes `blocked_quota`.',
    '',
    ...table(
      ['code', 'tried again'],
      Object.entries(EGRESS_FAILURES).map(([name, { again }]) => [code(name), AGAIN[again]]),
    ),
    '',
    '## What is believed of LiveKit',
    '',
    '- Of two views of one egress the later one is true, and an end is never left, whether a webhook, a poll or an',
    '  answer brought it. A list that is not complete says nothing; what a complete list does not have is asked for by',
    '  its id before it counts as gone.',
    '- A start whose answer was lost may have happened (`start_unknown`). Nothing is started until it is found, or until',
    '  two complete lists did not have it, the second no sooner than 15 s after the loss. Should LiveKit carry it out',
    '  later all the same, it is found in the lists and stopped.',
    '- LiveKit says nothing of a healthy stream, nor of a reconnect that succeeded, so that nothing changes is no',
    '  evidence. `stalled` means: not sending a minute after it was accepted, retries reported minute after minute, an',
    '  end that does not come, or its participant gone from the room while it is said to run. It is stopped before',
    '  another is started.',
    '- Stopping wins: it is on disk before anything acts, a start that is still answered is stopped at once, and it is',
    '  asked for until LiveKit confirms it. After a minute that is an alarm; only `force` starts beside it.',
    '- Leaving and crashing end nothing. Boot takes running egresses over by their ids, without a start.',
    '',
    '# What a room sends out',
    '',
    'Derived from its destinations, after each change of one of them: from any state to any other.',
    '',
    ...picture('outbound'),
    ...table(
      ['state', 'meaning'],
      Object.entries(OUTBOUND).map(([state, meaning]) => [code(state), meaning]),
    ),
    '',
    ...table(['in', 'on', 'if', 'goes to'], transitionRows(graphOf(outboundMachine))),
  ]
}
