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

/** A number of the session with its fragments, when it has some. */
const total = (row: JsonObject, path: string): string =>
  plain(at(row, (row['withFragments'] ?? null) === null ? path : `withFragments.${path}`))
const lasted = (row: JsonObject): string =>
  length(at(row, (row['withFragments'] ?? null) === null ? 'durationMs' : 'withFragments.durationMs'))

const fragments = (row: JsonObject): string => {
  const list = at(row, 'withFragments.fragments')
  return Array.isArray(list) ? list.map(plain).join(', ') : plain(null)
}

const reason = (row: JsonObject): string => (row['archivedAt'] === null ? 'open' : plain(row['endReason']))

const COLUMNS: readonly Column[] = [
  ['SESSION', (row) => plain(row['id'])],
  ['HANDLE', (row) => `@${plain(row['handle'])}`],
  ['OPENED', (row) => moment(row['openedAt'])],
  ['LENGTH', lasted],
  ['END', reason],
  ['EVENTS', (row) => total(row, 'counters.events')],
  ['CHATS', (row) => total(row, 'counters.chats')],
  ['GIFT VALUE', (row) => total(row, 'counters.giftValue')],
  ['PEAK', (row) => total(row, 'counters.viewersPeak')],
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
        [
          'ended',
          moment(
            at(answer, (answer['withFragments'] ?? null) === null ? 'endedAt' : 'withFragments.endedAt'),
          ),
        ],
        ['length', lasted(answer)],
        ['end', reason(answer)],
        ['received', total(answer, 'counters.received')],
        ['= stored', total(answer, 'counters.events')],
        ['+ duplicates', total(answer, 'counters.duplicates')],
        ['+ unreadable', total(answer, 'counters.poison')],
        ['chats', total(answer, 'counters.chats')],
        ['gifts', total(answer, 'counters.gifts')],
        ['gift value', total(answer, 'counters.giftValue')],
        ['likes', total(answer, 'counters.likes')],
        ['joins', total(answer, 'counters.joins')],
        ['gaps', plain(Array.isArray(answer['gaps']) ? answer['gaps'].length : null)],
        ['fragments', fragments(answer)],
        ['merged into', plain(answer['mergedInto'])],
        ['pruned', moment(answer['prunedAt'])],
        ['peak viewers', total(answer, 'counters.viewersPeak')],
      ]),
    )
  }),
).pipe(Command.withDescription('One session: its totals and its receipt'))

export const sessions = Command.make('sessions', {}, () => showAll(Option.none(), LIMIT)).pipe(
  Command.withDescription('Sessions: what was recorded'),
  Command.withSubcommands([list, show]),
)
