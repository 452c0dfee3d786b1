// An RTMP ingest as tests see it, whichever server it is: what it does with publishers, and what arrived when.
//
//   const youtube = await startNodeMediaServer()      // node-media-server.ts
//   const twitch = await startOwnServer()             // own-server.ts: another implementation
//   await youtube.behave('reject')                    // whoever publishes from now on
//   await youtube.drop()                              // everybody who publishes now
//   await youtube.freeze(); await youtube.thaw()      // reads nothing, with every socket open
//   await youtube.down(); await youtube.up()          // nobody listens, and back on the same port
//   youtube.ledger.longestSilenceMs(from, until)      // the longest stretch without a byte

import { connect } from 'node:net'

/** `reject`: refuses the key. `close`: accepts, and closes at once, as Twitch does with a wrong key. */
export type Conduct = 'accept' | 'reject' | 'close'

export interface Publication {
  readonly n: number
  readonly app: string
  readonly key: string
  /** Milliseconds UTC. */
  readonly since: number
  until: number | null
  accepted: boolean
  bytes: number
}

export interface Ingest {
  /** Which server it really is. */
  readonly server: string
  readonly port: number
  /** Without a key. */
  readonly url: string
  readonly ledger: Ledger
  readonly behave: (conduct: Conduct) => Promise<void>
  /** Only these keys are accepted from now on; null: all. */
  readonly onlyKeys: (keys: readonly string[] | null) => Promise<void>
  /** How many there were. */
  readonly drop: () => Promise<number>
  readonly freeze: () => Promise<void>
  readonly thaw: () => Promise<void>
  readonly down: () => Promise<void>
  readonly up: () => Promise<void>
  readonly close: () => Promise<void>
}

export const SAMPLE_MS = 50

/** Who published, and how many bytes had arrived at each moment. */
export class Ledger {
  readonly publications: Publication[] = []
  /** Bytes of everybody together, every 50 ms. */
  readonly samples: { readonly at: number; readonly bytes: number }[] = []
  readonly fired = new Map<string, number>()

  get onAir(): readonly Publication[] {
    return this.publications.filter(({ accepted, until }) => accepted && until === null)
  }

  get keys(): readonly string[] {
    return [...new Set(this.publications.map(({ key }) => key))]
  }

  get bytes(): number {
    return this.publications.reduce((sum, { bytes }) => sum + bytes, 0)
  }

  begin(publication: Omit<Publication, 'n' | 'since' | 'until' | 'bytes'>): Publication {
    const begun = {
      ...publication,
      n: this.publications.length + 1,
      since: Date.now(),
      until: null,
      bytes: 0,
    }
    this.publications.push(begun)
    return begun
  }

  sample(at = Date.now()): void {
    this.samples.push({ at, bytes: this.bytes })
  }

  count(name: string, by = 1): void {
    this.fired.set(name, (this.fired.get(name) ?? 0) + by)
  }

  /** The longest stretch without a byte in this time; what is before the first sample counts as silence. */
  longestSilenceMs(from: number, until = Date.now()): number {
    const before = this.samples.findLast(({ at }) => at <= from)
    let { at: grewAt, bytes } = { at: from, bytes: before?.bytes ?? 0 }
    let longest = 0
    for (const sample of this.samples) {
      if (sample.at <= from || sample.at > until) continue
      if (sample.bytes === bytes) continue
      longest = Math.max(longest, sample.at - grewAt)
      grewAt = sample.at
      bytes = sample.bytes
    }
    return Math.max(longest, until - grewAt)
  }
}

/** Whether somebody listens there. */
export const answers = (port: number): Promise<boolean> =>
  new Promise((done) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => {
      socket.destroy()
      done(true)
    })
    socket.once('error', () => done(false))
  })
