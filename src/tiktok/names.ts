// Host names to addresses without starving the process: the system's resolver runs on the four threads that
// compression and files also need, so at most two questions are asked of it at a time, and the same one only once.

import type { LookupAddress } from 'node:dns'
import { Resolver, lookup as systemLookup } from 'node:dns/promises'
import type { LookupFunction } from 'node:net'

type Resolve = (hostname: string) => Promise<readonly LookupAddress[]>

export interface NamesOptions {
  /** The system's resolver: it knows the hosts file and blocks a thread of the pool. */
  readonly system: Resolve
  /** Asks the name servers by itself, without a thread; used while the system's resolver is busy. */
  readonly direct: Resolve
  /** How long a caller waits, in milliseconds. */
  readonly patienceMs: number
  readonly freshMs: number
}

const SYSTEM_SLOTS = 2
const REMEMBERED = 500

const direct: Resolve = async (hostname) => {
  const resolver = new Resolver({ timeout: 2_000, tries: 2 })
  const [four, six] = await Promise.allSettled([resolver.resolve4(hostname), resolver.resolve6(hostname)])
  const found = [
    ...(four.status === 'fulfilled' ? four.value.map((address) => ({ address, family: 4 })) : []),
    ...(six.status === 'fulfilled' ? six.value.map((address) => ({ address, family: 6 })) : []),
  ]
  if (found.length === 0 && four.status === 'rejected') throw four.reason
  return found
}

const DEFAULTS: NamesOptions = {
  system: (hostname) => systemLookup(hostname, { all: true, order: 'verbatim' }),
  direct,
  patienceMs: 5_000,
  freshMs: 30_000,
}

const failed = (code: string, hostname: string): NodeJS.ErrnoException =>
  Object.assign(new Error(`${code} ${hostname.slice(0, 100)}`), { code })

interface Known {
  readonly addresses: readonly LookupAddress[]
  readonly until: number
}

export class Names {
  readonly #options: NamesOptions
  readonly #known = new Map<string, Known>()
  readonly #asking = new Map<string, Promise<readonly LookupAddress[]>>()
  #inSystem = 0

  constructor(options: Partial<NamesOptions> = {}) {
    this.#options = { ...DEFAULTS, ...options }
  }

  /** For every socket we open. A name that does not resolve in time fails, or gives the addresses it last had. */
  readonly lookup: LookupFunction = (hostname, options, callback) => {
    const family = options.family === 'IPv4' ? 4 : options.family === 'IPv6' ? 6 : (options.family ?? 0)
    const answer = async () => {
      try {
        const found = await this.#find(hostname)
        const fitting = family === 0 ? found : found.filter((address) => address.family === family)
        const [first] = fitting
        if (first === undefined) throw failed('ENOTFOUND', hostname)
        if (options.all === true) process.nextTick(callback, null, [...fitting])
        else process.nextTick(callback, null, first.address, first.family)
      } catch (error) {
        process.nextTick(callback, error, '', 0)
      }
    }
    void answer()
  }

  async #find(hostname: string): Promise<readonly LookupAddress[]> {
    const known = this.#known.get(hostname)
    if (known !== undefined && known.until > performance.now()) return known.addresses
    let timer: NodeJS.Timeout | undefined
    const patience = new Promise<never>((_done, fail) => {
      timer = setTimeout(() => fail(failed('ETIMEOUT', hostname)), this.#options.patienceMs)
    })
    try {
      return await Promise.race([this.#ask(hostname), patience])
    } catch (error) {
      if (known !== undefined) return known.addresses
      throw error
    } finally {
      clearTimeout(timer)
    }
  }

  #ask(hostname: string): Promise<readonly LookupAddress[]> {
    const asking = this.#asking.get(hostname)
    if (asking !== undefined) return asking
    const inSystem = this.#inSystem < SYSTEM_SLOTS
    if (inSystem) this.#inSystem += 1
    const asked = (inSystem ? this.#options.system : this.#options.direct)(hostname)
      .then((addresses) => this.#remember(hostname, addresses))
      .finally(() => {
        if (inSystem) this.#inSystem -= 1
        this.#asking.delete(hostname)
      })
    // Everybody who asked may have run out of patience by the time it fails.
    asked.catch(() => undefined)
    this.#asking.set(hostname, asked)
    return asked
  }

  #remember(hostname: string, addresses: readonly LookupAddress[]): readonly LookupAddress[] {
    if (addresses.length === 0) throw failed('ENOTFOUND', hostname)
    this.#known.delete(hostname)
    this.#known.set(hostname, { addresses, until: performance.now() + this.#options.freshMs })
    const oldest = this.#known.keys().next()
    if (this.#known.size > REMEMBERED && oldest.done !== true) this.#known.delete(oldest.value)
    return addresses
  }
}
