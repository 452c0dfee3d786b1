// The page at `/`: what this is and where its API is described. It needs no script and asks nobody for anything.

import type { Api } from './api.ts'

const page = (version: string): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Roomkeeper</title>
<style>
:root { color-scheme: light dark; }
body { font: 15px/1.6 system-ui, sans-serif; max-width: 40rem; margin: 4rem auto; padding: 0 1rem; }
code { font-size: 13px; }
</style>
</head>
<body>
<main>
<h1>Roomkeeper</h1>
<p>It watches TikTok LIVE rooms, records every event of a broadcast and archives it as exactly one session.</p>
<ul>
<li><a href="/openapi.json">The API</a>, as an OpenAPI document</li>
<li><a href="/healthz">Alive</a>, <a href="/readyz">ready</a>, <a href="/metrics">metrics</a></li>
<li>Facts as they happen: <code>curl -N -H "Authorization: Bearer …" /api/stream</code></li>
</ul>
<p><small>Version ${version}. Free software under the AGPL, version 3.</small></p>
</main>
</body>
</html>
`

export const homeRoutes = (api: Api): void => {
  const html = page(api.parts.version)
  api.route(
    {
      method: 'GET',
      path: '/',
      id: 'server.home',
      summary: 'What this is',
      tag: 'server',
      access: 'public',
      answers: { 200: { about: 'a page', media: 'text/html' } },
    },
    () =>
      new Response(html, {
        headers: {
          'content-type': 'text/html; charset=utf-8',
          'content-security-policy':
            "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'",
        },
      }),
  )
}
