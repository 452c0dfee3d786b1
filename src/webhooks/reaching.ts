// To which address a webhook's connection goes: the name is resolved once for each attempt, every address it has is
// checked, and the connection is made to one that was checked. So a name that answers differently the second time
// leads nowhere else.

import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import { isPublic } from '../domain/public-hosts.ts'
import { hostOf, isOurs } from '../domain/webhook-url.ts'

export interface Address {
  readonly address: string
  readonly family: 4 | 6
}

/** Every address of a name; fails or is empty when it has none. */
export type Resolve = (host: string) => Promise<readonly Address[]>

const ADDRESSES_MAX = 64

export const systemResolve: Resolve = async (host) =>
  (await lookup(host, { all: true, order: 'verbatim' })).map(({ address, family }) => ({
    address,
    family: family === 6 ? 6 : 4,
  }))

export type Reached =
  | { readonly ok: true; readonly address: Address }
  | { readonly ok: false; readonly code: 'host_private' | 'name_unresolved' }

/** An address with a zone is one of a single link. */
const isOutside = ({ address }: Address): boolean => !address.includes('%') && isPublic(address)

/** A name of which one address is inside and one outside is not trusted at all. */
export const reach = async (
  url: URL,
  privateHosts: readonly string[],
  resolve: Resolve = systemResolve,
): Promise<Reached> => {
  const host = hostOf(url)
  if (host === null) return { ok: false, code: 'host_private' }
  const kind = isIP(host)
  const found =
    kind === 0
      ? await resolve(host).catch(() => [])
      : [{ address: host, family: kind === 6 ? (6 as const) : (4 as const) }]
  const [first] = found
  if (first === undefined || found.length > ADDRESSES_MAX) return { ok: false, code: 'name_unresolved' }
  if (!isOurs(url, privateHosts) && !found.every(isOutside)) return { ok: false, code: 'host_private' }
  return { ok: true, address: first }
}
