// Platforms that exist only here: what they do with a publisher is set by name, and nothing touches a network.
// The name of an address is `youtube` or `twitch` when its host says so, else host and port.

import { parseAddress, type Address } from './addresses.ts'
import type { Engine, Push, PushEvents } from './engine.ts'

/** `hang`: connects and never answers. `close`: accepts, and closes after `closeAfterMs`. */
export type Behaviour = 'accept' | 'refuse' | 'reject' | 'hang' | 'close'

export interface Publisher {
  readonly key: string
  readonly since: number
  /** Null while it is on. */
  readonly until: number | null
  readonly bytes: number
}

interface Line {
  readonly address: Address
  readonly events: PushEvents
  readonly since: number
  until: number | null
  accepted: boolean
  bytes: number
  countedAt: number
}

const BYTES_PER_MS = 400
const CONNECT_MS = 10

export const platformOf = ({ host }: Address): string => {
  if (/youtube/.test(host)) return 'youtube'
  if (/twitch|live-video\.net/.test(host)) return 'twitch'
  return host
}

export class SimulatedPlatform {
  readonly name: string
  /** What happens to whoever connects from now on; a key may have its own. */
  behaviour: Behaviour = 'accept'
  closeAfterMs = 50
  /** What a rejection says; servers repeat the key in it. */
  words: ((address: Address) => string) | null = null
  readonly ofKey = new Map<string, Behaviour>()
  readonly #lines: Line[] = []
  #frozen = false

  constructor(name: string) {
    this.name = name
  }

  /** Everybody whom it accepted, in order. */
  get publishers(): readonly Publisher[] {
    return this.#lines
      .filter(({ accepted }) => accepted)
      .map((line) => ({
        key: line.address.key,
        since: line.since,
        until: line.until,
        bytes: this.#count(line),
      }))
  }

  /** Who publishes now. */
  get onAir(): readonly Publisher[] {
    return this.publishers.filter(({ until }) => until === null)
  }

  /** Closes every connection. How many there were. */
  drop(key?: string): number {
    const there = this.#lines.filter(
      ({ until, address }) => until === null && (key === undefined || key === address.key),
    )
    for (const line of there) this.#fail(line, 'Connection error: connection closed remotely')
    return there.length
  }

  /** Reads nothing any more, and says nothing of it. */
  freeze(): void {
    for (const line of this.#lines) this.#count(line)
    this.#frozen = true
  }

  thaw(): void {
    this.#frozen = false
    for (const line of this.#lines) line.countedAt = performance.now()
  }

  connect(address: Address, events: PushEvents): Push {
    const line: Line = {
      address,
      events,
      since: Date.now(),
      until: null,
      accepted: false,
      bytes: 0,
      countedAt: 0,
    }
    this.#lines.push(line)
    setTimeout(() => this.#arrive(line), CONNECT_MS).unref()
    return { sent: () => this.#count(line), stop: () => this.#leave(line) }
  }

  #arrive(line: Line): void {
    if (line.until !== null) return
    const behaviour = this.ofKey.get(line.address.key) ?? this.behaviour
    const { host } = line.address
    if (behaviour === 'refuse') {
      this.#fail(
        line,
        `Failed to connect: Connection refused: Could not connect to ${host}: Connection refused`,
      )
      return
    }
    if (behaviour === 'hang') return
    line.events.creating()
    setTimeout(() => {
      if (line.until !== null) return
      if (behaviour === 'reject') {
        const said = this.words?.(line.address) ?? 'connection closed remotely'
        this.#fail(line, `Failed to connect: 'publish' cmd failed: ${said}`)
        return
      }
      line.accepted = true
      line.countedAt = performance.now()
      if (behaviour !== 'close') return
      setTimeout(() => {
        this.#fail(line, 'Connection error: connection closed remotely')
      }, this.closeAfterMs).unref()
    }, CONNECT_MS).unref()
  }

  #count(line: Line): number {
    if (line.accepted && line.until === null && !this.#frozen) {
      const now = performance.now()
      line.bytes += Math.round((now - line.countedAt) * BYTES_PER_MS)
      line.countedAt = now
    }
    return line.bytes
  }

  #leave(line: Line): void {
    if (line.until !== null) return
    this.#count(line)
    line.until = Date.now()
  }

  #fail(line: Line, text: string): void {
    if (line.until !== null) return
    this.#leave(line)
    line.events.failed(text)
  }
}

export class SimulatedEngine implements Engine {
  readonly name = 'simulated'
  readonly #platforms = new Map<string, SimulatedPlatform>()

  /** Made when it is new. */
  platform(name: string): SimulatedPlatform {
    const known = this.#platforms.get(name)
    if (known !== undefined) return known
    const made = new SimulatedPlatform(name)
    this.#platforms.set(name, made)
    return made
  }

  push(url: string, events: PushEvents): Push {
    const address = parseAddress(url) ?? { url, host: url, app: '', key: '' }
    return this.platform(platformOf(address)).connect(address, events)
  }

  close(): Promise<void> {
    return Promise.resolve()
  }
}
