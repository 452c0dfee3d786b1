// The machines: which one, where its actors are, and one of them followed step by step. The address says which: the
// name of a machine, or an actor.

import { useSignal } from '@preact/signals'
import { useMemo } from 'preact/hooks'
import { api } from '../../api/fetch.ts'
import { Empty, ProblemNote, Skeleton } from '../../parts/notes.tsx'
import { Tabs } from '../../parts/tabs.tsx'
import { go, route } from '../../router.tsx'
import { useLoad } from '../../state/load.ts'
import { t } from '../../words/machines.ts'
import { ActorList, type Kind } from './actor-list.tsx'
import type { Moved } from './actors.ts'
import { useCrowd } from './crowd.ts'
import { Followed } from './followed.tsx'
import { useGlow } from './glow.ts'
import { Overview } from './overview.tsx'
import { edgesBetween } from './story.ts'
import type { Machine, Picture } from './types.ts'
import './page.css'

const KINDS: readonly Kind[] = ['room', 'outbound', 'egress']

interface Place {
  readonly kind: Kind
  readonly actor: string | null
}

/** `/machines/room` is a machine, `/machines/egress:r1:youtube` an actor; what is neither is a room by its name. */
export const placeOf = (text: string | undefined): Place => {
  if (text === undefined) return { kind: 'room', actor: null }
  const kind = KINDS.find((one) => one === text)
  if (kind !== undefined) return { kind, actor: null }
  const prefix = text.split(':')[0]
  return { kind: prefix === 'egress' || prefix === 'outbound' ? prefix : 'room', actor: text }
}

const MachineView = ({ machine, kind, actor }: { readonly machine: Machine } & Place) => {
  const isWhole = useSignal(false)
  const extent = isWhole.value ? 'whole' : 'running'
  const drawn = useLoad(
    (signal) => api.get<Picture>(`/api/machines/${kind}/picture`, { query: { extent }, signal }),
    [kind, extent],
  )
  const glow = useGlow(kind)
  const picture = drawn.data.value
  const onMoved = ({ from, to }: Moved): void => {
    const now = drawn.data.peek()
    if (now !== undefined) glow.light(edgesBetween(now, from, to))
  }
  const crowd = useCrowd(kind, onMoved)
  const states = useMemo(() => machine.states.map(({ id }) => id), [machine])
  const actors = crowd.actors.value
  const shared = { machine, kind, picture, actors, isWhole }
  return (
    <div class="machines">
      <aside class="machines-actors panel" aria-label={t('actors')}>
        <h2>
          {t('actors')} <span class="muted number">{actors?.length ?? ''}</span>
        </h2>
        <ProblemNote
          problem={crowd.problem.value}
          stale={actors !== null}
          onRetry={() => void crowd.reload()}
        />
        <ActorList kind={kind} actors={actors} states={states} chosen={actor} />
      </aside>
      <div class="machines-main stack">
        <ProblemNote problem={drawn.problem.value} onRetry={() => void drawn.reload()} />
        {actor === null ? (
          <Overview {...shared} lit={glow.lit.value} />
        ) : (
          <Followed key={actor} {...shared} actor={actor} />
        )}
      </div>
    </div>
  )
}

export default function MachinesPage() {
  const { kind, actor } = placeOf(route.value.params.actor)
  const list = useLoad((signal) =>
    api.get<{ readonly items: readonly Machine[] }>('/api/machines', { signal }),
  )
  const machine = list.data.value?.items.find(({ id }) => id === kind)
  return (
    <div class="stack">
      <header class="row-wrap machines-head">
        <h1>{t('title')}</h1>
        <Tabs
          label={t('which')}
          chosen={kind}
          onChoose={(key) => go(`/machines/${key}`)}
          tabs={KINDS.map((key) => ({ key, label: t(key) }))}
        />
        <p class="muted small">{t(`about_${kind}`)}</p>
      </header>
      {list.problem.value !== null && machine === undefined && (
        <ProblemNote problem={list.problem.value} onRetry={() => void list.reload()} />
      )}
      {machine === undefined ? (
        list.loading.value ? (
          <Skeleton lines={8} />
        ) : (
          list.problem.value === null && <Empty title={t('noActors')} />
        )
      ) : (
        <MachineView key={kind} machine={machine} kind={kind} actor={actor} />
      )}
    </div>
  )
}
