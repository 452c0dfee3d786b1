// What really happened, whatever was answered: every call, and every egress from birth to end.

import type { Method } from './faults.ts'

export interface Call {
  readonly n: number
  /** Milliseconds UTC. */
  readonly at: number
  readonly method: Method | 'unknown'
  /** As the path names it: which of the starts it was. */
  readonly path: string
  readonly room: string
  readonly egressId: string
  /** With keys. */
  readonly urls: readonly string[]
  readonly requestId: string
  /** The fault that was armed for it. */
  fault: string | null
  /** Whether what it asks for was done. */
  done: boolean
  /** The egress or ingress that it made. */
  made: string | null
  /** The status of its answer; null while there is none, 0 when the connection was reset instead. */
  answered: number | null
}

export interface Publication {
  readonly url: string
  readonly from: number
  until: number | null
}

export interface Life {
  readonly egressId: string
  readonly room: string
  /** With keys. */
  readonly urls: readonly string[]
  readonly bornAt: number
  readonly statuses: { readonly at: number; readonly status: string }[]
  /** Connections to platforms, one after the other. */
  readonly publications: Publication[]
  /** When nothing published any more and nothing will; null while it lives. A killed one ends without a status. */
  endedAt: number | null
}

export class Truth {
  readonly calls: Call[] = []
  readonly lives: Life[] = []

  callsOf(method: Method, room?: string): readonly Call[] {
    return this.calls.filter((call) => call.method === method && (room === undefined || call.room === room))
  }

  /** Egresses that live. */
  running(room?: string): readonly Life[] {
    return this.lives.filter(
      ({ endedAt, room: its }) => endedAt === null && (room === undefined || its === room),
    )
  }

  life(egressId: string): Life | undefined {
    return this.lives.find((life) => life.egressId === egressId)
  }

  /** Pairs of egresses that lived at the same time with the same address: two publishers of one. */
  doubles(): readonly (readonly [Life, Life])[] {
    return this.lives.flatMap((one, n) =>
      this.lives
        .slice(n + 1)
        .filter(
          (other) =>
            one.urls.some((url) => other.urls.includes(url)) && other.bornAt < (one.endedAt ?? Infinity),
        )
        .map((other) => [one, other] as const),
    )
  }
}
