// Which room goes live: those that are on air first, then those that are set up or live on TikTok, then by name.

import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { api } from '../../api/fetch.ts'
import type { Live, Room } from '../../api/types.ts'
import { Field } from '../../parts/fields.tsx'
import { Empty, ProblemNote, Skeleton } from '../../parts/notes.tsx'
import { StateChip } from '../../parts/state-chip.tsx'
import { Stranger } from '../../parts/stranger.tsx'
import { Duration } from '../../parts/time.tsx'
import { Link, route, setQuery } from '../../router.tsx'
import { useHeard } from '../../state/heard.ts'
import { useLoad } from '../../state/load.ts'
import { allRooms, loadRooms, roomsLoaded, roomsProblem } from '../../state/rooms.ts'
import { t } from '../../words/live.ts'
import { platformName } from '../../words/platforms.ts'
import { orderRooms } from './order.ts'

const SHOWN = 60

const RoomCard = ({ room, live }: { readonly room: Room; readonly live: Live | undefined }) => {
  const platforms = Object.entries(live?.platforms ?? {}).filter(([, { state }]) => state !== 'stopped')
  return (
    <li>
      <Link to={`/live/${encodeURIComponent(room.handle)}`} class="pick panel">
        <span class="row">
          <strong class="one-line">@{room.handle}</strong>
          {live !== undefined && live.state !== 'idle' && (
            <span class="end">
              <StateChip state={live.state} kind="outbound">
                <Duration from={live.since} />
              </StateChip>
            </span>
          )}
        </span>
        <span class="row-wrap">
          <span class="muted one-line">
            <Stranger text={room.displayName} max={60} />
          </span>
          {platforms.map(([platform, { state }]) => (
            <span key={platform} class="row small muted">
              {platformName(platform)} <StateChip state={state} kind="egress" small />
            </span>
          ))}
        </span>
      </Link>
    </li>
  )
}

export const Picker = () => {
  const asked = route.value.query.get('q') ?? ''
  const text = useSignal(asked)
  // What is typed stands in the address at once; another address has another text.
  useEffect(() => {
    text.value = route.peek().query.get('q') ?? ''
  }, [asked])
  const onAir = useLoad((signal) =>
    api.get<{ readonly items: readonly Live[] }>('/api/live/status', { signal }),
  )
  useHeard(({ name }) => /^(?:egress|outbound)\./.test(name), onAir.reload, [onAir], 400)
  const rooms = allRooms.value
  const lives = new Map((onAir.data.value?.items ?? []).map((live) => [live.room, live]))
  const found = orderRooms(rooms, lives, text.value)
  return (
    <div class="stack">
      <header class="pick-title">
        <h1>{t('title')}</h1>
        <p class="muted">
          {t('choose')}. {t('chooseHint')}
        </p>
      </header>
      <ProblemNote problem={roomsProblem.value} stale={roomsLoaded.value} onRetry={loadRooms} />
      {!roomsLoaded.value ? (
        roomsProblem.value === null && <Skeleton lines={5} tall />
      ) : rooms.length === 0 ? (
        <Empty
          icon="live"
          title={t('noRooms')}
          action={
            <Link to="/rooms" class="button button-main">
              {t('addRooms')}
            </Link>
          }
        >
          {t('noRoomsNext')}
        </Empty>
      ) : (
        <>
          <Field
            label={t('find')}
            bare
            type="search"
            class="pick-find"
            placeholder={t('find')}
            value={text.value}
            onInput={(value) => {
              text.value = value
              setQuery({ q: value })
            }}
          />
          {found.length === 0 ? (
            <p class="muted">{t('noMatch')}</p>
          ) : (
            <ul class="pick-list">
              {found.slice(0, SHOWN).map((room) => (
                <RoomCard key={room.id} room={room} live={lives.get(room.id)} />
              ))}
            </ul>
          )}
          {found.length > SHOWN && <p class="muted">{t('restHint', { n: found.length - SHOWN })}</p>}
        </>
      )}
    </div>
  )
}
