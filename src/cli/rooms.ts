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

const details = (status: JsonObject): string =>
  pairs([
    ['room', plain(status['id'])],
    ['handle', `@${plain(status['handle'])}`],
    ['name', plain(status['displayName'])],
    ['watched', status['monitor'] === true ? 'yes' : 'no'],
    ['state', `${plain(status['state'])} since ${moment(status['since'])}`],
    ['session', plain(at(status, 'session.id'))],
    ['events', plain(at(status, 'session.counters.events'))],
    ['waits for', plain(at(status, 'waiting.for'))],
    ['until', moment(at(status, 'waiting.untilAt'))],
    ['last error', plain(status['lastError'])],
    ['commands', plain(Array.isArray(status['allowed']) ? status['allowed'].join(', ') : null)],
  ])

const list = Command.make(
  'list',
  {},
  Effect.fn(function* () {
    const rooms = yield* everyPage(yield* connect, '/api/rooms', {})
    yield* print({ items: rooms }, () =>
      rooms.length === 0 ? 'There is no room yet: roomkeeper rooms add @handle' : table(COLUMNS, rooms),
    )
  }),
).pipe(Command.withDescription('Every room and what it is doing'), Command.withAlias('ls'))

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
    const answer = yield* server.ask('GET', pathOf(room))
    yield* print(answer, () => details(answer))
  }),
).pipe(Command.withDescription('One room in full'))

const diagnose = Command.make(
  'diagnose',
  { room },
  Effect.fn(function* ({ room }) {
    const server = yield* connect
    const answer = yield* server.ask('GET', pathOf(room, '/diagnosis'))
    yield* print(answer, () =>
      pairs([
        ['why', plain(answer['sentence'])],
        ['next', plain(answer['next'])],
        ['advice', plain(answer['advice'])],
        ['last look', moment(at(answer, 'evidence.lookedAt'))],
        ['next look', moment(at(answer, 'evidence.nextLookAt'))],
        ['state', plain(at(answer, 'evidence.status.state'))],
        ['last error', plain(at(answer, 'evidence.status.lastError'))],
      ]),
    )
  }),
).pipe(Command.withDescription('"It is live and you do not record it, why?"'))

export const rooms = Command.make('rooms').pipe(
  Command.withDescription('Rooms: list, add, command, diagnose'),
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
    diagnose,
  ]),
)
