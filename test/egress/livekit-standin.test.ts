// The SDK's layer against a LiveKit that behaves: what is started is listed, found, reported and stopped, and
// what it sends as webhooks is taken for genuine.

import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import * as Effect from 'effect/Effect'
import * as ManagedRuntime from 'effect/ManagedRuntime'
import * as Redacted from 'effect/Redacted'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { isTerminal, type EgressView } from '../../src/domain/egress.ts'
import { liveKitLive } from '../../src/egress/livekit-live.ts'
import { LiveKit } from '../../src/egress/livekit.ts'
import { makeScrubber } from '../../src/egress/scrub.ts'
import { eventOf } from '../../src/egress/webhook-events.ts'
import { flawOf } from '../../src/egress/webhook-proof.ts'
import { startLiveKit, type LiveKitStandIn } from '../_support/livekit/standin.ts'
import { find, KEY, listActive, request, start, stop, STREAM_URL } from './twirp.ts'

interface Heard {
  readonly body: Buffer
  readonly authorization: string | undefined
}

let livekit: LiveKitStandIn
let runtime: ManagedRuntime.ManagedRuntime<LiveKit, never>
let webhookUrl: string
const heard: Heard[] = []
const scrubber = makeScrubber()
const ear = createServer((message: IncomingMessage, response) => {
  const chunks: Buffer[] = []
  message.on('data', (chunk: Buffer) => chunks.push(chunk))
  message.on('end', () => {
    heard.push({ body: Buffer.concat(chunks), authorization: message.headers.authorization })
    response.writeHead(200).end()
  })
})

const connect = (): typeof runtime => {
  const apiSecret = Redacted.make(livekit.apiSecret())
  return ManagedRuntime.make(
    liveKitLive({ url: livekit.origin, apiKey: livekit.apiKey, apiSecret }, scrubber),
  )
}

beforeEach(async () => {
  heard.length = 0
  livekit = await startLiveKit({ scale: 0.02 })
  livekit.room('stage')
  runtime = connect()
  await new Promise<void>((resolve) => ear.listen(0, '127.0.0.1', resolve))
  webhookUrl = `http://127.0.0.1:${(ear.address() as AddressInfo).port}/api/livekit/webhook`
})
afterEach(async () => {
  await runtime.dispose()
  await livekit.close()
  ear.closeAllConnections()
  await new Promise((resolve) => ear.close(resolve))
})

const run = <A, E>(effect: Effect.Effect<A, E, LiveKit>): Promise<A> => runtime.runPromise(effect)
const fails = <A, E>(effect: Effect.Effect<A, E, LiveKit>): Promise<E> =>
  runtime.runPromise(Effect.flip(effect))
const until = (egressId: string, is: (view: EgressView) => boolean): Promise<EgressView> =>
  vi.waitFor(
    async () => {
      const view = await run(find(egressId))
      if (view === null || !is(view)) throw new Error(`not yet: ${String(view?.status)}`)
      return view
    },
    { timeout: 30_000, interval: 20 },
  )

describe('an egress', () => {
  it.each([
    ['the room', { type: 'room', layout: 'speaker' }],
    ['a participant', { type: 'participant', identity: 'host', screenShare: false }],
    ['a page', { type: 'web', url: 'https://scene.example/' }],
  ] as const)('of %s is started, known by its shortened address, and stopped', async (_name, source) => {
    const started = await run(start({ source }))
    expect(isTerminal(started.status)).toBe(false)
    const live = await until(started.egressId, ({ status }) => status === 'active')
    const redact = LiveKit.useSync((service) => service.redact(Redacted.make(STREAM_URL)))
    expect(live.streams.map(({ redactedUrl }) => redactedUrl)).toEqual([await run(redact)])
    const listed = await run(listActive('stage'))
    expect(listed.map(({ egressId }) => egressId)).toContain(started.egressId)
    expect(['ending', 'complete']).toContain((await run(stop(started.egressId))).status)
    const over = await until(started.egressId, ({ status }) => isTerminal(status))
    expect(over.updatedAtNs).toBeGreaterThan(live.updatedAtNs)
    expect(await fails(stop(started.egressId))).toMatchObject({
      code: 'precondition',
      mayHaveHappened: false,
    })
  })

  it('L04: whose answer was lost is in the list', async () => {
    livekit.fault('StartEgress', { kind: 'reset', done: true, times: 1 })
    expect(await fails(start())).toMatchObject({ code: 'unreachable', mayHaveHappened: true })
    expect(livekit.fired('StartEgress.reset')).toBe(1)
    expect(await run(listActive('stage'))).toHaveLength(1)
    expect(livekit.egresses).toHaveLength(1)
  })

  it('L04: of a page, whose answer was lost, is in the list of its room, and after a restart as well', async () => {
    const source = { type: 'web', url: 'https://scene.example/' } as const
    livekit.fault('StartEgress', { kind: 'reset', done: true, times: 1 })
    expect(await fails(start({ source }))).toMatchObject({ mayHaveHappened: true })
    expect(livekit.egresses.map(({ info }) => info.roomName)).toEqual([''])
    const [found] = await run(listActive('stage'))
    expect(found).toMatchObject({ roomName: 'stage', egressId: livekit.egresses[0]?.id })
    expect(await run(listActive('other'))).toEqual([])
    await runtime.dispose()
    runtime = connect()
    expect(await run(listActive('stage'))).toEqual([])
    const address = Redacted.make(STREAM_URL)
    const page = { url: source.url, roomName: 'stage' }
    await run(
      LiveKit.useSync((service) => service.redact(address, { ...page, url: 'https://other.example/' })),
    )
    expect(await run(listActive('stage'))).toEqual([])
    await run(LiveKit.useSync((service) => service.redact(address, page)))
    expect(await run(listActive('stage'))).toMatchObject([{ roomName: 'stage' }])
    expect(await run(find(String(found?.egressId)))).toMatchObject({ roomName: 'stage' })
  })

  it('L06: of a room that is not open is room_not_found', async () => {
    expect(await fails(start({ roomName: 'nowhere' }))).toMatchObject({ code: 'room_not_found' })
  })

  it('L16: that is not known cannot be found or stopped', async () => {
    expect(await run(find('EG_nobody'))).toBeNull()
    expect(await fails(stop('EG_nobody'))).toMatchObject({ code: 'not_found' })
  })

  it('L33: is not absent because its page of the list failed', async () => {
    await run(
      Effect.forEach([1, 2, 3, 4, 5], (n) =>
        start({ streamUrl: Redacted.make(`rtmp://h/app/key-number-${n}`) }),
      ),
    )
    livekit.paginate(2)
    expect(await run(listActive('stage'))).toHaveLength(5)
    livekit.fault('ListEgress', { kind: 'status', status: 500, after: 1, times: 1 })
    await fails(listActive('stage'))
    expect(livekit.fired('ListEgress.status')).toBe(1)
  })

  it('L35: is out of reach while the secret is another', async () => {
    livekit.rotateSecret()
    expect(await fails(start())).toMatchObject({ code: 'unauthorized', mayHaveHappened: false })
    expect(await fails(listActive(null))).toMatchObject({ code: 'unauthorized' })
  })
})

describe('the webhooks of an egress', () => {
  it('are genuine, in the order of LiveKit, and say no key', async () => {
    const { egressId } = await run(start(request({ webhookUrl })))
    await until(egressId, ({ status }) => status === 'active')
    await run(stop(egressId))
    await until(egressId, ({ status }) => isTerminal(status))
    const signer = { apiKey: livekit.apiKey, apiSecret: Redacted.make(livekit.apiSecret()) }
    const events = await vi.waitFor(
      () => {
        const all = heard.map(({ body }) => eventOf(body, scrubber.scrub))
        if (all.at(-1)?.event !== 'egress_ended') throw new Error('not yet')
        return all
      },
      { timeout: 30_000, interval: 20 },
    )
    for (const { body, authorization } of heard) {
      expect(flawOf(body, authorization, signer, Date.now())).toBeNull()
    }
    expect(events[0]).toMatchObject({ event: 'egress_started', roomName: 'stage', isKnown: true })
    const times = events.map((event) => event?.view?.updatedAtNs ?? 0n)
    expect(times).toEqual(times.toSorted((a, b) => (a < b ? -1 : 1)))
    const kept = JSON.stringify(events.map((event) => event?.kept))
    for (let at = 0; at + 8 <= KEY.length; at += 1) expect(kept).not.toContain(KEY.slice(at, at + 8))
    expect(kept).not.toContain('rtmps:')
  })
})
