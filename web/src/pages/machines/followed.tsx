// One actor on the picture of its machine: where it is, the way it just took, each step of its history, and where an
// event would lead a copy of it.

import { useSignal, type Signal } from '@preact/signals'
import { useEffect, useMemo } from 'preact/hooks'
import { Empty, Note, ProblemNote, Skeleton } from '../../parts/notes.tsx'
import { StateChip } from '../../parts/state-chip.tsx'
import { Duration } from '../../parts/time.tsx'
import { Link, route } from '../../router.tsx'
import { t } from '../../words/machines.ts'
import { ActorName } from './actor-list.tsx'
import { countsOf } from './actors.ts'
import { AsTable } from './as-table.tsx'
import { useFollowing, type Following } from './following.ts'
import { useGlow } from './glow.ts'
import { History, type Stepping } from './history.tsx'
import type { Shared } from './overview.tsx'
import { Scene } from './scene.tsx'
import { activeIn, edgesOf, entryAt, isQuiet } from './story.ts'
import { makeTrial } from './trial.ts'
import type { Entry } from './types.ts'
import { WhatIf } from './what-if.tsx'
import './steps.css'

const NONE: ReadonlySet<string> = new Set()

/** So many pages of the journal are looked through for a moment. */
const PAGES_MAX = 8

const stepTo = async (
  { story, next, older }: Following,
  moment: number,
  chosen: Signal<Entry | null>,
): Promise<void> => {
  try {
    for (let pages = 0; pages < PAGES_MAX && next.peek() !== null; pages += 1) {
      if (entryAt(story.peek(), moment) !== null) break
      await older()
    }
  } catch {
    // What could not be read is not stepped to; the list says that it can be asked for again.
  }
  chosen.value = entryAt(story.peek(), moment)
}

export const Followed = ({
  machine,
  kind,
  picture,
  actors,
  isWhole,
  actor: asked,
}: Shared & { readonly actor: string }) => {
  const chosen = useSignal<Entry | null>(null)
  const hidesQuiet = useSignal(true)
  const glow = useGlow(asked)
  const onEntry = (entry: Entry): void => {
    if (picture !== undefined) glow.light(edgesOf(picture, entry.transitions))
  }
  const latest = useMemo(() => ({ onEntry }), [])
  latest.onEntry = onEntry
  const following = useFollowing(asked, (entry) => latest.onEntry(entry))
  const trial = useMemo(() => makeTrial(asked), [asked])
  const whole = following?.story.value ?? []
  const story = hidesQuiet.value ? whole.filter((entry) => !isQuiet(entry)) : whole
  const last = story.at(-1) ?? whole.at(-1)
  useEffect(() => {
    if (last !== undefined) void trial.load()
  }, [trial, last?.to, last === undefined])

  // `?at=` is a moment, milliseconds UTC: a fact elsewhere leads to what the machine did then.
  useEffect(() => {
    const moment = Number(route.value.query.get('at') ?? 0)
    if (following !== null && moment > 0 && last !== undefined) void stepTo(following, moment, chosen)
  }, [following, last === undefined])

  if (following === null) return null
  const problem = following.problem.value
  const isGone = problem?.status === 404
  const toAll = <Link to={`/machines/${kind}`}>{t('all')}</Link>
  if (problem !== null && whole.length === 0) {
    return isGone ? (
      <Empty icon="info" title={t('gone')} action={toAll}>
        {t('goneSays')}
      </Empty>
    ) : (
      <ProblemNote problem={problem} onRetry={following.read} />
    )
  }
  if (last === undefined) return <Skeleton lines={8} />

  const id = following.head.value?.actor ?? asked
  const at = chosen.value === null ? -1 : story.indexOf(chosen.value)
  const isLast = at < 0 || at === story.length - 1
  const isFollowing = isLast && !isGone
  const index = isLast ? story.length - 1 : at
  const entry = story[index] ?? last
  const steps = trial.steps.value
  const stepping: Stepping = {
    story,
    index,
    isFollowing,
    step: (to) => void (chosen.value = to === null ? null : (story[to] ?? null)),
  }
  const known = actors?.find((one) => one.id === id)
  const active = activeIn(entry.to)
  // A trial is kept in sight where it leads; else the state that the actor is in.
  const looked = steps.at(-1)?.to ?? entry.to
  const box = picture?.states.find((state) => state.id === looked) ?? null
  const name = known === undefined ? id : `@${known.handle ?? known.roomId} ${known.platform ?? ''}`.trim()
  return (
    <>
      <header class="row-wrap followed-head">
        <h2>{known === undefined ? <span class="mono">{id}</span> : <ActorName actor={known} />}</h2>
        <StateChip state={last.to} kind={kind}>
          {known !== undefined && known.state === last.to && <Duration from={known.since} />}
        </StateChip>
        {known !== undefined && (
          <span class="row end small">
            {kind === 'room' ? (
              <Link to={`/rooms/${known.roomId}`}>{t('openRoom')}</Link>
            ) : (
              <Link to={`/live/${known.roomId}`}>{t('openLive')}</Link>
            )}
            {toAll}
          </span>
        )}
      </header>
      {isGone ? (
        <Note tone="warn" action={toAll}>
          <strong>{t('gone')}</strong> {t('goneSays')}
        </Note>
      ) : (
        <ProblemNote problem={problem} stale onRetry={following.read} />
      )}
      <div class="followed-parts">
        <Scene
          machine={machine}
          picture={picture}
          isWhole={isWhole}
          says={t('pictureNow', { name, state: entry.to })}
          focus={box}
          shown={{
            active,
            counts: null,
            lit: isLast ? glow.lit.value : new Map(),
            held: isLast || picture === undefined ? NONE : edgesOf(picture, entry.transitions),
            ghostEdges:
              picture === undefined
                ? NONE
                : edgesOf(
                    picture,
                    steps.flatMap(({ transitions }) => transitions),
                  ),
            ghostStates: new Set(steps.filter(({ isTaken }) => isTaken).map(({ to }) => to)),
          }}
        />
        <div class="followed-side">
          <WhatIf kind={kind} trial={trial} transitions={machine.transitions} state={last.to} />
        </div>
        <div class="followed-rest stack">
          <History
            kind={kind}
            following={following}
            stepping={stepping}
            hidesQuiet={hidesQuiet}
            transitions={machine.transitions}
          />
          <AsTable machine={machine} counts={countsOf(actors ?? [])} active={entry.to} />
        </div>
      </div>
    </>
  )
}
