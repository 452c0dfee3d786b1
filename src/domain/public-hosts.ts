// Which hosts are in the public internet as far as a name or a number says so. A name that resolves to a private
// address is not seen here: LiveKit opens the connection, and its own network decides what it can reach.

import { BlockList, isIPv4, isIPv6 } from 'node:net'

const V4_NOT_PUBLIC = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
]
/** Inside of what is allocated: addresses that carry an IPv4 address in them, and those of documents. */
const V6_NOT_PUBLIC = ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20']

const listOf = (family: 'ipv4' | 'ipv6', subnets: readonly string[]): BlockList => {
  const list = new BlockList()
  for (const subnet of subnets) {
    const [address = '', bits] = subnet.split('/')
    list.addSubnet(address, Number(bits), family)
  }
  return list
}

const notPublicV4 = listOf('ipv4', V4_NOT_PUBLIC)
const notPublicV6 = listOf('ipv6', V6_NOT_PUBLIC)
/** All that was ever given out; loopback, link-local, mapped and multicast addresses are outside of it. */
const allocatedV6 = listOf('ipv6', ['2000::/3'])

/** Names that are answered inside a machine, a house or a cloud. */
const INNER =
  /(?:^|\.)(?:localhost|localdomain|local|internal|intranet|lan|home|corp|private|arpa|svc|onion|invalid)$/

const LABEL = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?'
const NAME = new RegExp(`^${LABEL}(?:\\.${LABEL})*$`)

/** The host as everybody reads it, in lower case, without brackets; null when it is not written plainly. */
export const plainHost = (text: string): string | null => {
  const host = text.toLowerCase()
  const inner = /^\[(.*)\]$/.exec(host)?.[1]
  if (inner === undefined ? host.length > 253 || !NAME.test(host) : !isIPv6(inner)) return null
  // Octal, hexadecimal and shortened numbers are one address to one reader and another to the next.
  const read = URL.canParse(`http://${host}`) ? new URL(`http://${host}`).hostname : null
  return read === host ? (inner ?? host) : null
}

/** True when this plain host is neither private nor meant for one machine or network alone. */
export const isPublic = (host: string): boolean => {
  if (isIPv4(host)) return !notPublicV4.check(host, 'ipv4')
  if (isIPv6(host)) return allocatedV6.check(host, 'ipv6') && !notPublicV6.check(host, 'ipv6')
  return host.includes('.') && !INNER.test(host)
}

/** True when `hosts` (`host` or `host:port`, in lower case) has this one. */
export const isListed = (host: string, port: number, hosts: readonly string[]): boolean => {
  const written = isIPv6(host) ? [host, `[${host}]`] : [host]
  return written.some((name) => hosts.includes(name) || hosts.includes(`${name}:${port}`))
}
