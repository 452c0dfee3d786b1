// `roomkeeper export`: a session as a file, whole or not at all, with a bar while it arrives.

import { open, rename, rm, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import * as Console from 'effect/Console'
import * as Effect from 'effect/Effect'
import * as Option from 'effect/Option'
import * as Command from 'effect/cli/Command'
import * as Flag from 'effect/cli/Flag'
import { bodyOf, FORMATS, headOf } from './export-body.ts'
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
    `The export broke off after ${progress.countsRows ? `${progress.rows} of ${progress.total ?? '?'} rows` : progress.sum()}. No file was left.`,
  )

const numberIn = (headers: Headers, name: string): number | null => {
  const text = headers.get(name)
  return text !== null && /^[0-9]{1,15}$/.test(text) ? Number(text) : null
}

const toStdout = async (bytes: AsyncIterable<Uint8Array>): Promise<void> => {
  for await (const chunk of bytes) {
    if (!process.stdout.write(chunk)) await new Promise((resolve) => process.stdout.once('drain', resolve))
  }
}

/** Into a file beside it first: the name itself only ever stands for a whole export. */
const toFile = async (bytes: AsyncIterable<Uint8Array>, path: string): Promise<void> => {
  const part = `${path}.${process.pid}.part`
  const file = await open(part, 'w')
  try {
    try {
      for await (const chunk of bytes) await file.write(chunk)
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
    format: Flag.Literals('format', FORMATS).pipe(
      Flag.withAlias('f'),
      Flag.withDescription(
        'ndjson is lossless, csv for spreadsheets, parquet for analysis; ass, srt, vtt are the chat, html a report',
      ),
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
    const progress = new Progress({
      total: numberIn(response.headers, 'x-total-rows'),
      head: headOf(format),
      estimate: numberIn(response.headers, 'x-estimated-bytes'),
    })
    const body = bodyOf(response, format, progress, () => brokenOff(progress))
    const given = Option.getOrElse(out, () => '.')
    const name = nameIn(response.headers.get('content-disposition')) ?? `${session}.${format}`
    const path =
      given !== STDOUT && (yield* Effect.promise(() => isFolder(given))) ? join(given, basename(name)) : given
    yield* Effect.callback<void, Failure>((resume) => {
      const written = path === STDOUT ? toStdout(body) : toFile(body, path)
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
    if (path !== STDOUT) yield* Console.error(`${progress.sum()} in ${plain(path)}`)
  }),
).pipe(
  Command.withDescription('A session as a file: its events, its chat as subtitles, or a report'),
  Command.withExamples([
    { command: 'roomkeeper export s42', description: 'every event of s42, one JSON object a line' },
    {
      command: 'roomkeeper export s42 -f csv --kinds chat,gift -o chat.csv',
      description: 'for a spreadsheet',
    },
    { command: 'roomkeeper export s42 -f parquet -o archive/', description: 'for DuckDB, into a folder' },
    { command: 'roomkeeper export s42 -f ass -o - > chat.ass', description: 'the chat as subtitles' },
    { command: 'roomkeeper export s42 -f html', description: 'a report to print or send' },
  ]),
)
