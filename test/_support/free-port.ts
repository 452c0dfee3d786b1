// A port that is free, of a range that the system gives to nobody by itself (Linux takes those from 32768 on), and
// that is another one for each worker: so it is still free when it is bound seconds later, or again after a restart.

import { createServer } from 'node:net'

const FIRST = 20_000
const RANGE = 2_000

let next = process.pid

const isFree = (port: number): Promise<boolean> =>
  new Promise((done) => {
    const server = createServer()
    server.once('error', () => done(false))
    server.listen(port, '127.0.0.1', () => server.close(() => done(true)))
  })

export const freePort = async (): Promise<number> => {
  const from = FIRST + RANGE * Number(process.env['VITEST_POOL_ID'] ?? 0)
  for (let tries = 0; tries < RANGE; tries += 1) {
    next += 1
    const port = from + (next % RANGE)
    if (await isFree(port)) return port
  }
  throw new Error(`no port from ${from} to ${from + RANGE} is free`)
}
