// `roomkeeper assets`: the files of the shows on the running server; looked up, sent, imported and looked after.

import * as Effect from 'effect/Effect'
import * as Option from 'effect/Option'
import * as Argument from 'effect/cli/Argument'
import * as Command from 'effect/cli/Command'
import * as Flag from 'effect/cli/Flag'
import { importCommand, sweep, upload } from './assets-jobs.ts'
import { fail } from './failure.ts'
import { everyPage } from './pages.ts'
import { connect, type JsonObject, type Server } from './server.ts'
import { sure } from './sure.ts'
import { moment, pairs, plain, print, table, type Column } from './table.ts'

const COLUMNS: readonly Column[] = [
  ['TYPE', (row) => plain(row['type'])],
  ['KEY', (row) => plain(row['s3_key'])],
  ['NAME', (row) => plain(row['display_name'])],
  ['STATUS', (row) => plain(row['status'])],
  ['BYTES', (row) => plain(row['size_bytes'])],
  ['VISIBILITY', (row) => plain(row['visibility'])],
  ['CHECKED', (row) => moment(row['checked_at'])],
]

const details = (asset: JsonObject): string =>
  pairs([
    ['id', plain(asset['id'])],
    ['key', plain(asset['s3_key'])],
    ['type', plain(asset['type'])],
    ['name', plain(asset['display_name'])],
    ['status', plain(asset['status'])],
    ['why', plain(asset['error_code'])],
    ['bytes', plain(asset['size_bytes'])],
    ['mime type', plain(asset['mime_type'])],
    ['sha256', plain(asset['sha256'])],
    ['owner', plain(asset['owner'])],
    ['visibility', plain(asset['visibility'])],
    ['version', plain(asset['version'])],
    ['checked', moment(asset['checked_at'])],
    ['created', moment(asset['created_at'])],
  ])

const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** By its id, or the one whose key this is exactly. */
const find = Effect.fnUntraced(function* (server: Server, name: string) {
  if (ID.test(name)) return yield* server.ask('GET', `/api/s3/resources/${name}`)
  const found = yield* everyPage(server, '/api/s3/resources', { q: name }, 1_000)
  const asset = found.find((row) => row['s3_key'] === name)
  return asset ?? (yield* fail('refused', `There is no asset with the key ${plain(name)}.`))
})

const asset = Argument.String('asset').pipe(Argument.withDescription('id or key'))

const filters = {
  type: Flag.String('type').pipe(Flag.withDescription('vrm, animation, bgm, hdr or scene'), Flag.optional),
  status: Flag.String('status').pipe(
    Flag.withDescription('ready, missing, suspect, failed or uploading'),
    Flag.optional,
  ),
  search: Flag.String('search').pipe(Flag.withDescription('part of the name or the key'), Flag.optional),
}

const list = Command.make(
  'list',
  filters,
  Effect.fn(function* ({ type, status, search }) {
    const query = {
      ...(Option.isSome(type) && { type: type.value }),
      ...(Option.isSome(status) && { status: status.value }),
      ...(Option.isSome(search) && { q: search.value }),
    }
    const found = yield* everyPage(yield* connect, '/api/s3/resources', query)
    yield* print({ items: found }, () =>
      found.length === 0 ? 'There is no such asset.' : table(COLUMNS, found),
    )
  }),
).pipe(Command.withDescription('What there is, from the index: no bucket is listed'))

const show = Command.make(
  'show',
  { asset },
  Effect.fn(function* ({ asset: name }) {
    const found = yield* find(yield* connect, name)
    yield* print(found, () => details(found))
  }),
).pipe(Command.withDescription('One asset'))

const remove = Command.make(
  'remove',
  { asset, yes: sure.flag },
  Effect.fn(function* ({ asset: name, yes }) {
    yield* sure.check(yes, `This removes ${plain(name)} and its object, for good.`)
    const server = yield* connect
    const found = yield* find(server, name)
    const answer = yield* server.ask('DELETE', `/api/s3/resources/${plain(found['id'])}`)
    yield* print(answer, () => `Removed ${plain(found['s3_key'])}.`)
  }),
).pipe(Command.withDescription('Remove an asset and its object; asks for --yes'))

export const assets = Command.make('assets').pipe(
  Command.withDescription('Assets: list, upload, import, sweep'),
  Command.withSubcommands([list, show, upload, importCommand, sweep, remove]),
)
