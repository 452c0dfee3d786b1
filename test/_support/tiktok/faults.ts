// The faults that can be armed on a route or on the socket's door, and the counters that prove they fired.
// Faults of what is said on an open socket are in mishaps.ts.

export type Route =
  | 'html'
  | 'api'
  | 'room_info'
  | 'gift_list'
  | 'sign_url'
  | 'room_id'
  | 'rate_limits'
  | 'sign'
  | 'socket'

/** What any HTTP route can do wrong. */
type AnyHttp =
  | { readonly kind: 'status'; readonly status: number; readonly body?: string }
  /** Answers as usual, but only after `ms`. */
  | { readonly kind: 'hang'; readonly ms: number }
  /** The TCP connection is reset instead of an answer. */
  | { readonly kind: 'reset' }
  /** Declares the whole length, sends half of it and closes. */
  | { readonly kind: 'truncated' }
  | { readonly kind: 'empty' }
  | { readonly kind: 'huge'; readonly bytes: number }
  | { readonly kind: 'body'; readonly body: string | Uint8Array; readonly contentType?: string }

/** The route contradicts the truth about whether the creator is on air. */
interface Says {
  readonly kind: 'says'
  readonly status: 2 | 3 | 4
}

export interface FaultOf {
  readonly html: AnyHttp | Says | { readonly kind: 'captcha' | 'bad_json' | 'no_live_room' }
  readonly api: AnyHttp | Says | { readonly kind: 'blocked' | 'wrong_json' | 'user_not_found' }
  readonly room_info: AnyHttp | Says | { readonly kind: 'age_restricted'; readonly code: 4_003_110 | 10_011 }
  readonly gift_list: AnyHttp
  readonly sign_url: AnyHttp
  readonly room_id: AnyHttp | Says
  readonly rate_limits: AnyHttp
  readonly sign:
    | AnyHttp
    | {
        readonly kind: 'rate_limited'
        readonly retryAfterS: number
        /** Where the number is: in `retry-after`, in the JSON body, or in both. Default both. */
        readonly form?: 'header' | 'body' | 'both'
        /** A message under 19 characters makes the connector fail with a RangeError. */
        readonly message?: string
      }
    | { readonly kind: 'premium' | 'no_cookie' | 'no_cursor' | 'no_push_server' | 'ended_inside' }
    | { readonly kind: 'foreign_host'; readonly url: string }
    | { readonly kind: 'other_room'; readonly roomId: string }
  readonly socket:
    | { readonly kind: 'refused'; readonly message?: string }
    | { readonly kind: 'slow'; readonly ms: number }
    | { readonly kind: 'stalled' }
    | { readonly kind: 'closed'; readonly code?: number }
    | { readonly kind: 'reset' }
}

/** Any fault of any HTTP route. */
export type HttpFault = FaultOf[Exclude<Route, 'socket'>]

export type FaultSpec<R extends Route> = FaultOf[R] & {
  /** How often it fires before it clears itself; without it, until cleared. */
  readonly times?: number
  /** Only for this creator; without it, for all. */
  readonly handle?: string
  /** Only for sign requests with this API key. */
  readonly key?: string
}

export interface Fault {
  readonly route: Route
  readonly kind: string
  /** How often it really happened. */
  readonly fired: () => number
  readonly clear: () => void
}

interface Armed<R extends Route> {
  readonly route: R
  readonly spec: FaultSpec<R>
  fired: number
}

export class Faults {
  #armed: Armed<Route>[] = []
  readonly #fired = new Map<string, number>()

  arm<R extends Route>(route: R, spec: FaultSpec<R>): Fault {
    const armed: Armed<Route> = { route, spec, fired: 0 }
    this.#armed.push(armed)
    return {
      route,
      kind: spec.kind,
      fired: () => armed.fired,
      clear: () => {
        this.#armed = this.#armed.filter((other) => other !== armed)
      },
    }
  }

  /** The first armed fault for this request, counted as fired; null when none is. */
  take<R extends Route>(
    route: R,
    about: { readonly handle: string | null; readonly key?: string | null },
  ): FaultOf[R] | null {
    for (const armed of this.#armed) {
      const { spec } = armed
      if (armed.route !== route || (spec.times ?? Infinity) <= armed.fired) continue
      if (spec.handle !== undefined && spec.handle !== about.handle) continue
      if (spec.key !== undefined && spec.key !== about.key) continue
      armed.fired += 1
      this.count(`${route}.${spec.kind}`)
      // Only faults armed for this very route pass the check above, which the type cannot see.
      return spec as unknown as FaultOf[R]
    }
    return null
  }

  /** Counts a fault that happened, by name: `sign.rate_limited`, `frame.corrupt`, `socket.dropped_hard`. */
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
