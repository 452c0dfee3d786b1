import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { OPERATOR, startHarness, type Harness } from './harness.ts'

let h: Harness
beforeAll(async () => {
  h = await startHarness()
})
afterAll(() => h.stop())

interface Job {
  readonly id: number
  readonly state: string
}
const page = async (path: string): Promise<{ items: readonly Job[]; next: string | null }> => {
  const { json, status } = await h.ask('GET', path)
  expect(status).toBe(200)
  return json as unknown as { items: readonly Job[]; next: string | null }
}

describe('the lists of what is done to assets', () => {
  it('have every sweep, newest first, in pages', async () => {
    const wanted = 3
    for (let no = 1; no <= wanted; no += 1) {
      await h.db.write({
        statements: [
          {
            sql: `INSERT INTO asset_sweeps (started_at, ended_at, asked_by, dry_run, confirmed, outcome)
VALUES (?, ?, 'operator', 1, 0, 'done')`,
            args: [no, no + 1],
          },
        ],
      })
    }
    const first = await page('/api/maintenance/sweeps?limit=2')
    const second = await page(`/api/maintenance/sweeps?limit=2&cursor=${first.next}`)
    const ids = [...first.items, ...second.items].map(({ id }) => id)
    expect(ids).toEqual(ids.toSorted((a, b) => b - a))
    expect(ids).toHaveLength(wanted)
    expect(second.next).toBeNull()
    expect(first.items[0]?.state).toBe('done')
  })

  it('have every import, newest first, and no cursor that was not given out', async () => {
    for (const key of ['vrm/a.vrm', 'vrm/b.vrm']) {
      const asked = await fetch(`${h.url}/api/s3/import?dry_run=true`, {
        method: 'POST',
        headers: { authorization: `Bearer ${OPERATOR}`, 'content-type': 'application/json' },
        body: JSON.stringify([key]),
      })
      expect(asked.status).toBe(202)
    }
    const { items, next } = await page('/api/s3/imports')
    expect(items.map(({ id }) => id)).toEqual([2, 1])
    expect(next).toBeNull()
    expect((await h.ask('GET', '/api/s3/imports?cursor=x')).json['code']).toBe('cursor_invalid')
  })

  it('are for operators', async () => {
    const { token } = await h.addRoom('jobs.room')
    for (const path of ['/api/maintenance/sweeps', '/api/s3/imports']) {
      expect((await h.ask('GET', path, { token })).status).toBe(404)
    }
  })
})
