// One room on its way out: one start and one stop for everything, a lane a destination, and the source between them.

import { useSignal } from '@preact/signals'
import { api } from '../../api/fetch.ts'
import type { Live, Room } from '../../api/types.ts'
import { Button } from '../../parts/button.tsx'
import { ProblemNote, Skeleton } from '../../parts/notes.tsx'
import { StateChip } from '../../parts/state-chip.tsx'
import { Stranger } from '../../parts/stranger.tsx'
import { Duration } from '../../parts/time.tsx'
import { Link } from '../../router.tsx'
import { useHeard } from '../../state/heard.ts'
import { useLoad } from '../../state/load.ts'
import { isOperator } from '../../state/me.ts'
import { t } from '../../words/live.ts'
import { platformName } from '../../words/platforms.ts'
import { start, stop } from './commands.ts'
import { DestinationForm } from './destination-form.tsx'
import { Done } from './done.tsx'
import { LaneCard } from './lane.tsx'
import { isOnAir, lanesOf, liveSinceOf, startableOf, type Lane } from './lanes.ts'
import { SourcePanel } from './source-panel.tsx'
import { isOtherSource, type Destination, type Ingress, type Person } from './types.ts'

/** What is on air is asked for now and then as well: what LiveKit last said is no fact. */
const STATUS_MS = 10_000
const PEOPLE_MS = 15_000

const MOVES = /^(?:egress|outbound|platform)\./

const Head = ({
  room,
  live,
  lanes,
  onLive,
}: {
  readonly room: Room
  readonly live: Live
  readonly lanes: readonly Lane[]
  readonly onLive: (live: Live) => void
}) => {
  const startable = startableOf(lanes)
  const onAir = isOnAir(lanes)
  const since = liveSinceOf(lanes)
  const names = startable.map(platformName).join(', ')
  return (
    <header class="studio-head">
      <div class="grow">
        <p class="small">
          <Link to="/live">{t('otherRoom')}</Link>
        </p>
        <h1 class="row-wrap">
          <span class="one-line">@{room.handle}</span>
          <StateChip state={live.state} kind="outbound" />
        </h1>
        <p class="muted one-line">
          <Stranger text={room.displayName} max={80} />
          {since !== null && (
            <span>
              {room.displayName === null ? '' : ' · '}
              {t('onAirSince')} <Duration from={since} />
            </span>
          )}
        </p>
      </div>
      <div class="studio-commands">
        {onAir && (
          <Button
            tone="danger"
            icon="stop"
            class="button-big"
            title={t('stopAllHint')}
            onClick={() => stop(room.id).then(onLive)}
          >
            {t('stopAll')}
          </Button>
        )}
        {(!onAir || startable.length > 0) && (
          <Button
            tone="main"
            icon="live"
            class="button-big"
            disabled={startable.length === 0}
            title={
              startable.length === 0 ? t('startNothing') : t('startAllHint', { n: startable.length, names })
            }
            onClick={() => start(room.id, startable).then(onLive)}
          >
            {onAir ? t('startRest') : t('startAll')}
          </Button>
        )}
      </div>
    </header>
  )
}

export const Studio = ({ room }: { readonly room: Room }) => {
  const { id } = room
  const path = `/api/rooms/${encodeURIComponent(id)}`
  const status = useLoad(
    (signal) => api.get<Live>('/api/live/status', { signal, query: { room: id } }),
    [id],
    { everyMs: STATUS_MS },
  )
  const destinations = useLoad(
    (signal) => api.get<{ readonly items: readonly Destination[] }>(`${path}/destinations`, { signal }),
    [id],
  )
  const people = useLoad(
    (signal) =>
      api.get<{ readonly livekit_room: string; readonly items: readonly Person[] }>(
        `${path}/livekit/participants`,
        { signal },
      ),
    [id],
    { everyMs: PEOPLE_MS },
  )
  const ingresses = useLoad(
    (signal) => api.get<{ readonly items: readonly Ingress[] }>(`${path}/ingress`, { signal }),
    [id],
    { everyMs: PEOPLE_MS },
  )
  const isMine = (roomId: string | null): boolean => roomId === id
  useHeard(({ roomId, name }) => isMine(roomId) && MOVES.test(name), status.reload, [status], 80)
  useHeard(
    ({ roomId, name }) => isMine(roomId) && name.startsWith('destination.'),
    () => Promise.all([destinations.reload(), status.reload()]),
    [destinations],
  )
  const readSource = () => Promise.all([people.reload(), ingresses.reload()])
  useHeard(
    ({ roomId, name }) => (isMine(roomId) || roomId === null) && /^(?:livekit|ingress)\./.test(name),
    readSource,
    [people],
    600,
  )
  // Another LiveKit room has other people in it, and other ways in.
  useHeard((fact) => isMine(fact.roomId) && isOtherSource(fact), readSource, [people])

  const adding = useSignal(false)
  const live = status.data.value
  const known = destinations.data.value?.items
  const problem = destinations.problem.value ?? status.problem.value
  const readBoth = () => Promise.all([status.reload(), destinations.reload()])
  // What is on air is said by the status alone: without it nothing is, neither that it is idle nor that it can start.
  if (known === undefined || live === undefined) {
    return (
      <div class="stack">
        <h1 class={problem === null ? 'unseen' : ''}>@{room.handle}</h1>
        <ProblemNote problem={problem} onRetry={readBoth} />
        {problem === null && <Skeleton lines={6} tall />}
      </div>
    )
  }
  const lanes = lanesOf(known, live)
  const [first, second, ...others] = lanes
  const onLive = (now: Live): void => {
    status.put(now)
  }
  const laneProps = { room: id, onLive, onDestinations: destinations.reload }
  const lane = (one: Lane | undefined) =>
    one === undefined ? null : <LaneCard key={one.platform} {...laneProps} lane={one} />
  return (
    <div class="stack">
      <Head room={room} live={live} lanes={lanes} onLive={onLive} />
      <ProblemNote problem={problem} stale onRetry={readBoth} />
      <div class="studio">
        {lane(first)}
        <SourcePanel room={id} people={people} ingresses={ingresses} />
        {lane(second)}
        {others.map(lane)}
        <button type="button" class="lane-add" onClick={() => void (adding.value = true)}>
          <strong>{t('add')}</strong>
          <span class="muted small">{t('addHint')}</span>
        </button>
      </div>
      {isOperator() && <Done roomId={id} />}
      {adding.value && (
        <DestinationForm
          room={id}
          lane={null}
          taken={lanes.map(({ platform }) => platform)}
          onClose={() => void (adding.value = false)}
          onSaved={destinations.reload}
        />
      )}
    </div>
  )
}
