// Tokens for joining a LiveKit room, with no right beyond what the role needs.

import { AccessToken } from 'livekit-server-sdk'
import * as Redacted from 'effect/Redacted'
import type { Config } from '../config.ts'
import type { JoinRequest } from './ingress.ts'

/** The token is valid from now on for as long as was asked, and for this room alone. */
export const mintJoinToken = async (
  { apiKey, apiSecret }: NonNullable<Config['livekit']>,
  { roomName, identity, role, ttlS }: JoinRequest,
): Promise<Redacted.Redacted<string>> => {
  const token = new AccessToken(apiKey, Redacted.value(apiSecret), { identity, ttl: ttlS })
  const publishes = role === 'publisher'
  token.addGrant({
    roomJoin: true,
    room: roomName,
    canSubscribe: true,
    canPublish: publishes,
    canPublishData: publishes,
    canUpdateOwnMetadata: false,
  })
  return Redacted.make(await token.toJwt(), { label: 'join token' })
}
