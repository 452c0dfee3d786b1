// A TCP stream to a host through a proxy: HTTP CONNECT (http, https) or SOCKS 5. Names are resolved by the proxy.
// It does not own TLS to the target nor which room uses which proxy; that is in agents.ts.

import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { connect, isIP, type LookupFunction, type Socket } from 'node:net'

export interface Target {
  readonly host: string
  readonly port: number
}

export interface ProxyOptions {
  readonly url: URL
  readonly lookup: LookupFunction
  readonly timeoutMs: number
}

const SCHEMES: Readonly<Record<string, number>> = {
  'http:': 80,
  'https:': 443,
  'socks:': 1080,
  'socks5:': 1080,
  'socks5h:': 1080,
}

/** The proxy's address when it is one we can use; null otherwise. */
export const proxyAddress = (text: string): URL | null => {
  const url = URL.canParse(text) ? new URL(text) : null
  return url !== null && url.protocol in SCHEMES && url.hostname !== '' ? url : null
}

const credentials = (url: URL): { readonly user: string; readonly password: string } | null =>
  url.username === ''
    ? null
    : { user: decodeURIComponent(url.username), password: decodeURIComponent(url.password) }

const hostnameOf = (url: URL): string => url.hostname.replace(/^\[|\]$/g, '')
const portOf = (url: URL): number => Number(url.port) || (SCHEMES[url.protocol] ?? 0)
const refused = (code: string, said: string | number): Error =>
  Object.assign(new Error(`the proxy refused with ${said}`), { code })

/** Between two owners a stream has none; an error in that moment shows again as soon as it is used. */
const ignored = () => undefined

const throughHttp = (target: Target, { url, lookup, timeoutMs }: ProxyOptions): Promise<Socket> =>
  new Promise((done, fail) => {
    const authority = `${isIP(target.host) === 6 ? `[${target.host}]` : target.host}:${target.port}`
    const login = credentials(url)
    const asked = (url.protocol === 'https:' ? httpsRequest : httpRequest)({
      host: hostnameOf(url),
      port: portOf(url),
      method: 'CONNECT',
      path: authority,
      agent: false,
      lookup,
      headers: {
        host: authority,
        ...(login === null
          ? {}
          : {
              'proxy-authorization': `Basic ${Buffer.from(`${login.user}:${login.password}`).toString('base64')}`,
            }),
      },
    })
    const timer = setTimeout(() => asked.destroy(refused('ETIMEDOUT', 'silence')), timeoutMs)
    asked.once('close', () => clearTimeout(timer))
    asked.once('error', fail)
    asked.once('response', (answer) => {
      asked.destroy()
      fail(refused('EPROXY', answer.statusCode ?? 0))
    })
    asked.once('connect', (answer, stream: Socket, head) => {
      clearTimeout(timer)
      stream.on('error', ignored)
      if (answer.statusCode !== 200) {
        stream.destroy()
        fail(refused('EPROXY', answer.statusCode ?? 0))
        return
      }
      if (head.length > 0) stream.unshift(head)
      done(stream)
    })
    asked.end()
  })

/** Exactly the next `size` bytes of a paused socket. */
const take = (socket: Socket, size: number): Promise<Buffer> =>
  new Promise((done, fail) => {
    const ended = () => finish(refused('EPROXY', 'a closed connection'))
    const look = () => {
      const bytes: unknown = socket.read(size)
      if (Buffer.isBuffer(bytes)) finish(bytes)
    }
    const finish = (result: Buffer | Error) => {
      socket.off('readable', look).off('end', ended).off('error', finish)
      if (Buffer.isBuffer(result)) done(result)
      else fail(result)
    }
    socket.on('readable', look).once('end', ended).once('error', finish)
    look()
  })

const shortText = (text: string): Buffer => {
  const bytes = Buffer.from(text)
  if (bytes.length === 0 || bytes.length > 255) throw refused('EPROXY', 'a name of impossible length')
  return Buffer.concat([Buffer.of(bytes.length), bytes])
}

/** RFC 1928, and RFC 1929 for a user name and a password. */
const greetSocks = async (socket: Socket, target: Target, url: URL): Promise<void> => {
  const login = credentials(url)
  socket.write(Buffer.of(5, 1, login === null ? 0 : 2))
  const method = (await take(socket, 2))[1]
  if (method === 2 && login !== null) {
    socket.write(Buffer.concat([Buffer.of(1), shortText(login.user), shortText(login.password)]))
    if ((await take(socket, 2))[1] !== 0) throw refused('EPROXY', 'wrong credentials')
  } else if (method !== 0) throw refused('EPROXY', 'no common method')
  const port = Buffer.of(target.port >> 8, target.port & 0xff)
  const host =
    isIP(target.host) === 4
      ? Buffer.of(1, ...target.host.split('.').map(Number))
      : Buffer.concat([Buffer.of(3), shortText(target.host)])
  socket.write(Buffer.concat([Buffer.of(5, 1, 0), host, port]))
  const answer = await take(socket, 4)
  if (answer[1] !== 0) throw refused('EPROXY', answer[1] ?? 'nothing')
  const bound = answer[3] === 1 ? 4 : answer[3] === 4 ? 16 : ((await take(socket, 1))[0] ?? 0)
  await take(socket, bound + 2)
}

const throughSocks = async (target: Target, { url, lookup, timeoutMs }: ProxyOptions): Promise<Socket> => {
  const socket = connect({ host: hostnameOf(url), port: portOf(url), lookup }).on('error', ignored)
  const timer = setTimeout(() => socket.destroy(refused('ETIMEDOUT', 'silence')), timeoutMs)
  try {
    await greetSocks(socket, target, url)
    return socket
  } catch (error) {
    socket.destroy()
    throw error
  } finally {
    clearTimeout(timer)
  }
}

export const dialThrough = (target: Target, options: ProxyOptions): Promise<Socket> =>
  options.url.protocol.startsWith('socks') ? throughSocks(target, options) : throughHttp(target, options)
