// Imports of keys that are known from elsewhere: the list comes in as it is, the answer is a job with a report.
// What is read out of a list and what becomes of a key is in `assets/import.ts`.

import type { Context } from 'hono'
import * as Schema from 'effect/Schema'
import type { ImportFormat } from '../assets/import-lines.ts'
import { list, type ImportKeyRow, type ImportRow } from '../db/asset-imports.ts'
import { AssetType, OPERATOR, Visibility } from '../domain/asset.ts'
import { IMPORT_OUTCOMES } from '../domain/asset-import.ts'
import { json, type Api } from './api.ts'
import { inflow } from './inflow.ts'
import { cursorOf, limitOf, PAGE, positionOf } from './pages.ts'
import { Problem } from './problems.ts'
import type { RequestEnv } from './request.ts'

const FORMATS: Readonly<Record<string, ImportFormat>> = {
  'application/json': 'json',
  'application/x-ndjson': 'ndjson',
  'text/csv': 'csv',
}

const Import = Schema.Struct({
  id: Schema.Int,
  state: Schema.Literals(['receiving', 'running', 'done', 'failed']),
  dry_run: Schema.Boolean,
  received_bytes: Schema.Int,
  keys: Schema.Int,
  looked: Schema.Int.annotate({ description: 'keys of which it is known what became of them' }),
  outcomes: Schema.Record(Schema.String, Schema.Int).annotate({ description: 'how many keys came to what' }),
  error_code: Schema.NullOr(Schema.String),
  started_at: Schema.Int,
  ended_at: Schema.NullOr(Schema.Int),
})

const ImportKey = Schema.Struct({
  n: Schema.Int.annotate({ description: 'its place in the list' }),
  s3_key: Schema.String,
  outcome: Schema.NullOr(Schema.Literals(IMPORT_OUTCOMES)),
})

const shown = (row: ImportRow, outcomes: Readonly<Record<string, number>>): typeof Import.Type => ({
  id: row.no,
  state: row.state,
  dry_run: row.dryRun,
  received_bytes: row.receivedBytes,
  keys: row.keys,
  looked: row.looked,
  outcomes,
  error_code: row.errorCode,
  started_at: row.startedAt,
  ended_at: row.endedAt,
})

const shownKey = ({ n, key, outcome }: ImportKeyRow): typeof ImportKey.Type => ({ n, s3_key: key, outcome })

const formatOf = (c: Context<RequestEnv>): ImportFormat => {
  const [media = ''] = (c.req.header('content-type') ?? '').split(';')
  const format = FORMATS[media.trim().toLowerCase()]
  if (format === undefined) {
    throw new Problem('media_type_unsupported', {
      detail: `Expected one of ${Object.keys(FORMATS).join(', ')}.`,
    })
  }
  return format
}

const columnsOf = (text: string | undefined): readonly string[] | null => {
  if (text === undefined) return null
  const columns = text.split(',').map((column) => column.trim().toLowerCase())
  if (columns.includes('key')) return columns
  throw new Problem('query_invalid', { detail: 'Expected a column named Key.', field: '/columns' })
}

const reading = { method: 'GET', tag: 'assets', access: 'operator', problems: ['not_found'] } as const

export const assetImportRoutes = (api: Api): void => {
  const { importer, limits, findRoom } = api.parts
  const found = async (c: Context<RequestEnv>): Promise<ImportRow> => {
    const id = c.req.param('import') ?? ''
    const row = /^[1-9][0-9]{0,11}$/.test(id) ? await api.run(importer.find(Number(id))) : null
    if (row === null) throw new Problem('not_found')
    return row
  }
  const ownerOf = (text: string | undefined): string => {
    if (text === undefined || text === OPERATOR) return OPERATOR
    const room = findRoom(text)
    if (room === null) throw new Problem('room_unknown')
    return room.id
  }
  api.route(
    {
      method: 'POST',
      tag: 'assets',
      access: 'operator',
      path: '/api/s3/import',
      id: 'asset.import',
      summary: 'Index keys that are known from elsewhere',
      about:
        'A list in JSON, JSON by the line, CSV with a header, or the CSV of an S3 inventory. Each key is looked at once; nothing is listed, read or overwritten, and the same list again changes nothing.',
      file: Object.keys(FORMATS),
      query: Schema.Struct({
        type: Schema.optionalKey(AssetType).annotate({
          description: 'of keys whose extension does not decide it',
        }),
        visibility: Schema.optionalKey(Visibility).annotate({
          description: 'of keys of which nothing is said',
        }),
        owner: Schema.optionalKey(Schema.String).annotate({
          description: 'a room; the operator when absent',
        }),
        columns: Schema.optionalKey(Schema.String).annotate({
          description:
            'of a CSV without a header, as the manifest of an S3 inventory has them: `Bucket, Key, Size`',
        }),
        dry_run: Schema.optionalKey(Schema.Literals(['true', 'false'])),
      }),
      answers: {
        202: {
          about: 'the list is on disk',
          schema: Import,
          headers: { Location: 'where to see how it goes' },
        },
      },
      problems: ['media_type_unsupported', 'upload_interrupted', 'invalid', 'room_unknown'],
    },
    async ({ c, query, caller, run }) => {
      const request = {
        format: formatOf(c),
        columns: columnsOf(query.columns),
        type: query.type ?? null,
        visibility: query.visibility ?? 'private',
        owner: ownerOf(query.owner),
        dryRun: query.dry_run === 'true',
      }
      const body = inflow(c, limits.uploadStallMs)
      const row = await run(importer.start(request, body, { ...caller, owner: OPERATOR }))
      return json(202, shown(row, {}), { location: `/api/s3/imports/${row.no}` })
    },
  )
  api.route(
    {
      ...reading,
      path: '/api/s3/imports',
      id: 'imports.list',
      summary: 'Imports, newest first',
      about: 'What became of their keys is told with each one alone.',
      query: Schema.Struct(PAGE),
      answers: {
        200: {
          about: 'a page',
          schema: Schema.Struct({ items: Schema.Array(Import), next: Schema.NullOr(Schema.String) }),
        },
      },
      problems: ['cursor_invalid'],
    },
    async ({ query, run }) => {
      const limit = limitOf(query)
      const before = positionOf(query.cursor, /^[0-9]{1,12}$/)
      const rows = await run(list(before === null ? null : Number(before), limit + 1))
      const items = rows.slice(0, limit).map((row) => shown(row, {}))
      return json(200, { items, next: rows.length > limit ? cursorOf(String(items.at(-1)?.id)) : null })
    },
  )
  api.route(
    {
      ...reading,
      path: '/api/s3/imports/:import',
      id: 'import.get',
      summary: 'How an import goes, or how it ended',
      answers: { 200: { about: 'the import', schema: Import } },
    },
    async ({ c, run }) => {
      const row = await found(c)
      return json(200, shown(row, await run(importer.counts(row.no))))
    },
  )
  api.route(
    {
      ...reading,
      path: '/api/s3/imports/:import/keys',
      id: 'import.keys',
      summary: 'What became of each key, in the order of the list',
      query: Schema.Struct({
        ...PAGE,
        outcome: Schema.optionalKey(Schema.Literals(IMPORT_OUTCOMES)),
      }),
      answers: {
        200: {
          about: 'a page',
          schema: Schema.Struct({ items: Schema.Array(ImportKey), next: Schema.NullOr(Schema.String) }),
        },
      },
      problems: ['not_found', 'cursor_invalid'],
    },
    async ({ c, query, run }) => {
      const { no } = await found(c)
      const limit = limitOf(query)
      const after = Number(positionOf(query.cursor, /^[0-9]{1,9}$/) ?? 0)
      const rows = await run(importer.keys({ no, outcome: query.outcome ?? null, after, limit: limit + 1 }))
      const items = rows.slice(0, limit).map(shownKey)
      return json(200, { items, next: rows.length > limit ? cursorOf(String(items.at(-1)?.n)) : null })
    },
  )
}
