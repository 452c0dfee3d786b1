// The stand-in by remote control: an HTTP server with its verbs, its faults and its truth as JSON.
// For whoever wants it in another process. Its client is remote.ts.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { FateSpec } from './egresses.ts'
import type { FaultSpec, Method } from './faults.ts'
import type { Behaviour } from './simulated.ts'
import type { LiveKitStandIn } from './standin.ts'
import { readBody } from './twirp.ts'

/** What can be asked, by name: its argument and its answer are JSON. */
export const orders = (livekit: LiveKitStandIn) => ({
  room: ({ name }: { name: string }) => livekit.room(name).sid,
  emptyRoom: ({ name }: { name: string }) => livekit.room(name).empty(),
  behave: ({ platform, behaviour }: { platform: string; behaviour: Behaviour }) => {
    livekit.platform(platform).behaviour = behaviour
  },
  drop: ({ platform }: { platform: string }) => livekit.platform(platform).drop(),
  freeze: ({ platform }: { platform: string }) => livekit.platform(platform).freeze(),
  thaw: ({ platform }: { platform: string }) => livekit.platform(platform).thaw(),
  onAir: ({ platform }: { platform: string }) => livekit.platform(platform).onAir,
  fate: (spec: FateSpec) => livekit.fate(spec),
  kill: ({ egressId }: { egressId: string }) => livekit.egress(egressId).kill(),
  fault: ({ method, spec }: { method: Method | '*'; spec: FaultSpec }) => livekit.fault(method, spec).kind,
  clearFaults: () => livekit.clearFaults(),
  /** Every webhook is lost from now on, or none. */
  loseWebhooks: ({ all }: { all: boolean }) => {
    livekit.webhooks.mood = all ? { drop: () => true } : {}
  },
  rotateSecret: () => livekit.rotateSecret(),
  down: () => livekit.down(),
  up: () => livekit.up(),
  truth: () => ({ calls: livekit.truth.calls, lives: livekit.truth.lives, fired: livekit.allFired() }),
  doubles: () => livekit.truth.doubles(),
})

export type Orders = ReturnType<typeof orders>

export interface Control {
  readonly origin: string
  readonly close: () => Promise<void>
}

export const startControl = async (livekit: LiveKitStandIn): Promise<Control> => {
  const known = orders(livekit)
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const name = (request.url ?? '').slice(1)
    let status = 200
    let result: unknown
    try {
      const order: unknown = Object.hasOwn(known, name) ? Reflect.get(known, name) : undefined
      if (typeof order !== 'function') throw new Error(`nothing is called ${name}`)
      result = await Reflect.apply(order, known, [JSON.parse((await readBody(request)).toString('utf8'))])
    } catch (error) {
      status = 400
      result = { message: String(error) }
    }
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(JSON.stringify(result ?? null))
  }
  const server = createServer((request, response) => void serve(request, response))
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.closeAllConnections()
      return new Promise((done) => server.close(() => done()))
    },
  }
}
