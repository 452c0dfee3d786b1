// Serves overlay.html on this machine alone, and hands what it asks on to Roomkeeper with a token that the page
// never sees. Nothing but Node:
//   ROOMKEEPER_TOKEN=… node examples/overlay-server.mjs          then http://127.0.0.1:8090/?room=maker
// Use the token of the room's owner: it can see that room only.

import { readFile } from 'node:fs/promises'
import { createServer, request } from 'node:http'

const server = new URL(process.env.ROOMKEEPER_URL ?? 'http://127.0.0.1:8080')
const token = process.env.ROOMKEEPER_TOKEN
const page = await readFile(new URL('overlay.html', import.meta.url))

/** All that the page may ask for. */
const ALLOWED = /^GET \/api\/sessions(?:\?|\/s[0-9]{1,12}\/live(?:\?|$))|^POST \/api\/stream\/ticket$/

const handOn = (incoming, outgoing) => {
  const asked = request(
    new URL(incoming.url, server),
    {
      method: incoming.method,
      headers: {
        authorization: token === undefined ? (incoming.headers.authorization ?? '') : `Bearer ${token}`,
        ...(incoming.headers['last-event-id'] && { 'last-event-id': incoming.headers['last-event-id'] }),
      },
    },
    (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, {
        'content-type': answer.headers['content-type'] ?? 'text/plain',
      })
      answer.pipe(outgoing)
    },
  )
  asked.on('error', () => outgoing.destroy())
  outgoing.on('close', () => asked.destroy())
  asked.end()
}

const overlay = createServer((incoming, outgoing) => {
  const { method, url = '/' } = incoming
  if (method === 'GET' && /^\/(?:\?|$)/.test(url)) {
    outgoing
      .writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' })
      .end(page)
  } else if (ALLOWED.test(`${method} ${url}`)) handOn(incoming, outgoing)
  else outgoing.writeHead(404).end()
})
overlay.listen(Number(process.env.PORT ?? 8090), '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${overlay.address().port}/?room=`)
})
