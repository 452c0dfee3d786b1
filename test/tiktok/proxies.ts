// Loopback proxies for the tests of this folder: HTTP CONNECT and SOCKS 5, each remembering what it was asked for.

import { createServer as createHttpServer } from 'node:http'
import { connect, createServer, type Socket } from 'node:net'
import { listenOn } from './kit.ts'

export interface TestProxy {
  readonly url: string
  /** `host:port` of every tunnel that was asked for. */
  readonly asked: string[]
  /** Requests that came without a tunnel. */
  readonly plain: string[]
  readonly logins: string[]
  /** Sockets that were upgraded through a tunnel. */
  readonly upgrades: () => number
  /** The first bytes that came through a tunnel that leads nowhere. */
  readonly first: Buffer[]
  readonly close: () => Promise<void>
}

/** `open` joins tunnels to their target; `listen` accepts them and only reads; else every tunnel is refused. */
type Mode = 'open' | 'listen' | 'refuse'

interface Tunnels {
  readonly sockets: Set<Socket>
  upgrades: number
}

const join = (client: Socket, host: string, port: number, tunnels: Tunnels, ready: () => void): void => {
  const target = connect({ host, port }, () => {
    ready()
    client.pipe(target).pipe(client)
  })
  tunnels.sockets.add(target)
  client.on('data', (bytes) => {
    if (bytes.includes('Sec-WebSocket-Key')) tunnels.upgrades += 1
  })
  const end = () => {
    client.destroy()
    target.destroy()
  }
  for (const socket of [client, target]) socket.on('error', end).on('close', end)
}

export const connectProxy = async (mode: Mode): Promise<TestProxy> => {
  const [asked, plain, logins, first]: [string[], string[], string[], Buffer[]] = [[], [], [], []]
  const tunnels: Tunnels = { sockets: new Set(), upgrades: 0 }
  const { sockets } = tunnels
  const server = createHttpServer((request, response) => {
    plain.push(request.url ?? '')
    response.writeHead(400).end()
  })
  server.on('connection', (socket) => sockets.add(socket))
  server.on('connect', (request, socket: Socket) => {
    asked.push(request.url ?? '')
    logins.push(request.headers['proxy-authorization'] ?? '')
    socket.on('error', () => undefined)
    if (mode === 'refuse') socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n')
    else if (mode === 'listen') {
      socket.on('data', (bytes) => {
        first.push(Buffer.from(bytes))
        socket.destroy()
      })
      socket.write('HTTP/1.1 200 OK\r\n\r\n')
    } else {
      const [host, port] = (request.url ?? '').split(':')
      join(socket, host ?? '', Number(port), tunnels, () => socket.write('HTTP/1.1 200 OK\r\n\r\n'))
    }
  })
  const url = await listenOn(server)
  const close = () =>
    new Promise<void>((done) => {
      for (const socket of sockets) socket.destroy()
      server.close(() => done())
    })
  return { url, asked, plain, logins, upgrades: () => tunnels.upgrades, first, close }
}

const exactly = async (socket: Socket, size: number): Promise<Buffer> => {
  for (;;) {
    const bytes: unknown = socket.read(size)
    if (Buffer.isBuffer(bytes)) return bytes
    await new Promise((done) => socket.once('readable', done))
  }
}

export const socksProxy = async (login: string | null): Promise<TestProxy> => {
  const asked: string[] = []
  const logins: string[] = []
  const tunnels: Tunnels = { sockets: new Set(), upgrades: 0 }
  const { sockets } = tunnels
  const greet = async (socket: Socket) => {
    const [, methods] = await exactly(socket, 2)
    await exactly(socket, methods ?? 0)
    socket.write(Buffer.of(5, login === null ? 0 : 2))
    if (login !== null) {
      const user = await exactly(socket, (await exactly(socket, 2))[1] ?? 0)
      const password = await exactly(socket, (await exactly(socket, 1))[0] ?? 0)
      logins.push(`${user}:${password}`)
      socket.write(Buffer.of(1, `${user}:${password}` === login ? 0 : 1))
    }
    const kind = (await exactly(socket, 4))[3]
    const host =
      kind === 1
        ? (await exactly(socket, 4)).join('.')
        : String(await exactly(socket, (await exactly(socket, 1))[0] ?? 0))
    const port = (await exactly(socket, 2)).readUInt16BE()
    asked.push(`${host}:${port}`)
    join(socket, host, port, tunnels, () => socket.write(Buffer.of(5, 0, 0, 1, 0, 0, 0, 0, 0, 0)))
  }
  const server = createServer((socket) => {
    sockets.add(socket)
    greet(socket).catch(() => socket.destroy())
  })
  const url = (await listenOn(server)).replace('http', 'socks5')
  const close = () =>
    new Promise<void>((done) => {
      for (const socket of sockets) socket.destroy()
      server.close(() => done())
    })
  return { url, asked, plain: [], logins, upgrades: () => tunnels.upgrades, first: [], close }
}
