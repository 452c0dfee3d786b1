// The console: one page at each of its own paths, and the hashed files it is made of. It is static: what it shows
// comes from the API, as for anybody. What a browser may do with it is said here, and nowhere loosened.

import type { Api } from './api.ts'
import { ConsoleFiles, type ConsoleFile, type Encoding } from './console-files.ts'
import { Problem } from './problems.ts'

/** Paths at which the page is answered; which view that is, the page decides. */
export const CONSOLE_PATHS = [
  '/',
  '/login',
  '/rooms',
  '/rooms/:room',
  '/live',
  '/live/:room',
  '/sessions',
  '/sessions/:session',
  '/assets',
  '/machines',
  '/machines/:actor',
  '/system',
  '/reference',
] as const

/** No origin but ours, no script and no style that is not a file of ours. `blob:` is for previews and downloads. */
export const CONSOLE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' blob: data:",
  "media-src 'self' blob:",
  "connect-src 'self' blob:",
  "font-src 'self'",
  "worker-src 'self' blob:",
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "form-action 'self'",
].join('; ')

const PAGE_HEADERS = {
  'content-security-policy': CONSOLE_POLICY,
  'cache-control': 'no-cache',
  'cross-origin-opener-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
} as const

/** A file's name holds the hash of its content. */
const FILE_HEADERS = { 'cache-control': 'public, max-age=31536000, immutable' } as const

const notBuilt = (version: string): string => `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Roomkeeper</title>
<main>
<h1>Roomkeeper</h1>
<p>The server runs, and its console is not built. Run <code>npm run build</code> in its folder and load this page again;
<code>npm start</code> does it by itself.</p>
<ul>
<li><a href="/openapi.json">The API</a>, as an OpenAPI document</li>
<li><a href="/healthz">Alive</a>, <a href="/readyz">ready</a>, <a href="/metrics">metrics</a></li>
</ul>
<p><small>Version ${version}. Free software under the AGPL, version 3.</small></p>
</main>
</html>
`

/** The best encoding that is there and that the client takes; one with weight 0 it does not take. */
const encodingFor = (accepted: string | undefined, { encoded }: ConsoleFile): Encoding | null => {
  const taken = new Set(
    (accepted ?? '')
      .toLowerCase()
      .split(',')
      .filter((part) => !/;\s*q=0(?:\.0*)?\s*$/.test(part))
      .map((part) => part.split(';', 1)[0]?.trim()),
  )
  return (['br', 'gzip'] as const).find((one) => encoded[one] !== undefined && taken.has(one)) ?? null
}

const sameAs = (sent: string | undefined, etag: string): boolean =>
  sent !== undefined && sent.split(',').some((one) => one.trim().replace(/^W\//, '') === etag)

interface Sent {
  readonly accepted: string | undefined
  readonly ifNoneMatch: string | undefined
}

const answer = (
  file: ConsoleFile,
  { accepted, ifNoneMatch }: Sent,
  more: Readonly<Record<string, string>>,
): Response => {
  const headers = { ...more, etag: file.etag, vary: 'accept-encoding' }
  if (sameAs(ifNoneMatch, file.etag)) return new Response(null, { status: 304, headers })
  const encoding = encodingFor(accepted, file)
  const bytes = (encoding && file.encoded[encoding]) ?? file.plain
  return new Response(bytes, {
    headers: {
      ...headers,
      'content-type': file.type,
      'content-length': String(bytes.length),
      ...(encoding !== null && { 'content-encoding': encoding }),
    },
  })
}

const page = { method: 'GET', tag: 'server', access: 'public', page: true } as const

export const consoleRoutes = (api: Api): void => {
  const files = new ConsoleFiles(api.parts.consoleFolder)
  for (const path of CONSOLE_PATHS) {
    const id = `console.${path.split('/')[1] || 'home'}${path.includes(':') ? '.one' : ''}`
    api.route(
      {
        ...page,
        path,
        id,
        summary: 'The console',
        answers: { 200: { about: 'a page', media: 'text/html' } },
      },
      ({ c }) => {
        const index = files.index()
        if (index === null) {
          const headers = { ...PAGE_HEADERS, 'content-type': 'text/html; charset=utf-8' }
          return new Response(notBuilt(api.parts.version), { headers })
        }
        return answer(index, sentIn(c.req), PAGE_HEADERS)
      },
    )
  }
  api.route(
    {
      ...page,
      path: '/console/:file',
      id: 'console.file',
      summary: 'A file of the console',
      answers: { 200: { about: 'the file', media: 'application/octet-stream' } },
    },
    ({ c }) => {
      const file = files.file(c.req.param('file') ?? '')
      if (file === null) throw new Problem('not_found')
      return answer(file, sentIn(c.req), FILE_HEADERS)
    },
  )
}

const sentIn = (request: { readonly header: (name: string) => string | undefined }): Sent => ({
  accepted: request.header('accept-encoding'),
  ifNoneMatch: request.header('if-none-match'),
})
