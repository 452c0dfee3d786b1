// `roomkeeper backup` and `roomkeeper restore`: the database as a folder that can be put away, and back again. They
// work on the files of this machine and ask no server: a backup is safe beside one, a restore refuses to be.

import { join } from 'node:path'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import * as Config from 'effect/Config'
import * as Console from 'effect/Console'
import * as Effect from 'effect/Effect'
import * as Option from 'effect/Option'
import * as Schema from 'effect/Schema'
import * as Argument from 'effect/cli/Argument'
import * as Command from 'effect/cli/Command'
import * as Flag from 'effect/cli/Flag'
import type { BackupOptions } from '../backup/backup.ts'
import { fail, type Failure } from './failure.ts'
import type { JsonObject } from './server.ts'
import { sure } from './sure.ts'
import { moment, pairs, plain, print } from './table.ts'

const RATE_DEFAULT = 64
const MEGABYTE = 1_000_000

const environment = Config.all({
  dataDir: Config.String('DATA_DIR').pipe(Config.withDefault('./data')),
  databaseUrl: Config.option(Config.String('DATABASE_URL')),
  keys: Config.option(Config.String('SECRETS_KEYS')),
}).pipe(Effect.catchTag('ConfigError', (error) => fail('usage', error.message)))

/** The files of this machine that the environment names; a database elsewhere is backed up where it is. */
const places = Effect.gen(function* () {
  const { dataDir, databaseUrl, keys } = yield* environment
  const { databaseFile } = yield* Effect.promise(() => import('../backup/restore.ts'))
  const url = Option.getOrElse(databaseUrl, () => `file:${join(dataDir, 'roomkeeper.db')}`)
  const database = databaseFile(url)
  if (database === null) return yield* fail('usage', 'DATABASE_URL is not a file: back it up where it is.')
  const keysFile = join(dataDir, 'secrets-keys')
  return { database, keysFile, keys: Option.getOrNull(keys) }
})

const carryOut = <A>(work: () => Promise<A>): Effect.Effect<A, Failure> =>
  Effect.tryPromise({
    try: work,
    catch: (error) => {
      const isOurs = error instanceof Error && error.name === 'BackupFailure'
      const passing = isOurs && 'isPassing' in error && error.isPassing === true
      const message = isOurs ? error.message : 'It failed for a reason nobody expected.'
      return fail(passing ? 'unavailable' : 'refused', message)
    },
  })

const draw: NonNullable<BackupOptions['onProgress']> = (phase, done, total) => {
  if (!process.stderr.isTTY) return
  const share = total === 0 ? 100 : Math.floor((done / total) * 100)
  const size = `${(done / MEGABYTE).toFixed(0)} of ${(total / MEGABYTE).toFixed(0)} MB`
  process.stderr.write(`\r${phase} ${phase === 'copying' ? `${share} %  ${size}` : '…'}\u001B[K`)
}

const versionHere = (): Promise<string> =>
  readFile(fileURLToPath(new URL('../../package.json', import.meta.url)), 'utf8').then(
    (text) => (JSON.parse(text) as { readonly version: string }).version,
  )

const whole = (name: string, minimum: number, maximum: number, description: string) =>
  Flag.Int(name).pipe(
    Flag.withDescription(description),
    Flag.withSchema(Schema.Int.check(Schema.isBetween({ minimum, maximum }))),
  )

export const backup = Command.make(
  'backup',
  {
    folder: Argument.String('folder').pipe(
      Argument.withDescription('where backups are; this one becomes a folder in it'),
    ),
    keep: whole('keep', 1, 10_000, 'how many backups stay there, the newest ones').pipe(Flag.optional),
    withKeys: Flag.Boolean('with-keys').pipe(
      Flag.withDescription('put the keys that seal secrets into it as well; who has it can open them then'),
      Flag.withDefault(false),
    ),
    rate: whole('rate', 0, 100_000, 'megabytes a second at most; 0: as fast as the disk is').pipe(
      Flag.withDefault(RATE_DEFAULT),
    ),
  },
  Effect.fn(function* ({ folder, keep, withKeys, rate }) {
    const { database, keysFile, keys } = yield* places
    const done = yield* carryOut(async () => {
      const { makeBackup } = await import('../backup/backup.ts')
      return makeBackup({
        database,
        folder,
        keys: keys ?? (await readFile(keysFile, 'utf8').catch(() => null))?.trim() ?? null,
        withKeys,
        bytesPerSecond: rate === 0 ? null : rate * MEGABYTE,
        keep: Option.getOrNull(keep),
        version: await versionHere(),
        onProgress: draw,
      })
    }).pipe(Effect.ensuring(Effect.sync(() => process.stderr.isTTY && process.stderr.write('\r\u001B[K'))))
    const { path, manifest, removed } = done
    const answer: JsonObject = { path, removed, manifest }
    yield* print(answer, () =>
      [
        pairs([
          ['backup', plain(path)],
          ['of', moment(manifest.at)],
          ['database', `${(manifest.database.bytes / MEGABYTE).toFixed(1)} MB, checked`],
          ['sessions', `${manifest.counts.sessions}, ${manifest.counts.openSessions} of them open`],
          ['events', String(manifest.counts.events)],
          ['rooms', String(manifest.counts.rooms)],
          ['assets', `${manifest.counts.assets} in the index`],
          ['older ones removed', String(removed.length)],
        ]),
        `Not in it: ${manifest.notIncluded.join('; ')}.`,
      ].join('\n'),
    )
  }),
).pipe(
  Command.withDescription('Make a checked copy of the database, also while the server runs'),
  Command.withExamples([
    { command: 'roomkeeper backup /var/backups/roomkeeper --keep 14', description: 'every night' },
  ]),
)

export const restore = Command.make(
  'restore',
  {
    folder: Argument.String('backup').pipe(Argument.withDescription('the folder of one backup')),
    yes: sure.flag,
  },
  Effect.fn(function* ({ folder, yes }) {
    const { database, keysFile, keys } = yield* places
    yield* sure.check(yes, `This puts another database in the place of ${plain(database)}.`)
    const { manifest, aside, missingKeys } = yield* carryOut(async () => {
      const { restoreBackup } = await import('../backup/restore.ts')
      return restoreBackup({ backup: folder, database, keysFile, keys })
    })
    yield* print({ manifest, aside, missingKeys }, () =>
      pairs([
        ['restored', `${plain(database)}, as it was at ${moment(manifest.at)}`],
        ['sessions', String(manifest.counts.sessions)],
        ['before', aside === null ? 'there was none' : plain(aside)],
      ]),
    )
    if (missingKeys.length > 0) {
      yield* Console.error(
        `Secrets that are sealed with ${missingKeys.map(plain).join(', ')} cannot be opened: put the key into ` +
          'SECRETS_KEYS or secrets-keys, or set them anew.',
      )
    }
  }),
).pipe(Command.withDescription('Put a backup in the place of the database; the server must be stopped'))
