// The faults that can be armed on a method of LiveKit's API, and the counters that prove they fired.
// What goes wrong with an egress that runs is in egress.ts, with a webhook in webhooks.ts.

/** All v1 starts count as StartEgress. */
export type Method =
  | 'StartEgress'
  | 'ListEgress'
  | 'StopEgress'
  | 'UpdateStream'
  | 'UpdateLayout'
  | 'ListRooms'
  | 'CreateRoom'
  | 'DeleteRoom'
  | 'ListParticipants'
  | 'GetParticipant'
  | 'RemoveParticipant'
  | 'CreateIngress'
  | 'ListIngress'
  | 'DeleteIngress'

type Kind =
  /** The connection is reset instead of an answer. */
  | { readonly kind: 'reset' }
  /** No answer at all. */
  | { readonly kind: 'hang' }
  /** What was asked is done at once and answered after `ms`. */
  | { readonly kind: 'delay'; readonly ms: number }
  | {
      readonly kind: 'status'
      readonly status: number
      readonly body?: string
      readonly contentType?: string
    }
  /** An error of Twirp: `{"code", "msg"}` with the status that belongs to the code. */
  | { readonly kind: 'twirp'; readonly code: string; readonly msg: string }
  /** A page of some proxy, with a status of success. */
  | { readonly kind: 'html' }
  /** The first half of the JSON, declared as if it were whole. */
  | { readonly kind: 'truncated' }
  | { readonly kind: 'quota'; readonly msg?: string }
  | { readonly kind: 'unauthorized' }
  /** Lists: leaves these out, or the first so many, and says nothing of it. */
  | { readonly kind: 'incomplete'; readonly omit: number | readonly string[] }

export type FaultKind = Kind['kind']

export type FaultSpec = Kind & {
  /** Whether what was asked is done all the same. Default: only with `delay` and `incomplete`. */
  readonly done?: boolean
  /** How often it fires before it clears itself; without it, until cleared. */
  readonly times?: number
  /** The first so many requests that fit are spared. */
  readonly after?: number
  /** Only for this room. */
  readonly room?: string
  /** Only for this egress. */
  readonly egressId?: string
  /** Only when an address of the request has this in it. */
  readonly url?: string
}

export interface Fault {
  readonly method: Method | '*'
  readonly kind: FaultKind
  /** How often it really happened. */
  readonly fired: () => number
  readonly clear: () => void
}

export interface About {
  readonly room: string
  readonly egressId: string
  readonly urls: readonly string[]
}

interface Armed {
  readonly method: Method | '*'
  readonly spec: FaultSpec
  seen: number
  fired: number
}

export class Faults {
  #armed: Armed[] = []
  readonly #fired = new Map<string, number>()

  arm(method: Method | '*', spec: FaultSpec): Fault {
    const armed: Armed = { method, spec, seen: 0, fired: 0 }
    this.#armed.push(armed)
    return {
      method,
      kind: spec.kind,
      fired: () => armed.fired,
      clear: () => {
        this.#armed = this.#armed.filter((other) => other !== armed)
      },
    }
  }

  /** The first armed fault for this request, counted as fired; null when none is. */
  take(method: Method, about: About): FaultSpec | null {
    for (const armed of this.#armed) {
      const { spec } = armed
      if (armed.method !== '*' && armed.method !== method) continue
      if ((spec.times ?? Infinity) <= armed.fired) continue
      if (spec.room !== undefined && spec.room !== about.room) continue
      if (spec.egressId !== undefined && spec.egressId !== about.egressId) continue
      const { url } = spec
      if (url !== undefined && !about.urls.some((one) => one.includes(url))) continue
      armed.seen += 1
      if (armed.seen <= (spec.after ?? 0)) continue
      armed.fired += 1
      this.count(`${method}.${spec.kind}`)
      return spec
    }
    return null
  }

  /** Counts what happened, by name: `StartEgress.reset`, `webhook.dropped`, `egress.killed`. */
  count(name: string, by = 1): void {
    this.#fired.set(name, (this.#fired.get(name) ?? 0) + by)
  }

  fired(name: string): number {
    return this.#fired.get(name) ?? 0
  }

  all(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#fired)
  }

  clear(): void {
    this.#armed = []
  }
}
