// A child: many clients of the status stream. It notes when each fact reached each of them.

import { connect, type Socket } from 'node:net'
import { parent } from './child.ts'

export interface SseClientsInput {
  readonly port: number
  readonly token: string
  readonly clients: number
  readonly facts: number
}

const { port, token, clients, facts } = parent.input<SseClientsInput>()
const arrivals: Float64Array[] = []
const seqs: Int32Array[] = []
let open = 0
let complete = 0

/** Only what is needed of the stream is read: the numbers of its messages. */
const client = (index: number): Socket => {
  const at = new Float64Array(facts)
  const seq = new Int32Array(facts)
  arrivals[index] = at
  seqs[index] = seq
  let count = 0
  let rest = ''
  let ready = false
  const socket = connect(port, '127.0.0.1', () => {
    socket.write(
      `GET /api/stream HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer ${token}\r\naccept: text/event-stream\r\n\r\n`,
    )
  })
  socket.setNoDelay(true)
  socket.setEncoding('latin1')
  socket.on('data', (chunk: string) => {
    const now = performance.timeOrigin + performance.now()
    const text = rest + chunk
    const end = text.lastIndexOf('\n\n')
    rest = end < 0 ? text : text.slice(end + 2)
    if (end < 0) return
    if (!ready && text.includes('event: ready')) {
      ready = true
      open += 1
      if (open === clients) parent.tell('open')
    }
    for (const [, found] of text.slice(0, end).matchAll(/^id: (\d+)$\ndata: /gm)) {
      if (count >= facts) return
      seq[count] = Number(found)
      at[count] = now
      count += 1
      if (count === facts) complete += 1
    }
    if (complete === clients) parent.tell('complete', { arrivals, seqs })
  })
  socket.on('error', (error) => {
    throw error
  })
  return socket
}

for (let index = 0; index < clients; index += 1) {
  client(index)
  if (index % 50 === 49) await new Promise((done) => setTimeout(done, 20))
}
await parent.hear('leave')
process.exit(0)
