// What takes its time with assets: sending a file, importing a list, sweeping. Each waits for the job's end and says
// how it went.

import { createHash } from 'node:crypto'
import { createReadStream, openAsBlob } from 'node:fs'
import { basename, extname } from 'node:path'
import { createGunzip } from 'node:zlib'
import * as Effect from 'effect/Effect'
import * as Option from 'effect/Option'
import * as Argument from 'effect/cli/Argument'
import * as Command from 'effect/cli/Command'
import * as Flag from 'effect/cli/Flag'
import { fail, type Failure } from './failure.ts'
import { everyPage } from './pages.ts'
import { connect, type JsonObject, type Server } from './server.ts'
import { at, pairs, plain, print, table, type Column } from './table.ts'

const ASK_EVERY_MS = 500
/** Keys of a report that are shown; --json and the API have all. */
const SHOWN_MAX = 200

const unread = (file: string): Failure => fail('usage', `The file ${file} cannot be read.`)

const fileArgument = Argument.String('file').pipe(Argument.withDescription('on this machine'))
const typeFlag = Flag.String('type').pipe(
  Flag.withDescription('vrm, animation, bgm, hdr or scene; needed when the extension does not tell'),
  Flag.optional,
)
const publicFlag = Flag.Boolean('public').pipe(
  Flag.withDescription('everybody may read it'),
  Flag.withDefault(false),
)
const dryRun = Flag.Boolean('dry-run').pipe(
  Flag.withDescription('say what would be done and change nothing'),
  Flag.withDefault(false),
)

const hashOf = (file: string): Effect.Effect<string, Failure> =>
  Effect.tryPromise({
    try: async () => {
      const hash = createHash('sha256')
      for await (const piece of createReadStream(file)) hash.update(piece as Buffer)
      return hash.digest('hex')
    },
    catch: () => unread(file),
  })

const blobOf = (file: string): Effect.Effect<Blob, Failure> =>
  Effect.tryPromise({ try: () => openAsBlob(file), catch: () => unread(file) })

export const upload = Command.make(
  'upload',
  {
    file: fileArgument,
    key: Flag.String('key').pipe(
      Flag.withDescription('where it is kept; its name when absent'),
      Flag.optional,
    ),
    name: Flag.String('name').pipe(Flag.withDescription('what it is called'), Flag.optional),
    type: typeFlag,
    public: publicFlag,
    replace: Flag.Boolean('replace').pipe(
      Flag.withDescription('other content under the key becomes a new version'),
      Flag.withDefault(false),
    ),
  },
  Effect.fn(function* ({ file, key, name, type, public: isPublic, replace }) {
    const server = yield* connect
    const sha256 = yield* hashOf(file)
    const query = new URLSearchParams({
      key: Option.getOrElse(key, () => basename(file)),
      ...(Option.isSome(type) && { type: type.value }),
      ...(Option.isSome(name) && { display_name: name.value }),
      ...(isPublic && { visibility: 'public' }),
      ...(replace && { replace: 'true' }),
      sha256,
    })
    const body = { type: 'application/octet-stream', bytes: yield* blobOf(file) }
    const answer = yield* server.send('PUT', `/api/s3/upload?${query}`, body)
    yield* print(
      answer,
      () => `Stored ${plain(answer['s3_key'])}, version ${plain(answer['version'])}: ${plain(answer['id'])}.`,
    )
  }),
).pipe(Command.withDescription('Send a file'))

/** Asks until the job is over. */
const over = Effect.fnUntraced(function* (
  server: Server,
  path: string,
  isOver: (job: JsonObject) => boolean,
) {
  for (;;) {
    const job = yield* server.ask('GET', path)
    if (isOver(job)) return job
    yield* Effect.sleep(ASK_EVERY_MS)
  }
})

const MEDIA: Readonly<Record<string, string>> = {
  '.json': 'application/json',
  '.ndjson': 'application/x-ndjson',
  '.jsonl': 'application/x-ndjson',
  '.csv': 'text/csv',
}

const gunzipped = (file: string): Effect.Effect<Blob, Failure> =>
  Effect.tryPromise({
    try: async () => new Blob(await createReadStream(file).pipe(createGunzip()).toArray()),
    catch: () => unread(file),
  })

const REPORT: readonly Column[] = [
  ['KEY', (row) => plain(row['s3_key'])],
  ['OUTCOME', (row) => plain(row['outcome'])],
]

export const importCommand = Command.make(
  'import',
  {
    file: fileArgument.pipe(
      Argument.withDescription('a list: .json, .ndjson, .csv, or the .csv.gz of an S3 inventory'),
    ),
    columns: Flag.String('columns').pipe(
      Flag.withDescription(
        'of a CSV without a header, like "Bucket, Key, Size" in the manifest of an inventory',
      ),
      Flag.optional,
    ),
    type: typeFlag,
    public: publicFlag,
    owner: Flag.String('owner').pipe(Flag.withDescription('a room; the operator when absent'), Flag.optional),
    dryRun,
  },
  Effect.fn(function* ({ file, columns, type, public: isPublic, owner, dryRun }) {
    const isZipped = extname(file) === '.gz'
    const media = MEDIA[extname(isZipped ? file.slice(0, -3) : file).toLowerCase()]
    if (media === undefined) {
      return yield* fail('usage', `The list must be one of ${Object.keys(MEDIA).join(', ')}, or .csv.gz.`)
    }
    const query = new URLSearchParams({
      ...(Option.isSome(columns) && { columns: columns.value }),
      ...(Option.isSome(type) && { type: type.value }),
      ...(isPublic && { visibility: 'public' }),
      ...(Option.isSome(owner) && { owner: owner.value }),
      ...(dryRun && { dry_run: 'true' }),
    })
    const server = yield* connect
    const bytes = yield* isZipped ? gunzipped(file) : blobOf(file)
    const begun = yield* server.send('POST', `/api/s3/import?${query}`, { type: media, bytes })
    const path = `/api/s3/imports/${plain(begun['id'])}`
    const job = yield* over(server, path, ({ state }) => state === 'done' || state === 'failed')
    const keys = yield* everyPage(server, `${path}/keys`, {}, SHOWN_MAX)
    const outcomes = at(job, 'outcomes')
    const lines = Object.entries(typeof outcomes === 'object' && outcomes !== null ? outcomes : {})
    yield* print({ ...job, items: keys }, () =>
      [
        dryRun ? 'Dry run: nothing was indexed.' : 'Imported.',
        pairs([['keys', plain(job['keys'])], ...lines.map(([word, n]) => [word, plain(n)] as const)]),
        keys.length > 0 ? table(REPORT, keys) : '',
      ]
        .filter((part) => part !== '')
        .join('\n'),
    )
  }),
).pipe(
  Command.withDescription('Index keys that are known from elsewhere; nothing is listed or overwritten'),
  Command.withExamples([
    { command: 'roomkeeper assets import keys.json --dry-run', description: 'what would be indexed' },
    {
      command: 'roomkeeper assets import inventory.csv.gz --columns "Bucket, Key, Size"',
      description: 'a file of an S3 inventory',
    },
  ]),
)

const SWEPT = ['looked', 'missing', 'suspect', 'found', 'altered', 'failed', 'requests'] as const

const ENDED: Readonly<Record<string, string>> = {
  done: 'Swept.',
  partial: 'Swept in part: of some nothing could be learned.',
  braked: 'Held back: too many are missing at once. --confirm-missing believes it.',
  aborted: 'Stopped: the store cannot be believed, and nothing was changed.',
}

export const sweep = Command.make(
  'sweep',
  {
    dryRun,
    confirmMissing: Flag.Boolean('confirm-missing').pipe(
      Flag.withDescription('believe it when many are missing at once'),
      Flag.withDefault(false),
    ),
    placeSentinel: Flag.Boolean('place-sentinel').pipe(
      Flag.withDescription('this store is the right one although its sentinel is not there'),
      Flag.withDefault(false),
    ),
  },
  Effect.fn(function* (asked) {
    const server = yield* connect
    const begun = yield* server.ask('POST', '/api/maintenance/sweep', asked)
    const path = `/api/maintenance/sweeps/${plain(begun['id'])}`
    const job = yield* over(server, path, ({ state }) => state !== 'running')
    const why = job['code'] === null ? '' : ` [${plain(job['code'])}]`
    yield* print(job, () =>
      [
        asked.dryRun ? 'Dry run: nothing was changed.' : `${ENDED[plain(job['state'])] ?? 'Ended.'}${why}`,
        pairs(SWEPT.map((name) => [name, plain(job[name])])),
      ].join('\n'),
    )
    if (job['state'] === 'braked' || job['state'] === 'aborted') {
      return yield* fail('refused', `The sweep ended as ${plain(job['state'])}.`)
    }
  }),
).pipe(Command.withDescription('Look whether every asset still has its object'))
