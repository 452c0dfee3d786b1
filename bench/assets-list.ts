// A page of the index over HTTP at a million rows, beside a page of ListObjectsV2 of a bucket with as many objects.

import { ListObjectsV2Command, S3Client, type S3ClientConfig } from '@aws-sdk/client-s3'
import { S3StandIn } from '../test/_support/s3/handler.ts'
import { mixedAssets } from '../test/_support/s3/rows.ts'
import * as Effect from 'effect/Effect'
import { startProduct, tempFolder } from './app.ts'
import { quantile, type Figure } from './figures.ts'
import { openDatabase } from './own-database.ts'

const NOWHERE = 'http://127.0.0.1:9'
const TOKEN = 'bench-operator-token-0123456789'
const STEP = 20_000
const ASKED = 320
const NOT_COUNTED = 20
const PAGE = 50

const seed = async (folder: string, rows: number): Promise<void> => {
  const db = await openDatabase(folder)
  const at = Date.now() - 86_400_000
  for (let from = 0; from < rows; from += STEP) {
    const statements = [mixedAssets(from, Math.min(from + STEP, rows), at)]
    await Effect.runPromise(db.database.write({ statements }))
  }
  await db.close()
}

type Act = (n: number) => Promise<unknown>

/** Each in its turn, so that what else the machine does falls on all of them; the first few are not counted. */
const times = async (acts: readonly Act[]): Promise<readonly (readonly number[])[]> => {
  const all = acts.map((): number[] => [])
  for (let n = 0; n < ASKED; n += 1) {
    for (const [index, act] of acts.entries()) {
      const before = performance.now()
      await act(n)
      if (n >= NOT_COUNTED) all[index]!.push(performance.now() - before)
    }
  }
  return all
}

/** Pages one after the other, from the first. */
const walking = (page: (cursor: string | null) => Promise<string | null>) => {
  let cursor: string | null = null
  return async (): Promise<void> => {
    cursor = await page(cursor)
  }
}

/** ListObjectsV2 of as many objects. */
const bucketOf = (rows: number): Act => {
  const s3 = new S3StandIn()
  const bytes = Buffer.from('same')
  const stored = { bytes, etag: 'etag', modifiedAt: 0, contentType: 'x/y' }
  for (let n = 0; n < rows; n += 1) s3.bucket.objects.set(`library/${String(n).padStart(8, '0')}.vrm`, stored)
  const client = new S3Client({
    region: 'us-east-1',
    endpoint: NOWHERE,
    forcePathStyle: true,
    credentials: { accessKeyId: 'bench', secretAccessKey: 'bench' },
    requestHandler: s3.requestHandler as unknown as NonNullable<S3ClientConfig['requestHandler']>,
  })
  const page = async (token: string | null): Promise<string | null> => {
    const command = new ListObjectsV2Command({
      Bucket: 'assets',
      MaxKeys: PAGE,
      ...(token !== null && { ContinuationToken: token }),
    })
    const answer = await client.send(command)
    return answer.NextContinuationToken ?? null
  }
  return walking(page)
}

export const listFigure = async (rows: number): Promise<Figure> => {
  const folder = tempFolder()
  await seed(folder.path, rows)
  const product = await startProduct(NOWHERE, folder.path, { ASSET_SWEEP_INTERVAL_MS: '86400000' })
  try {
    const ask = async (
      query: string,
    ): Promise<{ readonly next: string | null; readonly items: readonly unknown[] }> => {
      const response = await fetch(`${product.url}/api/s3/resources?limit=${PAGE}${query}`, {
        headers: { authorization: `Bearer ${TOKEN}` },
      })
      if (!response.ok) throw new Error(`a page was answered ${response.status}: ${await response.text()}`)
      return (await response.json()) as { next: string | null; items: readonly unknown[] }
    }
    const following = (query: string) =>
      walking(async (cursor) => (await ask(query + (cursor === null ? '' : `&cursor=${cursor}`))).next)
    const some = (n: number): number => (n * 7_919) % rows
    const acts: readonly (readonly [string, Act])[] = [
      ['newest first, page after page', following('')],
      ['of one type', following('&type=vrm')],
      ['public ones by name', following('&visibility=public&sort=display_name')],
      ['a tenth of a percent, by size', following('&status=missing&sort=-size_bytes')],
      ['two conditions that nothing meets', following('&type=bgm&visibility=public')],
      ['searched by a whole name', (n) => ask(`&q=${encodeURIComponent(`model ${some(n)}`)}`)],
      ['searched by three letters that all have', following('&q=mod')],
      ['searched by two letters that all have', following('&q=mo&sort=display_name')],
      ['searched by two letters that none has', () => ask('&q=zz')],
    ]
    const nothing = (): Promise<unknown> => fetch(`${product.url}/healthz`).then((answer) => answer.text())
    const [bucket = [], floor = [], ...ours] = await times([
      bucketOf(rows),
      nothing,
      ...acts.map(([, act]) => act),
    ])
    const measured = acts.map(([what], index) => [what, ours[index] ?? []] as const)
    const p99 = Math.max(...ours.map((all) => quantile(all, 0.99)))
    const ratio = p99 / quantile(bucket, 0.99)
    const line = (what: string, all: readonly number[]) =>
      [what, quantile(all, 0.5), quantile(all, 0.99)] as const
    return {
      title: `A page of ${PAGE} out of ${rows.toLocaleString('en')} assets`,
      columns: ['page', 'p50 ms', 'p99 ms'],
      rows: [
        ...measured.map(([what, all]) => line(what, all)),
        line('ListObjectsV2, by key only, no network', bucket),
        line('an HTTP request that asks for nothing', floor),
      ],
      aims: [
        {
          what: 'every page under 50 ms at p99',
          value: `${p99.toFixed(1)} ms, ${ratio.toFixed(2)} times a page of the bucket`,
          met: p99 < 50,
        },
      ],
      notes: [
        'Pages of the index are whole HTTP requests; those of the bucket are requests of the SDK without a socket.',
        'A bucket is listed by key alone: it cannot sort, search, or tell a type or an owner.',
      ],
    }
  } finally {
    await product.leave()
    folder.remove()
  }
}
