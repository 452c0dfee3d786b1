// `roomkeeper export`: a session as a file, whole or not at all, with a bar while it arrives.

import { open, rename, rm, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import * as Console from 'effect/Console'
import * as Effect from 'effect/Effect'
import * as Option from 'effect/Option'
import * as Command from 'effect/cli/Command'
import * as Flag from 'effect/cli/Flag'
import { fail, Failure } from './failure.ts'
import { Progress } from './progress.ts'
import { connect } from './server.ts'
import { session, sessionPath } from './sessions.ts'
import { plain } from './table.ts'

const STDOUT = '-'

/** The name the server gave, when it is a plain one. */
const nameIn = (disposition: string | null): string | null => {
  const name = /filename="?([A-Za-z0-9._-]{1,200})"?/.exec(disposition ?? '')?.[1]
  return name === undefined || name.startsWith('.') ? null : name
}

const isFolder = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  )

const brokenOff = (progress: Progress): Failure =>
  fail(
    'unavailable',
    `The export broke off after ${progress.rows} of ${progress.total ?? '?'} rows. No file was left.`,
  )

/** Passes the body on; it must hold as many rows as were announced. */
const rowsOf = async function* (response: Response, progress: Progress): AsyncGenerator<Uint8Array> {
  if (response.body === null) return
  try {
    for await (const chunk of response.body) {
      progress.see(chunk)
      yield chunk
    }
  } catch {
    throw brokenOff(progress)
  }
  if (!progress.isComplete()) throw brokenOff(progress)
}

const toStdout = async (rows: AsyncIterable<Uint8Array>): Promise<void> => {
  for await (const chunk of rows) {
    if (!process.stdout.write(chunk)) await new Promise((resolve) => process.stdout.once('drain', resolve))
  }
}

/** Into a file beside it first: the name itself only ever stands for a whole export. */
const toFile = async (rows: AsyncIterable<Uint8Array>, path: string): Promise<void> => {
  const part = `${path}.part`
  const file = await open(part, 'w')
  try {
    try {
      for await (const chunk of rows) await file.write(chunk)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(part, path)
  } catch (error) {
    await rm(part, { force: true })
    throw error
  }
}

const failureOf = (error: unknown): Failure =>
  error instanceof Failure
    ? error
    : fail(
        'refused',
        `The file cannot be written: ${error instanceof Error ? error.message : 'unknown error'}.`,
      )

export const exportCommand = Command.make(
  'export',
  {
    session,
    format: Flag.Literals('format', ['ndjson', 'csv']).pipe(
      Flag.withAlias('f'),
      Flag.withDescription('ndjson is lossless; csv is for spreadsheets'),
      Flag.withDefault('ndjson'),
    ),
    kinds: Flag.String('kinds').pipe(
      Flag.withDescription('only these kinds of events, separated by commas: chat,gift'),
      Flag.optional,
    ),
    out: Flag.String('out').pipe(
      Flag.withAlias('o'),
      Flag.withDescription('file or folder; "-" is standard output; default is a file in this folder'),
      Flag.optional,
    ),
  },
  Effect.fn(function* ({ session, format, kinds, out }) {
    const server = yield* connect
    const search = new URLSearchParams({ format, ...(Option.isSome(kinds) && { kind: kinds.value }) })
    const abort = new AbortController()
    const response = yield* server.open('GET', `${sessionPath(session, '/export')}?${search}`, abort.signal)
    const total = Number(response.headers.get('x-total-rows') ?? Number.NaN)
    const progress = new Progress(Number.isNaN(total) ? null : total, format === 'csv' ? 1 : 0)
    const rows = rowsOf(response, progress)
    const given = Option.getOrElse(out, () => '.')
    const name = nameIn(response.headers.get('content-disposition')) ?? `${session}.${format}`
    const path =
      given !== STDOUT && (yield* Effect.promise(() => isFolder(given))) ? join(given, basename(name)) : given
    yield* Effect.callback<void, Failure>((resume) => {
      const written = path === STDOUT ? toStdout(rows) : toFile(rows, path)
      written.then(
        () => resume(Effect.void),
        (error: unknown) => resume(failureOf(error)),
      )
      // Interrupted: the body fails, the part is removed, and only then is the command over.
      return Effect.promise(() => {
        abort.abort()
        return written.catch(() => {})
      })
    }).pipe(Effect.ensuring(Effect.sync(() => progress.end())))
    if (path !== STDOUT) yield* Console.error(`${progress.rows} rows in ${plain(path)}`)
  }),
).pipe(
  Command.withDescription("A session's events as a file"),
  Command.withExamples([
    { command: 'roomkeeper export s42', description: 'every event of s42, one JSON object a line' },
    {
      command: 'roomkeeper export s42 -f csv --kinds chat,gift -o chat.csv',
      description: 'for a spreadsheet',
    },
  ]),
)
