// The actors of a machine by the states they are in: how many, since when, and which is looked at.

import { useSignal } from '@preact/signals'
import { Button } from '../../parts/button.tsx'
import { Field } from '../../parts/fields.tsx'
import { Skeleton } from '../../parts/notes.tsx'
import { StateChip } from '../../parts/state-chip.tsx'
import { Stranger } from '../../parts/stranger.tsx'
import { Duration } from '../../parts/time.tsx'
import { t } from '../../words/machines.ts'
import { grouped, type Group } from './actors.ts'
import type { Actor } from './types.ts'

export type Kind = 'room' | 'outbound' | 'egress'

/** Of one state so many are shown before somebody asks for more. */
const SHOWN = 12
const MORE = 100
/** A list this short needs no search. */
const SEARCH_MIN = 8

export const ActorName = ({ actor }: { readonly actor: Actor }) => (
  <span class="actor-name one-line">
    {actor.handle === null ? (
      <span class="mono">{actor.roomId}</span>
    ) : (
      <Stranger text={`@${actor.handle}`} />
    )}
    {actor.platform !== null && <span class="muted"> · {actor.platform}</span>}
  </span>
)

const Section = ({
  kind,
  group,
  chosen,
}: {
  readonly kind: Kind
  readonly group: Group
  readonly chosen: string | null
}) => {
  const most = useSignal(SHOWN)
  const { state, actors } = group
  const rest = actors.length - most.value
  return (
    <section class="actor-group">
      <h3 class="row">
        <StateChip state={state} kind={kind} small />
        <span class="number muted end">{actors.length}</span>
      </h3>
      <ul class="actor-rows">
        {actors.slice(0, most.value).map((actor) => (
          <li key={actor.id}>
            <a
              class="actor-row"
              href={`/machines/${actor.id}`}
              aria-current={actor.id === chosen ? 'true' : undefined}
            >
              <ActorName actor={actor} />
              <span class="faint small number">
                <Duration from={actor.since} />
              </span>
            </a>
          </li>
        ))}
      </ul>
      {rest > 0 && (
        <Button small tone="quiet" onClick={() => void (most.value += MORE)}>
          {t('moreActors', { n: rest })}
        </Button>
      )}
    </section>
  )
}

export const ActorList = ({
  kind,
  actors,
  states,
  chosen,
}: {
  readonly kind: Kind
  readonly actors: readonly Actor[] | null
  readonly states: readonly string[]
  readonly chosen: string | null
}) => {
  const text = useSignal('')
  if (actors === null) return <Skeleton lines={5} />
  const groups = grouped(actors, states, text.value)
  return (
    <div class="stack-tight">
      {actors.length >= SEARCH_MIN && (
        <Field
          bare
          type="search"
          label={t('searchActors')}
          placeholder={t('searchActors')}
          value={text.value}
          onInput={(value) => void (text.value = value)}
          attrs={{ maxLength: 60 }}
        />
      )}
      {actors.length === 0 && <p class="muted">{t('noActors')}</p>}
      {actors.length > 0 && groups.length === 0 && <p class="muted">{t('noActorsFound')}</p>}
      {groups.map((group) => (
        <Section key={group.state} kind={kind} group={group} chosen={chosen} />
      ))}
    </div>
  )
}
