// Sweeps of the assets: asked for, and how they go. What one does is in `assets/sweep.ts`.

import * as Schema from 'effect/Schema'
import { list, type SweepRow } from '../db/asset-sweeps.ts'
import { json, type Api } from './api.ts'
import { cursorOf, limitOf, PAGE, positionOf } from './pages.ts'
import { Problem } from './problems.ts'

const flag = (description: string) => Schema.optionalKey(Schema.Boolean).annotate({ description })

const SweepRequest = Schema.Struct({
  dryRun: flag('look at everything and change nothing'),
  confirmMissing: flag('believe it when many are missing at once'),
  placeSentinel: flag('this store is the right one although its sentinel is not there: place it anew'),
})

const Sweep = Schema.Struct({
  id: Schema.Int,
  state: Schema.Literals(['running', 'done', 'partial', 'braked', 'aborted']),
  dryRun: Schema.Boolean,
  code: Schema.NullOr(Schema.String).annotate({ description: 'why it is not `done`' }),
  startedAt: Schema.Int,
  endedAt: Schema.NullOr(Schema.Int),
  requests: Schema.Int.annotate({ description: 'to the store' }),
  looked: Schema.Int,
  missing: Schema.Int.annotate({ description: 'that became so' }),
  suspect: Schema.Int.annotate({ description: 'looks that gave cause for doubt' }),
  found: Schema.Int.annotate({ description: 'there again' }),
  altered: Schema.Int.annotate({ description: 'with other content than was stored' }),
  failed: Schema.Int.annotate({ description: 'looks that nothing could be learned from' }),
})

const SweepPage = Schema.Struct({ items: Schema.Array(Sweep), next: Schema.NullOr(Schema.String) })

type State = (typeof Sweep.Type)['state']
const STATES: readonly State[] = Sweep.fields.state.literals

const shown = (row: SweepRow): typeof Sweep.Type => ({
  id: row.no,
  state: STATES.find((state) => state === row.outcome) ?? 'running',
  dryRun: row.dryRun,
  code: row.errorCode,
  startedAt: row.startedAt,
  endedAt: row.endedAt,
  requests: row.requests,
  looked: row.looked,
  missing: row.missing,
  suspect: row.suspect,
  found: row.found,
  altered: row.altered,
  failed: row.failed,
})

const pathOf = (no: number): string => `/api/maintenance/sweeps/${no}`

export const assetSweepRoutes = (api: Api): void => {
  const { sweeper } = api.parts
  api.route(
    {
      method: 'POST',
      tag: 'maintenance',
      access: 'operator',
      idempotent: true,
      path: '/api/maintenance/sweep',
      id: 'maintenance.sweep',
      summary: 'Look whether every asset still has its object',
      about:
        'One sweep goes on at a time; the same kind asked for again is the one that is under way. It never lists the bucket.',
      body: SweepRequest,
      answers: {
        202: { about: 'it goes on', schema: Sweep, headers: { Location: 'where to see how it goes' } },
      },
      problems: ['busy'],
    },
    async ({ body, caller, run }) => {
      const { dryRun = false, confirmMissing = false, placeSentinel = false } = body
      const asked = { dryRun, confirmMissing, placeSentinel }
      const { sweep } = await run(sweeper.start(asked, { ...caller, owner: 'operator' }))
      return json(202, shown(sweep), { location: pathOf(sweep.no) })
    },
  )
  api.route(
    {
      method: 'GET',
      tag: 'maintenance',
      access: 'operator',
      path: '/api/maintenance/sweeps',
      id: 'sweeps.list',
      summary: 'Sweeps, newest first',
      query: Schema.Struct(PAGE),
      answers: { 200: { about: 'a page', schema: SweepPage } },
      problems: ['cursor_invalid'],
    },
    async ({ query, run }) => {
      const limit = limitOf(query)
      const before = positionOf(query.cursor, /^[0-9]{1,12}$/)
      const rows = await run(list(before === null ? null : Number(before), limit + 1))
      const items = rows.slice(0, limit).map(shown)
      return json(200, { items, next: rows.length > limit ? cursorOf(String(items.at(-1)?.id)) : null })
    },
  )
  api.route(
    {
      method: 'GET',
      tag: 'maintenance',
      access: 'operator',
      path: '/api/maintenance/sweeps/:sweep',
      id: 'sweep.get',
      summary: 'How a sweep goes, or how it ended',
      answers: { 200: { about: 'the sweep', schema: Sweep } },
      problems: ['not_found'],
    },
    async ({ c, run }) => {
      const id = c.req.param('sweep') ?? ''
      const sweep = /^[1-9][0-9]{0,11}$/.test(id) ? await run(sweeper.find(Number(id))) : null
      if (sweep === null) throw new Problem('not_found')
      return json(200, shown(sweep))
    },
  )
}
