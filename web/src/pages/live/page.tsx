// Go live: choose a room, then see and steer where it is sent.

import { Skeleton, Empty } from '../../parts/notes.tsx'
import { ProblemNote } from '../../parts/notes.tsx'
import { Link, route } from '../../router.tsx'
import { loadRooms, roomOf, roomsLoaded, roomsProblem } from '../../state/rooms.ts'
import { t } from '../../words/live.ts'
import { Picker } from './picker.tsx'
import { Studio } from './studio.tsx'
import './page.css'
import './lane.css'

const Chosen = ({ name }: { readonly name: string }) => {
  const room = roomOf(name)?.value
  if (room !== undefined) return <Studio key={room.id} room={room} />
  if (!roomsLoaded.value) {
    return roomsProblem.value === null ? (
      <Skeleton lines={6} tall />
    ) : (
      <ProblemNote problem={roomsProblem.value} onRetry={loadRooms} />
    )
  }
  return <Empty icon="live" title={t('unknownRoom')} action={<Link to="/live">{t('choose')}</Link>} />
}

export default function Page() {
  const { room } = route.value.params
  return room === undefined ? <Picker /> : <Chosen name={room} />
}
