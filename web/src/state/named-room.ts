// The room that an address names. Once found it stays that room: when it is given another handle meanwhile, the page
// goes on with it and the address follows, so that loading it again leads to the same room.

import { useEffect, useRef } from 'preact/hooks'
import type { Room } from '../api/types.ts'
import { route } from '../router.tsx'
import { roomOf } from './rooms.ts'

/** `name` is our id or the handle, as it stands in the address below `/rooms` or `/live`; for as long as it is that. */
export const useNamedRoom = (place: 'rooms' | 'live', name: string): Room | undefined => {
  const seen = useRef<string | null>(null)
  const handle = useRef<string | undefined>(undefined)
  const room = (roomOf(seen.current ?? name) ?? roomOf(name))?.value
  if (room !== undefined) seen.current = room.id
  useEffect(() => {
    const before = handle.current
    handle.current = room?.handle
    if (room === undefined || before === undefined || before === room.handle || name === room.id) return
    // Another page may have been gone to since. The route is left as it is: with another one the page would begin anew.
    if (route.peek().params.room !== name) return
    history.replaceState(null, '', `/${place}/${encodeURIComponent(room.handle)}${location.search}`)
  }, [room?.handle])
  return room
}
