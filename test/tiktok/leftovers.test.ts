// After any number of connections nothing is left: no socket, no timer, no listener, no viewer in the room.

import * as Effect from 'effect/Effect'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startTikTok, type TikTok as StandIn } from '../_support/tiktok/standin.ts'
import { listener, serviceAt, spec, until, using } from './kit.ts'

const CYCLES = Number(process.env['CYCLES'] ?? 200)

let standIn: StandIn

beforeAll(async () => {
  standIn = await startTikTok({ truth: 'counts' })
})
afterAll(() => standIn.close())

const open = (): Record<string, number> => {
  const counts: Record<string, number> = {}
  for (const kind of process.getActiveResourcesInfo()) counts[kind] = (counts[kind] ?? 0) + 1
  return counts
}

it(`${CYCLES} connects and disconnects of every kind leave no socket, timer or listener behind`, async () => {
  const creator = standIn.creator('again')
  const broadcastId = creator.goLive()
  const before = open()
  const codes = new Map<number | string, number>()
  const warnings: string[] = []
  const hear = (warning: Error) => warnings.push(String(warning))
  process.on('warning', hear)
  const count = (code: number | string) => codes.set(code, (codes.get(code) ?? 0) + 1)
  await using(serviceAt(standIn), (tiktok) =>
    Effect.promise(async () => {
      for (let n = 0; n < CYCLES; n += 1) {
        const heard = listener()
        if (n % 5 === 4) {
          standIn.fault('socket', { kind: 'refused', times: 1 })
          count(
            (await Effect.runPromise(Effect.flip(tiktok.connect(spec('again', broadcastId), heard)))).code,
          )
          continue
        }
        const connection = await Effect.runPromise(tiktok.connect(spec('again', broadcastId), heard))
        if (n % 5 === 0) creator.mishaps.dropSoft(1001)
        if (n % 5 === 1) await creator.mishaps.dropHard()
        if (n % 5 === 2) await Effect.runPromise(connection.finish(1_000))
        if (n % 5 === 3) await Effect.runPromise(connection.finish(0))
        await heard.closed
        expect(heard.closes.length).toBe(1)
        count(heard.closes[0]?.code ?? 0)
      }
      expect(creator.audience.length).toBe(0)
    }),
  )
  process.off('warning', hear)
  const each = CYCLES / 5
  expect(codes.get('ws_refused')).toBe(each)
  expect(codes.get(1001)).toBe(each)
  expect([...codes.values()].reduce((sum, n) => sum + n, 0)).toBe(CYCLES)
  // A leaking listener is warned of from the eleventh on.
  expect(warnings).toEqual([])
  const after = () => open()
  await until(() => (after()['TCPSocketWrap'] ?? 0) <= (before['TCPSocketWrap'] ?? 0), 'no socket is left')
  await until(() => (after()['Timeout'] ?? 0) <= (before['Timeout'] ?? 0) + 1, 'no timer is left')
  expect(after()['TLSWrap'] ?? 0).toBeLessThanOrEqual(before['TLSWrap'] ?? 0)
})
