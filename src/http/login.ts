// Signing in and out, and who one is. A browser shows a token, or the code of a sign-in link, once; after that a
// cookie that its scripts cannot read says who it is. Tries are limited by address, and each leaves an audit row.

import * as Schema from 'effect/Schema'
import { json, type Api } from './api.ts'
import { clearCookie, originOf, setCookie } from './cookies.ts'
import { Problem } from './problems.ts'
import { ipOf, type Identity } from './request.ts'
import { isSignIn, signIn, signOut } from './sign-in.ts'

const Shown = Schema.String.check(
  Schema.isPattern(/^[\x21-\x7e]{1,512}$/, { description: 'up to 512 printable characters' }),
)

const Login = Schema.Struct({
  token: Schema.optionalKey(Shown).annotate({ description: "the operator's token or a room owner's" }),
  code: Schema.optionalKey(Shown).annotate({ description: 'or the code of a sign-in link' }),
})

const Me = Schema.Struct({
  actor: Schema.String.annotate({ description: 'what the audit calls you' }),
  scope: Schema.Literals(['operator', 'owner']),
  roomId: Schema.NullOr(Schema.String).annotate({ description: "the owner's room" }),
  expiresAt: Schema.NullOr(Schema.Int).annotate({ description: 'milliseconds UTC' }),
}).annotate({ identifier: 'Me' })

const viewOf = ({ actor, scope, roomId, expiresAt }: Identity): typeof Me.Type => ({
  actor,
  scope,
  roomId,
  expiresAt,
})

const Link = Schema.Struct({
  path: Schema.String.annotate({ description: 'opened in a browser it signs in, once' }),
  expiresAt: Schema.Int,
})

/** Behind the `#` a code reaches no log and no other server. */
export const signInPath = (code: string): string => `/login#${code}`

export const loginRoutes = (api: Api): void => {
  const { auth, links, logins, origins, denials, complainOf } = api.parts

  const whoShows = async ({ token, code }: typeof Login.Type): Promise<Identity | null> => {
    if ((token === undefined) === (code === undefined)) {
      throw new Problem('invalid', { detail: 'Either a token or a code is needed.' })
    }
    if (token !== undefined) return auth.identify(`Bearer ${token}`)
    const issued = links.redeem(code ?? '')
    return issued && auth.again(issued)
  }

  api.route(
    {
      method: 'POST',
      path: '/api/login',
      id: 'login',
      summary: 'Sign a browser in: the token once, an HttpOnly cookie after',
      about: `The cookie counts wherever a token does. What it changes must be asked for by a page of this origin
(\`Origin\` or \`Sec-Fetch-Site\`). It lasts 30 days, at most as long as its token, and ends with it.`,
      tag: 'server',
      access: 'public',
      body: Login,
      answers: {
        200: { about: 'who you are', schema: Me, headers: { 'set-cookie': 'HttpOnly; SameSite=Strict' } },
      },
      problems: ['unauthorized', 'rate_limited', 'origin_refused'],
    },
    async ({ c, body, caller, run }) => {
      const retryAfterMs = Math.ceil(logins.take(caller.ip ?? ''))
      if (retryAfterMs > 0) {
        throw new Problem('rate_limited', { retryAfterMs, detail: 'Too many tries from this address.' })
      }
      const origin = originOf(c, origins)
      if (origin === 'other') throw new Problem('origin_refused')
      const identity = await whoShows(body)
      if (identity === null) {
        const denied = { actor: 'anonymous', action: 'login', target: null, code: 'unauthorized' } as const
        await denials.note({ ...denied, ip: caller.ip, outcome: 'denied' }, complainOf('login'))
        throw new Problem('unauthorized')
      }
      const { text, expiresAt } = await run(signIn(identity, auth.operatorDigest, caller.ip))
      return json(200, viewOf({ ...identity, expiresAt }), {
        'set-cookie': setCookie(c, text, expiresAt - Date.now()),
      })
    },
  )

  api.route(
    {
      method: 'POST',
      path: '/api/logout',
      id: 'logout',
      summary: 'End this sign-in, and its streams',
      tag: 'server',
      access: 'optional',
      harmless: true,
      answers: { 204: { about: 'nobody is signed in here any more' } },
      problems: ['origin_refused'],
    },
    async ({ c, identity, run }) => {
      const tokenId = identity?.tokenId ?? null
      if (identity !== null && tokenId !== null && isSignIn(tokenId)) {
        await run(signOut(identity, tokenId, ipOf(c)))
        api.parts.tokensChanged()
      }
      return new Response(null, { status: 204, headers: { 'set-cookie': clearCookie(c) } })
    },
  )

  api.route(
    {
      method: 'GET',
      path: '/api/me',
      id: 'me',
      summary: 'Who you are, as your token or your cookie says',
      tag: 'server',
      access: 'any',
      answers: { 200: { about: 'who you are', schema: Me } },
    },
    ({ identity }) => json(200, viewOf(identity)),
  )

  api.route(
    {
      method: 'POST',
      path: '/api/login/link',
      id: 'login.link',
      summary: 'A link that signs a browser in as you, once',
      about:
        'For a terminal that has the token and a browser that has not. The code is behind a `#`: it reaches no log.',
      tag: 'server',
      access: 'any',
      harmless: true,
      answers: { 201: { about: 'the link', schema: Link } },
    },
    ({ identity }) => {
      const { ticket, expiresAt } = links.issue(identity)
      return json(201, { path: signInPath(ticket), expiresAt })
    },
  )
}
