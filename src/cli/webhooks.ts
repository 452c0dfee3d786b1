// `roomkeeper webhooks`: who is sent which facts, and how it goes. A secret is printed once, when it is made.

import * as Effect from 'effect/Effect'
import * as Option from 'effect/Option'
import * as Argument from 'effect/cli/Argument'
import * as Command from 'effect/cli/Command'
import * as Flag from 'effect/cli/Flag'
import { fail } from './failure.ts'
import { everyPage } from './pages.ts'
import { connect, type JsonObject } from './server.ts'
import { sure } from './sure.ts'
import { at, items, moment, plain, print, table, type Column } from './table.ts'

const id = Argument.String('webhook').pipe(Argument.withDescription('its id'))
const pathOf = (id: string, rest = ''): string => `/api/webhooks/${encodeURIComponent(id)}${rest}`

const COLUMNS: readonly Column[] = [
  ['ID', (row) => plain(row['id'])],
  ['NAME', (row) => plain(row['name'])],
  ['URL', (row) => plain(row['url'])],
  ['STATE', (row) => [row['state'], row['disabledReason']].filter((word) => word !== null).join(' ')],
  ['BEHIND', (row) => plain(row['behind'])],
  ['DELIVERED', (row) => plain(row['delivered'])],
  ['ASIDE', (row) => plain(row['deadLetters'])],
  ['NEXT', (row) => moment(row['nextAt'])],
  ['LAST ERROR', (row) => plain(at(row, 'lastError.says'))],
  ['FACTS', (row) => (Array.isArray(row['facts']) ? row['facts'].map(plain).join(' ') : '–')],
]

const list = Command.make(
  'list',
  {},
  Effect.fn(function* () {
    const server = yield* connect
    const answer = yield* server.ask('GET', '/api/webhooks')
    yield* print(answer, () =>
      items(answer).length === 0
        ? 'There is none yet: roomkeeper webhooks add https://example.org/hook asset.missing'
        : table(COLUMNS, items(answer)),
    )
  }),
).pipe(Command.withDescription('Who is sent facts, and how it goes'), Command.withAlias('ls'))

const facts = Argument.String('fact').pipe(
  Argument.withDescription('names of facts, like asset.missing, egress.* or *'),
)
const name = Flag.String('name').pipe(Flag.withDescription('what people call it'), Flag.optional)
const rooms = Flag.String('rooms').pipe(
  Flag.withDescription('only facts of these rooms: ids or handles, separated by commas'),
  Flag.optional,
)
const listOf = (text: string): readonly string[] =>
  text
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '')

const printSecret = (answer: JsonObject) =>
  print(answer, () =>
    [table(COLUMNS, [answer]), '', `Its secret, which is not shown again: ${plain(answer['secret'])}`].join(
      '\n',
    ),
  )

const add = Command.make(
  'add',
  {
    url: Argument.String('url').pipe(Argument.withDescription('https address of the receiver')),
    facts: facts.pipe(Argument.variadic({ min: 1, max: 100 })),
    name,
    rooms,
  },
  Effect.fn(function* ({ url, facts, name, rooms }) {
    const server = yield* connect
    yield* printSecret(
      yield* server.ask('POST', '/api/webhooks', {
        url,
        facts,
        ...(Option.isSome(name) && { name: name.value }),
        ...(Option.isSome(rooms) && { rooms: listOf(rooms.value) }),
      }),
    )
  }),
).pipe(
  Command.withDescription('Send facts to an address from now on'),
  Command.withExamples([
    {
      command: 'roomkeeper webhooks add https://example.org/hook asset.missing asset.mass_missing',
      description: 'an alarm when files of the show are gone',
    },
  ]),
)

const change = Command.make(
  'change',
  {
    id,
    url: Flag.String('url-to').pipe(Flag.withDescription('another address'), Flag.optional),
    facts: Flag.String('facts').pipe(Flag.withDescription('separated by commas'), Flag.optional),
    name,
    rooms,
  },
  Effect.fn(function* ({ id, url, facts, name, rooms }) {
    const body = {
      ...(Option.isSome(url) && { url: url.value }),
      ...(Option.isSome(facts) && { facts: listOf(facts.value) }),
      ...(Option.isSome(name) && { name: name.value }),
      ...(Option.isSome(rooms) && { rooms: rooms.value === 'all' ? null : listOf(rooms.value) }),
    }
    if (Object.keys(body).length === 0) {
      return yield* fail('usage', 'Say what to change: --url-to, --facts, --name or --rooms.')
    }
    const server = yield* connect
    const answer = yield* server.ask('PATCH', pathOf(id), body)
    yield* print(answer, () => table(COLUMNS, [answer]))
  }),
).pipe(Command.withDescription('Change its address, facts, name or rooms (--rooms all: of every room)'))

const turned = (word: 'enable' | 'disable', description: string) =>
  Command.make(
    word,
    {
      id,
      skip: Flag.Boolean('skip').pipe(Flag.withDescription('leave out what waits'), Flag.withDefault(false)),
    },
    Effect.fn(function* ({ id, skip }) {
      const server = yield* connect
      const body = { enabled: word === 'enable', ...(skip && { skip }) }
      const answer = yield* server.ask('PATCH', pathOf(id), body)
      yield* print(answer, () => table(COLUMNS, [answer]))
    }),
  ).pipe(Command.withDescription(description))

const remove = Command.make(
  'remove',
  { id, yes: sure.flag },
  Effect.fn(function* ({ id, yes }) {
    yield* sure.check(yes, `This forgets the webhook ${plain(id)}, its secret and what waits for it.`)
    const server = yield* connect
    yield* print(yield* server.ask('DELETE', pathOf(id)), () => `Removed ${plain(id)}.`)
  }),
).pipe(Command.withDescription('Send nothing there any more'), Command.withAlias('rm'))

const rotate = Command.make(
  'rotate',
  { id },
  Effect.fn(function* ({ id }) {
    const server = yield* connect
    yield* printSecret(yield* server.ask('POST', pathOf(id, '/rotate'), {}))
  }),
).pipe(Command.withDescription('A new secret; for a day the old one signs beside it'))

const test = Command.make(
  'test',
  { id },
  Effect.fn(function* ({ id }) {
    const server = yield* connect
    const answer = yield* server.ask('POST', pathOf(id, '/test'), {})
    const took = `in ${plain(answer['tookMs'])} ms`
    const status = answer['status'] === null ? '' : ` It answered ${plain(answer['status'])}.`
    if (answer['delivered'] !== true) {
      return yield* fail('refused', `${plain(answer['says'])}${status} [${plain(answer['code'])}, ${took}]`)
    }
    yield* print(answer, () => `Delivered ${took}.${status}`)
  }),
).pipe(Command.withDescription('Send one message now, and say what became of it'))

const LETTERS: readonly Column[] = [
  ['SEQ', (row) => plain(row['seq'])],
  ['FACT', (row) => plain(row['name'])],
  ['AT', (row) => moment(row['at'])],
  ['STATE', (row) => plain(row['state'])],
  ['TRIES', (row) => plain(row['attempts'])],
  ['STATUS', (row) => plain(row['status'])],
  ['ERROR', (row) => plain(at(row, 'error.says'))],
]

const letters = Command.make(
  'letters',
  { id },
  Effect.fn(function* ({ id }) {
    const server = yield* connect
    const found = yield* everyPage(server, pathOf(id, '/letters'), {})
    yield* print({ items: found }, () =>
      found.length === 0 ? 'Nothing was put aside.' : table(LETTERS, found),
    )
  }),
).pipe(Command.withDescription('What was refused and put aside'))

const redeliver = Command.make(
  'redeliver',
  {
    id,
    seqs: Argument.Int('seq').pipe(
      Argument.withDescription('only these facts; all that was put aside when none is named'),
      Argument.variadic({ max: 1_000 }),
    ),
  },
  Effect.fn(function* ({ id, seqs }) {
    const server = yield* connect
    const answer = yield* server.ask('POST', pathOf(id, '/redeliver'), seqs.length > 0 ? { seqs } : {})
    yield* print(answer, () => `Sent again: ${plain(answer['redelivering'])}.`)
  }),
).pipe(Command.withDescription('Send what was put aside once more'))

export const webhooks = Command.make('webhooks').pipe(
  Command.withDescription('Webhooks: facts that are sent to others, signed after Standard Webhooks'),
  Command.withSubcommands([
    list,
    add,
    change,
    turned('enable', 'Go on where it was'),
    turned('disable', 'Send nothing until it is enabled'),
    rotate,
    test,
    letters,
    redeliver,
    remove,
  ]),
)
