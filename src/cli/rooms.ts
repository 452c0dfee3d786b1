// `roomkeeper rooms`: the rooms of the running server, and what can be asked of them.

import * as Effect from 'effect/Effect'
import * as Option from 'effect/Option'
import * as Argument from 'effect/cli/Argument'
import * as Command from 'effect/cli/Command'
import * as Flag from 'effect/cli/Flag'
import { everyPage } from './pages.ts'
import { connect, type JsonObject } from './server.ts'
import { at, moment, pairs, plain, print, table, type Column } from './table.ts'
import { sure } from './sure.ts'

const room = Argument.String('room').pipe(Argument.withDescription('id or handle'))
const pathOf = (name: string, rest = '') => `/api/rooms/${encodeURIComponent(name)}${rest}`

const COLUMNS: readonly Column[] = [
  ['HANDLE', (row) => `@${plain(row['handle'])}`],
  ['STATE', (row) => plain(row['state'])],
  ['SINCE', (row) => moment(row['since'])],
  ['SESSION', (row) => plain(at(row, 'session.id'))],
  ['EVENTS', (row) => plain(at(row, 'session.counters.events'))],
  ['WAITS FOR', (row) => plain(at(row, 'waiting.for'))],
  ['LAST ERROR', (row) => plain(row['lastError'])],
]

const status = (path: string) => (diagnosis: JsonObject) => at(diagnosis, `evidence.status.${path}`)

const details = (diagnosis: JsonObject): string => {
  const of = (path: string) => plain(status(path)(diagnosis))
  const allowed = status('allowed')(diagnosis)
  return pairs([
    ['room', of('id')],
    ['handle', `@${of('handle')}`],
    ['name', of('displayName')],
    ['state', `${of('state')} since ${moment(status('since')(diagnosis))}`],
    ['why', plain(diagnosis['sentence'])],
    ['next', plain(diagnosis['next'])],
    ['advice', plain(diagnosis['advice'])],
    ['session', of('session.id')],
    ['events', of('session.counters.events')],
    ['last session', of('lastSessionId')],
    ['last look', moment(at(diagnosis, 'evidence.lookedAt'))],
    ['next look', moment(at(diagnosis, 'evidence.nextLookAt'))],
    ['last error', of('lastError')],
    ['commands', plain(Array.isArray(allowed) ? allowed.join(', ') : null)],
  ])
}

const showAll = Effect.fn(function* () {
  const found = yield* everyPage(yield* connect, '/api/rooms', {})
  yield* print({ items: found }, () =>
    found.length === 0 ? 'There is no room yet: roomkeeper rooms add @handle' : table(COLUMNS, found),
  )
})

const list = Command.make('list', {}, showAll).pipe(
  Command.withDescription('Every room and what it is doing'),
  Command.withAlias('ls'),
)

const add = Command.make(
  'add',
  {
    handle: Argument.String('handle').pipe(
      Argument.withDescription('@handle, or the link of a profile or of a live page'),
    ),
    name: Flag.String('name').pipe(Flag.withDescription('what people call it'), Flag.optional),
    paused: Flag.Boolean('paused').pipe(
      Flag.withDescription('add it without watching it'),
      Flag.withDefault(false),
    ),
  },
  Effect.fn(function* ({ handle, name, paused }) {
    const server = yield* connect
    const answer = yield* server.ask('POST', '/api/rooms', {
      handle,
      monitor: !paused,
      ...(Option.isSome(name) && { displayName: name.value }),
    })
    yield* print(
      answer,
      () => `Added @${plain(answer['handle'])} as ${plain(answer['id'])}.
Its owner's token, shown this once: ${plain(answer['ownerToken'])}`,
    )
  }),
).pipe(
  Command.withDescription('Add a room; prints its owner token, which is shown this once'),
  Command.withExamples([
    { command: 'roomkeeper rooms add @creator', description: 'watch and record @creator' },
  ]),
)

const remove = Command.make(
  'remove',
  { room, yes: sure.flag },
  Effect.fn(function* ({ room, yes }) {
    yield* sure.check(yes, `This forgets the room ${plain(room)}. Its sessions stay.`)
    const server = yield* connect
    yield* print(
      yield* server.ask('DELETE', pathOf(room)),
      () => `Removed ${plain(room)}. Its sessions stay.`,
    )
  }),
).pipe(Command.withDescription('Forget a room; its sessions stay'), Command.withAlias('rm'))

const commanded = (verb: string) => (answer: JsonObject) =>
  `${verb}: @${plain(answer['handle'])} is ${plain(answer['state'])}.`

const start = Command.make(
  'start',
  {
    room,
    force: Flag.Boolean('force').pipe(
      Flag.withDescription('override a cooldown; audited'),
      Flag.withDefault(false),
    ),
    wait: Flag.Boolean('wait').pipe(
      Flag.withDescription('queue behind a running archive'),
      Flag.withDefault(false),
    ),
  },
  Effect.fn(function* ({ room, force, wait }) {
    const server = yield* connect
    const answer = yield* server.ask('POST', pathOf(room, '/start'), { force, wait })
    yield* print(answer, () => commanded('Started')(answer))
  }),
).pipe(Command.withDescription('Watch it, and record it as soon as it is live'))

const simple = (name: string, verb: string, description: string) =>
  Command.make(
    name,
    { room },
    Effect.fn(function* ({ room }) {
      const server = yield* connect
      const answer = yield* server.ask('POST', pathOf(room, `/${name}`), {})
      yield* print(answer, () => commanded(verb)(answer))
    }),
  ).pipe(Command.withDescription(description))

const rename = Command.make(
  'rename',
  { room, handle: Argument.String('handle').pipe(Argument.withDescription('the handle it has now')) },
  Effect.fn(function* ({ room, handle }) {
    const server = yield* connect
    const answer = yield* server.ask('POST', pathOf(room, '/rename'), { handle })
    yield* print(answer, () => commanded('Renamed')(answer))
  }),
).pipe(Command.withDescription('Its handle changed; the room and its sessions stay'))

const show = Command.make(
  'show',
  { room },
  Effect.fn(function* ({ room }) {
    const server = yield* connect
    const answer = yield* server.ask('GET', pathOf(room, '/diagnosis'))
    yield* print(answer, () => details(answer))
  }),
).pipe(
  Command.withDescription('One room: what it is doing, and why it is not recorded when it is not'),
  Command.withAlias('diagnose'),
)

export const rooms = Command.make('rooms', {}, showAll).pipe(
  Command.withDescription('Rooms: what they are doing; add, start, stop and explain them'),
  Command.withSubcommands([
    list,
    add,
    remove,
    start,
    simple('stop', 'Stopped', 'End what is recorded, and rest'),
    simple('end-session', 'Ended the session', 'End the session now and go on watching'),
    rename,
    simple('release', 'Released', 'Let a quarantined room go on'),
    show,
  ]),
)
