// Go live: choose a room, then see and steer where it is sent.

import { Empty, ProblemNote, Skeleton } from '../../parts/notes.tsx'
import { Link, route } from '../../router.tsx'
import { useNamedRoom } from '../../state/named-room.ts'
import { loadRooms, roomsLoaded, roomsProblem } from '../../state/rooms.ts'
import { t } from '../../words/live.ts'
import { Picker } from './picker.tsx'
import { Studio } from './studio.tsx'
import './page.css'
import './lane.css'

const Chosen = ({ name }: { readonly name: string }) => {
  const room = useNamedRoom('live', name)
  if (room !== undefined) return <Studio key={room.id} room={room} />
  return (
    <div class="stack">
      <h1 class="unseen">
        {t('title')}: {name}
      </h1>
      {roomsLoaded.value ? (
        <Empty icon="live" title={t('unknownRoom')} action={<Link to="/live">{t('choose')}</Link>} />
      ) : roomsProblem.value === null ? (
        <Skeleton lines={6} tall />
      ) : (
        <ProblemNote problem={roomsProblem.value} onRetry={loadRooms} />
      )}
    </div>
  )
}

export default function Page() {
  const { room } = route.value.params
  return room === undefined ? <Picker /> : <Chosen key={room} name={room} />
}
