// What happened to a room along time: its facts from the journal, and those that come while the page is open.

import { useSignal } from '@preact/signals'
import { useMemo } from 'preact/hooks'
import { api } from '../../api/fetch.ts'
import type { Fact, Page, Room } from '../../api/types.ts'
import { Choice } from '../../parts/fields.tsx'
import { ProblemNote } from '../../parts/notes.tsx'
import { now } from '../../state/clock.ts'
import { useLoad } from '../../state/load.ts'
import { t } from '../../words/room.ts'
import { useFactReload } from '../session/fact-reload.ts'
import type { Entry, Minute, Span } from '../session/shapes.ts'
import { withStretches } from '../session/tape.ts'
import { TapePanel } from '../session/tape-panel.tsx'
import { wholeOf } from '../session/time-axis.ts'

const HOUR_MS = 3_600_000
/** Facts read at most: beyond them the tape says that it is not all. */
const FACTS_MAX = 1_500

type Range = 'session' | '1' | '6' | '24' | '168'

const entryOf = ({ at, name, sessionId, body }: Fact): Entry => ({
  at,
  until: null,
  type: 'fact',
  name,
  sessionId,
  detail: null,
  body,
})

/** Newest first until `from`, or as many as are read. */
const factsSince = async (roomId: string, from: number, signal: AbortSignal): Promise<readonly Fact[]> => {
  const facts: Fact[] = []
  let cursor: string | null = null
  do {
    const page: Page<Fact> = await api.get<Page<Fact>>(`/api/rooms/${roomId}/facts`, {
      query: { limit: 500, cursor },
      signal,
    })
    facts.push(...page.items)
    cursor = page.next
  } while (cursor !== null && facts.length < FACTS_MAX && (facts.at(-1)?.at ?? 0) > from)
  return facts
}

const spanOf = (range: Range, room: Room, at: number): Span =>
  range === 'session' && room.session !== null
    ? wholeOf(room.session.openedAt, null, at)
    : { from: at - Number(range === 'session' ? 24 : range) * HOUR_MS, to: at }

export const RoomTape = ({ room, minutes }: { readonly room: Room; readonly minutes: readonly Minute[] }) => {
  const chosen = useSignal<Range | null>(null)
  const isOpen = room.session !== null
  const range: Range = chosen.value ?? (isOpen ? 'session' : '24')
  const shown: Range = range === 'session' && !isOpen ? '24' : range
  const loaded = useLoad(
    (signal) => factsSince(room.id, spanOf(shown, room, now.peek()).from, signal),
    [room.id, shown, room.session?.id],
  )
  useFactReload(({ roomId }) => roomId === room.id, loaded.reload, [loaded])
  const { data, problem, reload } = loaded
  const facts = data.value
  const entries = useMemo(() => (facts === undefined ? [] : withStretches(facts.map(entryOf))), [facts])
  // A tape of days need not move every second.
  const step = shown === 'session' || shown === '1' ? 1_000 : 60_000
  const whole = spanOf(shown, room, Math.ceil(now.value / step) * step)
  const options: readonly (readonly [Range, string])[] = [
    ...(isOpen ? ([['session', t('spanSession')]] as const) : []),
    ['1', t('spanHours', { n: 1 })],
    ['6', t('spanHours', { n: 6 })],
    ['24', t('spanHours', { n: 24 })],
    ['168', t('spanDays', { n: 7 })],
  ]
  const isCut = facts !== undefined && facts.length >= FACTS_MAX && (facts.at(-1)?.at ?? 0) > whole.from
  return (
    <>
      <ProblemNote problem={problem.value} stale={facts !== undefined} onRetry={reload} />
      <TapePanel
        title={t('timeline')}
        entries={entries}
        minutes={minutes}
        whole={whole}
        roomId={room.id}
        truncated={isCut}
      >
        <Choice
          bare
          label={t('span')}
          value={shown}
          options={options}
          onChoose={(value) => void (chosen.value = value)}
        />
      </TapePanel>
    </>
  )
}
