// What a faulty route answers instead of its page, and how an answer is put on, or torn off, the wire.

import type { ServerResponse } from 'node:http'
import type { HttpFault } from './faults.ts'
import * as pages from './pages.ts'
import { rateLimited } from './sign.ts'

/** The whole answer of a fault; null where the fault only changes or damages the usual one. */
export const spoiled = (fault: HttpFault): pages.Answer | null => {
  switch (fault.kind) {
    case 'status':
      return { ...pages.json({ message: `status ${fault.status}` }, fault.status), ...bodyOf(fault.body) }
    case 'empty':
      return pages.html('')
    case 'huge':
      return pages.html(' '.repeat(fault.bytes))
    case 'body':
      return {
        status: 200,
        headers: { 'content-type': fault.contentType ?? 'application/octet-stream' },
        body: fault.body,
      }
    case 'captcha':
      return pages.captcha
    case 'bad_json':
      return pages.badStatePage
    case 'no_live_room':
      return pages.livePage(null)
    case 'blocked':
      return pages.json({ statusCode: 10_201, message: 'blocked', data: {} })
    case 'wrong_json':
      return pages.json({ statusCode: 0, data: { user: [] }, message: { nested: [1, 2, 3] } })
    case 'user_not_found':
      return pages.notFound
    case 'age_restricted':
      return pages.ageRestricted(fault.code)
    case 'rate_limited':
      return rateLimited(fault)
    case 'premium':
      return pages.json({ code: 402, message: 'This needs a plan that the key does not have.' }, 402)
    default:
      return null
  }
}

const bodyOf = (body: string | undefined) => (body === undefined ? {} : { body })

const wait = (ms: number) =>
  new Promise<void>((done) => {
    setTimeout(done, ms).unref()
  })

/** Sends the answer, or what the fault leaves of it. */
export const reply = async (
  response: ServerResponse,
  answer: pages.Answer,
  fault: HttpFault | null,
): Promise<void> => {
  if (fault?.kind === 'reset') {
    response.socket?.resetAndDestroy()
    return
  }
  if (fault?.kind === 'hang') await wait(fault.ms)
  if (response.destroyed) return
  const body = Buffer.from(answer.body)
  response.writeHead(answer.status, { ...answer.headers, 'content-length': body.byteLength })
  if (fault?.kind === 'truncated') {
    response.write(body.subarray(0, Math.floor(body.byteLength / 2)), () => response.destroy())
    return
  }
  response.end(body, () => answer.onSent?.())
}
