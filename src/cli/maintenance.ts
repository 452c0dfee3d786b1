// `roomkeeper repair`, `merge` and `prune`: keeping the record in order. What changes nothing needs no --yes.

import * as Effect from 'effect/Effect'
import * as Option from 'effect/Option'
import * as Schema from 'effect/Schema'
import * as Argument from 'effect/cli/Argument'
import * as Command from 'effect/cli/Command'
import * as Flag from 'effect/cli/Flag'
import { age } from './age.ts'
import { fail } from './failure.ts'
import { connect, type JsonObject } from './server.ts'
import { at, pairs, plain, print, table, type Column } from './table.ts'
import { sure } from './sure.ts'

const dryRun = Flag.Boolean('dry-run').pipe(
  Flag.withDescription('say what would be done and change nothing'),
  Flag.withDefault(false),
)

const list = (answer: JsonObject, key: string): readonly JsonObject[] => {
  const found = answer[key]
  return Array.isArray(found) ? (found as readonly JsonObject[]) : []
}

const counts = (answer: JsonObject, names: readonly (readonly [label: string, path: string])[]): string =>
  pairs(names.map(([label, path]) => [label, plain(at(answer, path))]))

const ask = Effect.fnUntraced(function* (route: string, body: JsonObject) {
  const server = yield* connect
  return yield* server.ask('POST', `/api/maintenance/${route}`, body)
})

const headline = (answer: JsonObject, done: string): string =>
  answer['dryRun'] === true ? 'Dry run: nothing was changed.' : done

const FINDINGS: readonly Column[] = [
  ['SESSION', (row) => plain(row['sessionId'])],
  ['FINDING', (row) => plain(row['kind'])],
  ['MENDED', (row) => (row['fixed'] === true ? 'yes' : 'no')],
  ['DETAIL', (row) => plain(row['detail'])],
]

export const repair = Command.make(
  'repair',
  {
    sessions: Argument.String('session').pipe(
      Argument.withDescription('only these; all when none is named'),
      Argument.variadic({ max: 1_000 }),
    ),
    dryRun,
  },
  Effect.fn(function* ({ sessions, dryRun }) {
    const answer = yield* ask('repair', { dryRun, ...(sessions.length > 0 && { sessions }) })
    yield* print(answer, () => {
      const findings = list(answer, 'findings')
      const total = counts(answer, [
        ['checked', 'checked'],
        ['found', 'found'],
        ['mended', 'fixed'],
      ])
      return [headline(answer, 'Repaired.'), total, findings.length > 0 ? table(FINDINGS, findings) : '']
        .filter((part) => part !== '')
        .join('\n')
    })
  }),
).pipe(Command.withDescription('Find what does not fit together in the record, and mend it'))

const MERGED: readonly Column[] = [
  ['SESSION', (row) => plain(row['sessionId'])],
  ['INTO', (row) => plain(row['into'])],
  ['AS', (row) => plain(row['kind'])],
]

const printMerge = (answer: JsonObject) =>
  print(answer, () => {
    const merged = list(answer, 'sessions')
    const lines = counts(answer, [
      ['merged', 'merged'],
      ['sessions moved', 'rooms.sessionsMoved'],
      ['assets moved', 'rooms.assetsMoved'],
      ['taken back', 'undone'],
      ['log entry', 'logId'],
    ])
    const parts = [
      headline(answer, Number(answer['undone'] ?? 0) > 0 ? 'Taken back.' : 'Merged.'),
      lines,
      merged.length > 0 ? table(MERGED, merged) : '',
    ]
    return parts.filter((part) => part !== '').join('\n')
  })

const mergeSessions = Command.make(
  'sessions',
  {
    into: Argument.String('into').pipe(Argument.withDescription('the session that stays, like s42')),
    from: Argument.String('from').pipe(
      Argument.withDescription('sessions of the same broadcast'),
      Argument.variadic({ min: 1, max: 200 }),
    ),
    dryRun,
  },
  Effect.fn(function* ({ into, from, dryRun }) {
    yield* printMerge(yield* ask('merge', { what: 'sessions', into, from, dryRun }))
  }),
).pipe(Command.withDescription('Sessions of one broadcast become one; undo takes it back'))

const mergeBroadcasts = Command.make(
  'broadcasts',
  { room: Flag.String('room').pipe(Flag.withDescription('only of this room'), Flag.optional), dryRun },
  Effect.fn(function* ({ room, dryRun }) {
    const scope = Option.isSome(room) ? { room: room.value } : {}
    yield* printMerge(yield* ask('merge', { what: 'broadcasts', ...scope, dryRun }))
  }),
).pipe(Command.withDescription('Find the fragments of every broadcast and merge them; undo takes it back'))

const mergeRooms = Command.make(
  'rooms',
  {
    from: Argument.String('from').pipe(Argument.withDescription('the room that goes')),
    into: Argument.String('into').pipe(Argument.withDescription('the room that gets its sessions')),
    dryRun,
    yes: sure.flag,
  },
  Effect.fn(function* ({ from, into, dryRun, yes }) {
    yield* sure.check(yes || dryRun, `This removes the room ${plain(from)} and revokes its tokens.`)
    yield* printMerge(yield* ask('merge', { what: 'rooms', from, into, dryRun }))
  }),
).pipe(Command.withDescription('Two rooms of one creator become one; every session stays'))

const undo = Command.make(
  'undo',
  {
    logId: Argument.Int('log-entry').pipe(Argument.withDescription('the number that the merge printed')),
    dryRun,
  },
  Effect.fn(function* ({ logId, dryRun }) {
    yield* printMerge(yield* ask('merge', { what: 'undo', logId, dryRun }))
  }),
).pipe(Command.withDescription('Take a merge of sessions back'))

export const merge = Command.make('merge').pipe(
  Command.withDescription('Join what belongs together: sessions, broadcasts, rooms'),
  Command.withSubcommands([mergeSessions, mergeBroadcasts, mergeRooms, undo]),
)

const aged = (name: string, description: string) =>
  age(name).pipe(Flag.withDescription(`${description}, like 90d, 12h or 30m`), Flag.optional)

const REMOVED = [
  ['empty sessions', 'emptySessions'],
  ['sessions emptied', 'prunedSessions'],
  ['events', 'events'],
  ['frames', 'frames'],
  ['gifts', 'gifts'],
  ['unreadable', 'poison'],
  ['facts', 'journal'],
  ['idempotency keys', 'idempotency'],
] as const

export const prune = Command.make(
  'prune',
  {
    emptyOlderThan: aged('empty-older-than', 'remove sessions without events that ended longer ago'),
    olderThan: aged('older-than', 'remove the events of sessions that ended longer ago'),
    keep: Flag.Int('keep').pipe(
      Flag.withDescription('keep the events of the newest sessions of each room, this many'),
      Flag.withSchema(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 1_000_000 }))),
      Flag.optional,
    ),
    journalOlderThan: aged('journal-older-than', 'forget facts older than this'),
    room: Flag.String('room').pipe(Flag.withDescription('only sessions of this room'), Flag.optional),
    dryRun,
    yes: sure.flag,
  },
  Effect.fn(function* ({ emptyOlderThan, olderThan, keep, journalOlderThan, room, dryRun, yes }) {
    const asked = {
      ...(Option.isSome(emptyOlderThan) && { emptyOlderThanMs: emptyOlderThan.value }),
      ...(Option.isSome(olderThan) && { olderThanMs: olderThan.value }),
      ...(Option.isSome(keep) && { keepPerRoom: keep.value }),
      ...(Option.isSome(journalOlderThan) && { journalOlderThanMs: journalOlderThan.value }),
    }
    if (Object.keys(asked).length === 0) {
      return yield* fail(
        'usage',
        'Say what to prune: --older-than, --keep, --empty-older-than or --journal-older-than.',
      )
    }
    yield* sure.check(yes || dryRun, 'This removes what was recorded, for good; --dry-run says what.')
    const body = { ...asked, ...(Option.isSome(room) && { room: room.value }), dryRun }
    const answer = yield* ask('prune', body)
    yield* print(answer, () => {
      const more = answer['more'] === true ? '\nThere is more than one run removes: run it again.' : ''
      return `${headline(answer, 'Pruned.')}\n${counts(answer, REMOVED)}${more}`
    })
  }),
).pipe(
  Command.withDescription('Remove empty sessions and what is past its retention; asks for --yes'),
  Command.withExamples([
    { command: 'roomkeeper prune --older-than 90d --dry-run', description: 'what would go' },
    { command: 'roomkeeper prune --older-than 90d --keep 20 --yes', description: 'remove it' },
  ]),
)
