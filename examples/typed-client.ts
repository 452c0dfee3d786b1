// Adds a room, looks at it, and prints facts as they happen. From the project's folder, with the server running:
//   node examples/typed-client.ts http://127.0.0.1:8080 "$(cat data/operator-token)" @some.creator

import { answer, facts, roomkeeper, RoomkeeperProblem } from 'roomkeeper/client'

const [origin = 'http://127.0.0.1:8080', token = '', handle = '@some.creator', count = 'Infinity'] =
  process.argv.slice(2)
const { api } = roomkeeper(origin, { token })

const newest = async (): Promise<string> => {
  try {
    const added = await answer(api.rooms.$post({ json: { handle } }))
    return 'handle' in added ? added.handle : handle
  } catch (error) {
    if (error instanceof RoomkeeperProblem && error.code === 'room_exists') return handle
    throw error
  }
}

const room = await answer(api.rooms[':room'].$get({ param: { room: await newest() } }))
console.log(`@${room.handle} is ${room.state}; it waits for ${room.waiting?.for ?? 'nothing'}`)

const { items } = await answer(api.sessions.$get({ query: { room: room.id, limit: '5' } }))
for (const session of items) console.log(`${session.id}: ${session.counters.events} events`)

let left = Number(count)
for await (const fact of facts(origin, { token, room: room.id, after: 0 })) {
  console.log(`${new Date(fact.at).toISOString()} ${fact.name}`)
  left -= 1
  if (left <= 0) break
}
