// `roomkeeper sessions`: what was recorded.

import * as Effect from 'effect/Effect'
import * as Option from 'effect/Option'
import * as Schema from 'effect/Schema'
import * as Argument from 'effect/cli/Argument'
import * as Command from 'effect/cli/Command'
import * as Flag from 'effect/cli/Flag'
import { everyPage, LISTED_MAX } from './pages.ts'
import { connect, type JsonObject } from './server.ts'
import { at, length, moment, pairs, plain, print, table, type Column } from './table.ts'

export const session = Argument.String('session').pipe(Argument.withDescription('its id, like s42'))
export const sessionPath = (id: string, rest = '') => `/api/sessions/${encodeURIComponent(id)}${rest}`

const reason = (row: JsonObject): string => (row['archivedAt'] === null ? 'open' : plain(row['endReason']))

const COLUMNS: readonly Column[] = [
  ['SESSION', (row) => plain(row['id'])],
  ['HANDLE', (row) => `@${plain(row['handle'])}`],
  ['OPENED', (row) => moment(row['openedAt'])],
  ['LENGTH', (row) => length(row['durationMs'])],
  ['END', reason],
  ['EVENTS', (row) => plain(at(row, 'counters.events'))],
  ['CHATS', (row) => plain(at(row, 'counters.chats'))],
  ['GIFT VALUE', (row) => plain(at(row, 'counters.giftValue'))],
  ['PEAK', (row) => plain(at(row, 'counters.viewersPeak'))],
]

const showAll = Effect.fn(function* (room: Option.Option<string>, limit: number) {
  const query = Option.isSome(room) ? { room: room.value } : {}
  const found = yield* everyPage(yield* connect, '/api/sessions', query, limit)
  yield* print({ items: found }, () =>
    found.length === 0 ? 'Nothing was recorded yet.' : table(COLUMNS, found),
  )
})

const LIMIT = 50

const list = Command.make(
  'list',
  {
    room: Flag.String('room').pipe(
      Flag.withDescription('only those of this room (id or handle)'),
      Flag.optional,
    ),
    limit: Flag.Int('limit').pipe(
      Flag.withDescription('how many, the newest first'),
      Flag.withSchema(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: LISTED_MAX }))),
      Flag.withDefault(LIMIT),
    ),
  },
  ({ room, limit }) => showAll(room, limit),
).pipe(Command.withDescription('Recorded broadcasts, the newest first'), Command.withAlias('ls'))

const show = Command.make(
  'show',
  { session },
  Effect.fn(function* ({ session }) {
    const server = yield* connect
    const answer = yield* server.ask('GET', sessionPath(session))
    yield* print(answer, () =>
      pairs([
        ['session', plain(answer['id'])],
        ['handle', `@${plain(answer['handle'])}`],
        ['broadcast', plain(answer['broadcastId'])],
        ['opened', moment(answer['openedAt'])],
        ['ended', moment(answer['endedAt'])],
        ['length', length(answer['durationMs'])],
        ['end', reason(answer)],
        ['received', plain(at(answer, 'counters.received'))],
        ['= stored', plain(at(answer, 'counters.events'))],
        ['+ duplicates', plain(at(answer, 'counters.duplicates'))],
        ['+ unreadable', plain(at(answer, 'counters.poison'))],
        ['chats', plain(at(answer, 'counters.chats'))],
        ['gifts', plain(at(answer, 'counters.gifts'))],
        ['gift value', plain(at(answer, 'counters.giftValue'))],
        ['likes', plain(at(answer, 'counters.likes'))],
        ['joins', plain(at(answer, 'counters.joins'))],
        ['gaps', plain(Array.isArray(answer['gaps']) ? answer['gaps'].length : null)],
        ['merged into', plain(answer['mergedInto'])],
        ['pruned', moment(answer['prunedAt'])],
        ['peak viewers', plain(at(answer, 'counters.viewersPeak'))],
      ]),
    )
  }),
).pipe(Command.withDescription('One session: its totals and its receipt'))

export const sessions = Command.make('sessions', {}, () => showAll(Option.none(), LIMIT)).pipe(
  Command.withDescription('Sessions: what was recorded'),
  Command.withSubcommands([list, show]),
)
