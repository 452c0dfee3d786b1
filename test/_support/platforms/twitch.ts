// Twitch's Helix API and its token endpoint, as far as they are asked: who of its channels is live, for an
// application that holds an app access token.

import { canary } from '../product-secrets.ts'
import { bearerOf, Counter, type Question, type Reply } from './counter.ts'

const refusal = (status: number, error: string, message: string): Reply => ({
  status,
  body: { error, status, message },
})

export class TwitchStandIn extends Counter {
  readonly credentials = {
    clientId: canary(),
    clientSecret: canary(),
    userId: '141981764',
  }
  readonly granted: string[] = []
  /** Channels that are live, with what Twitch calls their stream: `live`, or nothing when it has trouble. */
  readonly live = new Map<string, string>()
  expiresInS = 5_011_271
  #valid = new Set<string>()

  constructor() {
    super((question) => this.#reply(question))
  }

  revoke(): void {
    this.#valid = new Set()
  }

  #reply(question: Question): Reply {
    if (question.path === '/oauth2/token') return this.#grant(question)
    const { clientId } = this.credentials
    if (!this.#valid.has(bearerOf(question)) || question.headers['client-id'] !== clientId) {
      return refusal(401, 'Unauthorized', 'Invalid OAuth token')
    }
    if (question.path !== '/helix/streams') return refusal(404, 'Not Found', '')
    const id = question.query['user_id'] ?? ''
    const type = this.live.get(id)
    const data =
      type === undefined
        ? []
        : [
            {
              id: '42170724654',
              user_id: id,
              user_login: 'show',
              user_name: 'Show',
              game_id: '509658',
              game_name: 'Just Chatting',
              type,
              title: 'a show',
              viewer_count: 7,
              started_at: '2026-11-22T03:00:00Z',
              language: 'en',
              tags: [],
              is_mature: false,
            },
          ]
    return { status: 200, body: { data, pagination: {} } }
  }

  #grant({ method, form }: Question): Reply {
    const { clientId, clientSecret } = this.credentials
    if (method !== 'POST' || form['grant_type'] !== 'client_credentials') {
      return { status: 400, body: { status: 400, message: 'missing grant type' } }
    }
    if (form['client_id'] !== clientId)
      return { status: 400, body: { status: 400, message: 'invalid client' } }
    if (form['client_secret'] !== clientSecret) {
      return { status: 403, body: { status: 403, message: 'invalid client secret' } }
    }
    const made = canary()
    this.granted.push(made)
    this.#valid.add(made)
    return {
      status: 200,
      body: { access_token: made, expires_in: this.expiresInS, token_type: 'bearer' },
    }
  }
}

export const startTwitch = async (): Promise<TwitchStandIn> => {
  const made = new TwitchStandIn()
  await made.listen()
  return made
}

/** What the product is started with to ask this one. */
export const twitchEnv = ({ origin, credentials }: TwitchStandIn): Readonly<Record<string, string>> => ({
  TWITCH_API_ORIGIN: origin,
  TWITCH_TOKEN_ORIGIN: origin,
  TWITCH_CLIENT_ID: credentials.clientId,
  TWITCH_CLIENT_SECRET: credentials.clientSecret,
  TWITCH_USER_ID: credentials.userId,
})
