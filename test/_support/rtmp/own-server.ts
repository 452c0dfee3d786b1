// The second ingest: a small RTMP server of our own on node:net, so that nothing rests on one implementation.

import { createServer, type Server, type Socket } from 'node:net'
import { freePort } from '../free-port.ts'
import { decodeAmf, encodeAmf, type AmfValue } from './amf.ts'
import { ChunkReader, writeMessage, type Message } from './chunks.ts'
import { Ledger, SAMPLE_MS, type Conduct, type Ingest, type Publication } from './ingest.ts'

const TYPE = {
  chunkSize: 1,
  acknowledgement: 3,
  window: 5,
  bandwidth: 6,
  audio: 8,
  video: 9,
  data: 18,
  command: 20,
}
const WINDOW = 2_500_000

const number = (value: number, more: readonly number[] = []): Buffer => {
  const bytes = Buffer.alloc(4 + more.length)
  bytes.writeUInt32BE(value)
  bytes.set(more, 4)
  return bytes
}

/** What the server thinks of publishers at the moment. */
interface Policy {
  conduct: Conduct
  keys: readonly string[] | null
  frozen: boolean
}

class Session {
  publication: Publication | null = null
  #app = ''
  #received = 0
  #acknowledged = 0
  readonly socket: Socket
  readonly #ledger: Ledger
  readonly #policy: Policy

  constructor(socket: Socket, ledger: Ledger, policy: Policy) {
    this.socket = socket
    this.#ledger = ledger
    this.#policy = policy
    const reader = new ChunkReader(
      (bytes) => socket.write(bytes),
      (message) => this.#hear(message),
    )
    socket.on('data', (bytes: Buffer) => {
      this.#received += bytes.length
      try {
        reader.push(bytes)
      } catch {
        socket.destroy()
      }
      if (this.#received - this.#acknowledged > WINDOW / 10) {
        this.#acknowledged = this.#received
        this.#say(TYPE.acknowledgement, number(this.#received), 2)
      }
    })
    socket.on('error', () => undefined)
    socket.on('close', () => this.#end())
  }

  #say(type: number, payload: Buffer, chunkId = 3, streamId = 0): void {
    if (this.socket.writable) this.socket.write(writeMessage({ type, streamId, payload }, chunkId))
  }

  #command(streamId: number, ...values: readonly AmfValue[]): void {
    this.#say(TYPE.command, Buffer.concat(values.map(encodeAmf)), 3, streamId)
  }

  #hear({ type, payload }: Message): void {
    if (type === TYPE.audio || type === TYPE.video || type === TYPE.data) {
      if (this.publication !== null) this.publication.bytes += payload.length
    } else if (type === TYPE.command) this.#obey(decodeAmf(payload))
  }

  #obey([name = null, id = 0, about = null, what = null]: readonly AmfValue[]): void {
    switch (name) {
      case 'connect':
        this.#app = typeof about === 'object' && about !== null ? String(about['app'] ?? '') : ''
        this.#say(TYPE.window, number(WINDOW), 2)
        this.#say(TYPE.bandwidth, number(WINDOW, [2]), 2)
        this.#say(TYPE.chunkSize, number(4_096), 2)
        this.#command(
          0,
          '_result',
          id,
          { fmsVer: 'FMS/3,0,1,123', capabilities: 31 },
          {
            level: 'status',
            code: 'NetConnection.Connect.Success',
            description: 'Connection succeeded.',
            objectEncoding: 0,
          },
        )
        return
      case 'createStream':
        this.#command(0, '_result', id, null, 1)
        return
      case 'releaseStream':
      case 'FCPublish':
        this.#command(0, '_result', id, null, null)
        return
      case 'publish':
        this.#publish(String(what))
        return
      case 'FCUnpublish':
      case 'deleteStream':
        this.#end()
    }
  }

  #publish(key: string): void {
    const { conduct, keys } = this.#policy
    const accepted = conduct !== 'reject' && (keys === null || keys.includes(key))
    this.publication = this.#ledger.begin({ app: this.#app, key, accepted })
    const status = (level: string, code: string) =>
      this.#command(1, 'onStatus', 0, null, { level, code, description: code })
    if (!accepted) {
      this.#ledger.count('rejected')
      status('error', 'NetStream.Publish.BadName')
      this.socket.end()
      this.#end()
      return
    }
    status('status', 'NetStream.Publish.Start')
    if (conduct !== 'close') return
    this.#ledger.count('closed')
    this.socket.end()
    this.#end()
  }

  #end(): void {
    if (this.publication !== null) this.publication.until ??= Date.now()
  }
}

export const startOwnServer = async (): Promise<Ingest> => {
  const ledger = new Ledger()
  const policy: Policy = { conduct: 'accept', keys: null, frozen: false }
  const sessions = new Set<Session>()
  const makeServer = (): Server =>
    createServer({ pauseOnConnect: false }, (socket) => {
      const session = new Session(socket, ledger, policy)
      sessions.add(session)
      socket.on('close', () => sessions.delete(session))
      if (policy.frozen) socket.pause()
    })
  let server = makeServer()
  const listen = (port: number): Promise<void> =>
    new Promise((done, fail) => {
      server.once('error', fail)
      server.listen(port, '127.0.0.1', done)
    })
  const port = await freePort()
  await listen(port)
  const sampling = setInterval(() => ledger.sample(), SAMPLE_MS)

  const drop = (): Promise<number> => {
    const there = [...sessions].filter(({ publication }) => publication?.until === null)
    for (const { socket } of there) socket.destroy()
    ledger.count('dropped', there.length)
    return Promise.resolve(there.length)
  }
  const down = (): Promise<void> =>
    new Promise((done) => {
      server.close(() => done())
      for (const { socket } of sessions) socket.destroy()
    })
  const setFrozen = (frozen: boolean): Promise<void> => {
    policy.frozen = frozen
    for (const { socket } of sessions) {
      if (frozen) socket.pause()
      else socket.resume()
    }
    return Promise.resolve()
  }

  return {
    server: 'our own RTMP server',
    port,
    url: `rtmp://127.0.0.1:${port}/app`,
    ledger,
    behave: (conduct) => {
      policy.conduct = conduct
      return Promise.resolve()
    },
    onlyKeys: (keys) => {
      policy.keys = keys
      return Promise.resolve()
    },
    drop,
    freeze: () => setFrozen(true),
    thaw: () => setFrozen(false),
    down,
    up: async () => {
      server = makeServer()
      await listen(port)
    },
    close: async () => {
      clearInterval(sampling)
      await down()
    },
  }
}
