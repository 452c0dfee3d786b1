// `roomkeeper live`: puts rooms on air, takes them off, and shows what is.

import * as Effect from 'effect/Effect'
import * as Option from 'effect/Option'
import * as Argument from 'effect/cli/Argument'
import * as Command from 'effect/cli/Command'
import * as Flag from 'effect/cli/Flag'
import { destinationPath, platform, room } from './destinations.ts'
import { connect, type JsonObject } from './server.ts'
import { at, items, moment, plain, print, table, type Column } from './table.ts'

const attempt = (row: JsonObject): string => `${plain(row['attempt'])}/${plain(row['attempts_max'])}`

const COLUMNS: readonly Column[] = [
  ['HANDLE', (row) => `@${plain(row['handle'])}`],
  ['PLATFORM', (row) => plain(row['platform'])],
  ['STATUS', (row) => plain(row['status'])],
  ['STATE', (row) => plain(row['state'])],
  ['SINCE', (row) => moment(row['since'])],
  ['TRY', attempt],
  ['NEXT TRY', (row) => moment(row['next_attempt_at'])],
  ['PLATFORM SAYS', (row) => plain(row['platform_state'])],
  ['WRONG', (row) => plain(row['error'])],
]

/** One row for each destination of a room. */
const rowsOf = (status: JsonObject): readonly JsonObject[] => {
  const platforms = status['platforms']
  return typeof platforms === 'object' && platforms !== null
    ? Object.entries(platforms).map(([platform, one]) => ({
        ...(one as JsonObject),
        platform,
        handle: at(status, 'handle') ?? null,
      }))
    : []
}

const shown = (all: readonly JsonObject[]): string => {
  const rows = all.flatMap(rowsOf)
  return rows.length === 0 ? 'Nothing is sent out.' : table(COLUMNS, rows)
}

const many = (description: string) =>
  Argument.String('platform').pipe(Argument.withDescription(description), Argument.variadic({ max: 16 }))

const start = Command.make(
  'start',
  {
    room,
    platforms: many('youtube, twitch, other destinations; both when none is named'),
    force: Flag.Boolean('force').pipe(
      Flag.withDescription('although it is not known whether the last one stopped; audited'),
      Flag.withDefault(false),
    ),
  },
  Effect.fn(function* ({ room, platforms, force }) {
    const server = yield* connect
    const asked = { room, platforms: platforms.length === 0 ? 'both' : platforms, ...(force && { force }) }
    const answer = yield* server.ask('POST', '/api/live/start', asked)
    yield* print(answer, () => shown([answer]))
  }),
).pipe(
  Command.withDescription('Put a room on air'),
  Command.withExamples([
    { command: 'roomkeeper live start @creator', description: 'on YouTube and Twitch' },
    { command: 'roomkeeper live start @creator twitch', description: 'on Twitch as well, or alone' },
  ]),
)

const stop = Command.make(
  'stop',
  { room, platforms: many('only these; all when none is named') },
  Effect.fn(function* ({ room, platforms }) {
    const server = yield* connect
    const asked = { room, platforms: platforms.length === 0 ? 'all' : platforms }
    const answer = yield* server.ask('POST', '/api/live/stop', asked)
    yield* print(answer, () => shown([answer]))
  }),
).pipe(Command.withDescription('Take a room off air; twice is as good as once'))

const retry = Command.make(
  'retry',
  { room, platform },
  Effect.fn(function* ({ room, platform }) {
    const server = yield* connect
    const answer = yield* server.ask('POST', destinationPath(room, platform, '/retry'), {})
    yield* print(answer, () => shown([answer]))
  }),
).pipe(Command.withDescription('Try a destination now instead of later'))

const status = Command.make(
  'status',
  { room: room.pipe(Argument.optional) },
  Effect.fn(function* ({ room }) {
    const server = yield* connect
    const query = Option.isSome(room) ? `?${new URLSearchParams({ room: room.value })}` : ''
    const answer = yield* server.ask('GET', `/api/live/status${query}`)
    yield* print(answer, () => shown(Option.isSome(room) ? [answer] : items(answer)))
  }),
).pipe(Command.withDescription('What is on air: one room, or all'))

export const live = Command.make('live').pipe(
  Command.withDescription('Sending out: put rooms on air, take them off, and see how it goes'),
  Command.withSubcommands([start, stop, retry, status]),
)
