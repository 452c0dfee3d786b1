// The agents through which every request and socket leaves: one pair for going directly, one for each proxy.
// A bounded number is kept; closing destroys their idle sockets.

import { Agent as HttpAgent, type AgentOptions, type ClientRequestArgs } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import type { Duplex } from 'node:stream'
import { connect as connectTls, type ConnectionOptions } from 'node:tls'
import { Names } from './names.ts'
import { dialThrough, proxyAddress, type ProxyOptions } from './proxy.ts'

export interface Agents {
  readonly http: HttpAgent
  readonly https: HttpsAgent
}

type Connected = (error: Error | null, stream: Duplex) => void

const KEPT = 200
/** Idle sockets are dropped before the other side does it, which would cost a request. */
const POOL: AgentOptions = { keepAlive: true, maxSockets: 64, maxFreeSockets: 8, timeout: 4_000 }

const tunnel = (
  options: ClientRequestArgs,
  proxy: ProxyOptions,
  callback: Connected | undefined,
  wrap: (stream: Duplex) => Duplex,
): undefined => {
  const target = { host: options.host ?? 'localhost', port: Number(options.port ?? 0) }
  const open = async () => {
    try {
      const stream = await dialThrough(target, proxy)
      process.nextTick(callback ?? ignored, null, wrap(stream))
    } catch (error) {
      process.nextTick(callback ?? ignored, error)
    }
  }
  void open()
}

const ignored = () => undefined

class ProxiedHttp extends HttpAgent {
  readonly #proxy: ProxyOptions

  constructor(proxy: ProxyOptions) {
    super(POOL)
    this.#proxy = proxy
  }

  override createConnection(options: ClientRequestArgs, callback?: Connected): undefined {
    return tunnel(options, this.#proxy, callback, (stream) => stream)
  }
}

class ProxiedHttps extends HttpsAgent {
  readonly #proxy: ProxyOptions

  constructor(proxy: ProxyOptions) {
    super(POOL)
    this.#proxy = proxy
  }

  override createConnection(options: ClientRequestArgs & ConnectionOptions, callback?: Connected): undefined {
    return tunnel(options, this.#proxy, callback, (socket) => {
      const { host, port: _port, path: _path, ...rest } = options
      return connectTls({ ...rest, socket, servername: options.servername ?? host ?? '' })
    })
  }
}

export class AgentPool {
  readonly #names: Names
  readonly #proxyTimeoutMs: number
  readonly #direct: Agents
  readonly #proxied = new Map<string, Agents>()

  constructor(names: Names, proxyTimeoutMs: number) {
    this.#names = names
    this.#proxyTimeoutMs = proxyTimeoutMs
    const options = { ...POOL, lookup: names.lookup }
    this.#direct = { http: new HttpAgent(options), https: new HttpsAgent(options) }
  }

  /** The agents for a proxy, or for none. Null when the proxy's address cannot be used: never a silent detour. */
  take(proxyUrl: string | null): Agents | null {
    if (proxyUrl === null) return this.#direct
    const kept = this.#proxied.get(proxyUrl)
    this.#proxied.delete(proxyUrl)
    const url = proxyAddress(proxyUrl)
    if (url === null) return null
    const options = { url, lookup: this.#names.lookup, timeoutMs: this.#proxyTimeoutMs }
    const agents = kept ?? { http: new ProxiedHttp(options), https: new ProxiedHttps(options) }
    this.#proxied.set(proxyUrl, agents)
    const oldest = this.#proxied.entries().next()
    if (this.#proxied.size > KEPT && oldest.done !== true) {
      this.#proxied.delete(oldest.value[0])
      close(oldest.value[1])
    }
    return agents
  }

  close(): void {
    for (const agents of [this.#direct, ...this.#proxied.values()]) close(agents)
    this.#proxied.clear()
  }
}

const close = (agents: Agents): void => {
  agents.http.destroy()
  agents.https.destroy()
}
