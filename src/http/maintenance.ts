// Care for what was recorded: what repair, merge and prune do is in `archive/maintenance/`.

import { merge } from '../archive/maintenance/merge.ts'
import { prune } from '../archive/maintenance/prune.ts'
import { repair } from '../archive/maintenance/repair.ts'
import {
  MergeReport,
  MergeRequest,
  PruneReport,
  PruneRequest,
  RepairReport,
  RepairRequest,
} from '../archive/maintenance/requests.ts'
import * as Schema from 'effect/Schema'
import { list } from '../db/maintenance-log.ts'
import { json, type Api } from './api.ts'
import { cursorOf, limitOf, PAGE, positionOf, words } from './pages.ts'

const KINDS = ['repair', 'merge', 'prune', 'boot'] as const

const LogRow = Schema.Struct({
  id: Schema.Int.annotate({ description: 'what undoes a merge' }),
  at: Schema.Int,
  kind: Schema.Literals(KINDS),
  dryRun: Schema.Boolean,
  actor: Schema.String,
  result: Schema.Unknown,
})

const RotateBody = Schema.Struct({
  dryRun: Schema.optionalKey(Schema.Boolean).annotate({
    description: 'true: report what would be done and change nothing',
  }),
})
const RotateReport = Schema.Struct({
  dryRun: Schema.Boolean,
  key: Schema.String.annotate({ description: 'the name of the first key in SECRETS_KEYS' }),
  checked: Schema.Int.annotate({
    description: 'secrets at rest: stream keys, proxies of rooms, and of webhooks',
  }),
  resealed: Schema.Int,
  unreadable: Schema.Int.annotate({ description: 'sealed with a key that is not in SECRETS_KEYS any more' }),
  kinds: Schema.Record(Schema.String, Schema.Int).annotate({
    description: 'how many of each were sealed again',
  }),
})

const care = { method: 'POST', tag: 'maintenance', access: 'operator', idempotent: true } as const
const report = <S>(schema: S) =>
  ({ 200: { about: 'what was done, or in a dry run would be', schema } }) as const

export const maintenanceRoutes = (api: Api): void => {
  api.route(
    {
      ...care,
      path: '/api/maintenance/repair',
      id: 'maintenance.repair',
      summary: 'Mend orphans, counters and reasons of archived sessions',
      body: RepairRequest,
      answers: report(RepairReport),
    },
    async ({ body, caller, run }) => json(200, await run(repair(body, caller))),
  )
  api.route(
    {
      ...care,
      path: '/api/maintenance/merge',
      id: 'maintenance.merge',
      summary: 'Join fragments of one broadcast, or two rooms that are one',
      body: MergeRequest,
      answers: report(MergeReport),
      problems: ['session_unknown', 'room_unknown', 'conflict', 'destination_in_use'],
    },
    async ({ body, caller, run }) => {
      const done = await run(merge(body, caller))
      api.parts.tokensChanged()
      return json(200, done)
    },
  )
  api.route(
    {
      ...care,
      path: '/api/maintenance/prune',
      id: 'maintenance.prune',
      summary: 'Remove what is empty or too old',
      body: PruneRequest,
      answers: report(PruneReport),
      problems: ['room_unknown'],
    },
    async ({ body, caller, run }) => json(200, await run(prune(body, caller))),
  )
  api.route(
    {
      ...care,
      path: '/api/maintenance/rotate',
      id: 'maintenance.rotate',
      summary: 'Seal every secret at rest again with the first key of SECRETS_KEYS',
      body: RotateBody,
      answers: report(RotateReport),
    },
    async ({ body: { dryRun = false }, caller, run }) =>
      json(200, await run(api.parts.rotate({ dryRun }, caller))),
  )
  api.route(
    {
      method: 'GET',
      tag: 'maintenance',
      access: 'operator',
      path: '/api/maintenance/log',
      id: 'maintenance.log',
      summary: 'What was done, newest first',
      query: Schema.Struct({
        ...PAGE,
        kind: Schema.optionalKey(Schema.String).annotate({ description: `one of ${KINDS.join(', ')}` }),
      }),
      answers: {
        200: {
          about: 'a page',
          schema: Schema.Struct({ items: Schema.Array(LogRow), next: Schema.NullOr(Schema.String) }),
        },
      },
      problems: ['cursor_invalid'],
    },
    async ({ query, run }) => {
      const limit = limitOf(query)
      const [kind] = words(KINDS, query.kind, 'kind')
      const before = positionOf(query.cursor, /^[0-9]{1,16}$/)
      const rows = await run(
        list({
          ...(kind === undefined ? {} : { kind }),
          ...(before === null ? {} : { before: Number(before) }),
          limit: limit + 1,
        }),
      )
      const items = rows.slice(0, limit)
      return json(200, { items, next: rows.length > limit ? cursorOf(String(items.at(-1)?.id)) : null })
    },
  )
}
