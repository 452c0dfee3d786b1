// One body on its way to the server, with progress and a way to break it off. `fetch` tells nothing about what was
// sent, so this is XMLHttpRequest; what went wrong is the same `ApiProblem` as everywhere.

import { heard, urlOf, type Query } from '../../api/fetch.ts'
import { ApiProblem, retryAfterOf } from '../../api/problem.ts'

export class Aborted extends Error {}

export interface Sending {
  readonly path: string
  readonly query?: Query
  readonly body: Blob
  readonly signal: AbortSignal
  readonly onProgress: (sentBytes: number) => void
}

const problemFrom = (request: XMLHttpRequest): ApiProblem => {
  const body: unknown = request.response
  const fields = typeof body === 'object' && body !== null ? body : { title: request.statusText }
  return new ApiProblem(
    request.status,
    fields as Record<string, unknown>,
    retryAfterOf(request.getResponseHeader('retry-after')),
  )
}

export const send = <T>({ path, query = {}, body, signal, onProgress }: Sending): Promise<T> =>
  new Promise((resolve, reject) => {
    if (signal.aborted) return reject(new Aborted())
    const request = new XMLHttpRequest()
    request.open('PUT', urlOf(path, query))
    request.responseType = 'json'
    request.setRequestHeader('content-type', 'application/octet-stream')
    const abort = (): void => request.abort()
    signal.addEventListener('abort', abort, { once: true })
    request.upload.addEventListener('progress', ({ loaded }) => onProgress(loaded))
    request.addEventListener('load', () => {
      heard.reached(true)
      if (request.status >= 200 && request.status < 300) return resolve(request.response as T)
      if (request.status === 401) heard.unauthorized()
      reject(problemFrom(request))
    })
    request.addEventListener('error', () =>
      reject(new ApiProblem(0, { code: 'offline', title: 'The server cannot be reached.' })),
    )
    request.addEventListener('abort', () => reject(new Aborted()))
    request.addEventListener('loadend', () => signal.removeEventListener('abort', abort))
    request.send(body)
  })
