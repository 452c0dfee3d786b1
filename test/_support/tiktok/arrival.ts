// Whether the other end of a loopback connection has read what was written to it, as the kernel tells it.
// A reset throws away what was not read yet, so "sent" is not enough to know what a client must have.

import { readFile } from 'node:fs/promises'
import { setTimeout as wait } from 'node:timers/promises'

const hex = (port: number) => port.toString(16).toUpperCase().padStart(4, '0')

/** Bytes still on the way from `from` to `to`: unsent at one end or unread at the other. Null: not to be known here. */
const onTheWay = async (from: number, to: number): Promise<number | null> => {
  let table: string
  try {
    table = await readFile('/proc/net/tcp', 'latin1')
  } catch {
    return null
  }
  let sum = 0
  for (const line of table.split('\n')) {
    const [, local = '', remote = '', , queues = ''] = line.trim().split(/\s+/)
    const [unsent = '0', unread = '0'] = queues.split(':')
    if (local.endsWith(`:${hex(from)}`) && remote.endsWith(`:${hex(to)}`)) sum += Number.parseInt(unsent, 16)
    if (local.endsWith(`:${hex(to)}`) && remote.endsWith(`:${hex(from)}`)) sum += Number.parseInt(unread, 16)
  }
  return sum
}

/** Done when nothing is on the way any more; false when the limit came first, or where the kernel does not tell. */
export const arrived = async (from: number, to: number, limitMs = 15_000): Promise<boolean> => {
  const until = performance.now() + limitMs
  for (;;) {
    const left = await onTheWay(from, to)
    if (left === 0) return true
    // Elsewhere than on Linux all that is left is to give it a moment.
    if (left === null) await wait(25)
    if (left === null || performance.now() > until) return false
    await wait(1)
  }
}
