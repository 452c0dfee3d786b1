// Finds the room that a maintenance request names, by our id or by the handle it has now.

import * as Effect from 'effect/Effect'
import { Database } from '../../db/database.ts'
import { CommandRefused } from '../../domain/errors.ts'
import { handleOf } from '../../domain/room.ts'
import { int, text } from '../pieces.ts'

export interface RoomRow {
  readonly id: string
  readonly no: number
  readonly handle: string
}

/** Refused as `room_unknown` when there is none that was not removed. */
export const roomOf = Effect.fnUntraced(function* (idOrHandle: string) {
  const database = yield* Database
  const [row] = yield* database.read(
    'SELECT id, no, handle FROM rooms WHERE removed_at IS NULL AND (id = ?1 OR handle = ?2) ORDER BY id = ?1 DESC LIMIT 1',
    [idOrHandle, handleOf(idOrHandle) ?? ''],
  )
  if (row === undefined) {
    return yield* new CommandRefused({
      code: 'room_unknown',
      message: `There is no room ${idOrHandle.slice(0, 128)}.`,
    })
  }
  const room: RoomRow = { id: text(row['id']), no: int(row['no']), handle: text(row['handle']) }
  return room
})
