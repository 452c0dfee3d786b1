// The composition of containers: read as Compose reads it, and compared with the product and with its own parts.

import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { manifest, read, rightIn, root } from './kit.ts'

interface Service {
  readonly image: string
  readonly profiles: readonly string[]
  readonly environment: Readonly<Record<string, string | number>>
  readonly volumes?: readonly string[]
  readonly ports?: readonly (string | number)[]
  readonly depends_on?: Readonly<Record<string, unknown>>
  readonly read_only?: boolean
  readonly stop_grace_period?: string
  readonly cap_drop?: readonly string[]
}

describe('compose.yaml', () => {
  const { services, volumes } = parse(read('compose.yaml'), { merge: true }) as {
    readonly services: Readonly<Record<string, Service>>
    readonly volumes: Readonly<Record<string, unknown>>
  }
  const all = Object.entries(services)
  const ours = all.filter(([name]) => name.startsWith('roomkeeper'))

  it('has one server in each profile, with all that it waits for', () => {
    const profiles = new Set(all.flatMap(([, service]) => service.profiles))
    expect([...profiles].sort()).toEqual(['alone', 'full', 'livekit', 's3'])
    for (const profile of profiles) {
      const inside = all.filter(([, service]) => service.profiles.includes(profile))
      expect(
        inside.filter(([name]) => name.startsWith('roomkeeper')),
        profile,
      ).toHaveLength(1)
      for (const [name, service] of inside) {
        for (const other of Object.keys(service.depends_on ?? {})) {
          expect(services[other]?.profiles, `${name} in ${profile} needs ${other}`).toContain(profile)
        }
      }
    }
  })

  it('sets only variables that the server knows, to what they may be', () => {
    expect(ours).toHaveLength(4)
    for (const [name, { environment }] of ours) {
      const wrong = Object.entries(environment).filter(
        ([variable, value]) => !rightIn(variable, String(value).replace(/^\$\{\w+:-\}$/, '')),
      )
      expect(wrong, name).toEqual([])
      expect(environment).toMatchObject({ HOST: '0.0.0.0', DATA_DIR: '/data' })
    }
    expect(services['roomkeeper-full']?.environment).toMatchObject({
      ...services['roomkeeper-s3']?.environment,
      ...services['roomkeeper-livekit']?.environment,
    })
  })

  it('gives the server its data, nothing else to write to, its port, and the time it needs to let go', () => {
    for (const [name, service] of ours) {
      expect(service.volumes, name).toEqual(['data:/data'])
      expect(service.ports).toEqual([`127.0.0.1:8080:${service.environment['PORT']}`])
      expect([service.read_only, service.cap_drop]).toEqual([true, ['ALL']])
      expect(Number.parseInt(service.stop_grace_period ?? '', 10)).toBeGreaterThanOrEqual(15)
      expect(service.image).toBe(`roomkeeper:${manifest.version}`)
    }
    expect(Object.keys(volumes)).toContain('data')
  })

  it('names an exact version of every image, and files and volumes that are there', () => {
    for (const [name, { image, volumes: mounts = [] }] of all) {
      expect(image, name).toMatch(/:v?\d+\.\d+\.\d+(?:-\w+)?$/)
      for (const [from = ''] of mounts.map((mount) => mount.split(':'))) {
        const isThere = from.startsWith('./') ? existsSync(join(root, from)) : from in volumes
        expect(isThere, `${name}: ${from}`).toBe(true)
      }
    }
  })

  it('has its parts talk to each other where they listen', () => {
    const livekit = parse(read('deploy/livekit/livekit.yaml')) as {
      readonly port: number
      readonly redis: { readonly address: string }
      readonly rtc: Readonly<Record<string, number>>
    }
    const egress = parse(read('deploy/livekit/egress.yaml')) as {
      readonly redis: { readonly address: string }
    }
    const garage = read('deploy/garage/garage.toml')
    const url = `ws://livekit:${livekit.port}`
    expect(services['roomkeeper-livekit']?.environment['LIVEKIT_URL']).toBe(url)
    expect(services['egress']?.environment['LIVEKIT_WS_URL']).toBe(url)
    expect([livekit.redis.address, egress.redis.address]).toEqual(['redis:6379', 'redis:6379'])
    const { tcp_port: tcp, udp_port: udp } = livekit.rtc
    const port = (number: number | undefined) => `${number}:${number}`
    expect(services['livekit']?.ports?.map(String)).toEqual([
      port(livekit.port),
      port(tcp),
      `${port(udp)}/udp`,
    ])
    const { S3_ENDPOINT, S3_REGION, S3_BUCKET } = services['roomkeeper-s3']?.environment ?? {}
    expect(garage).toContain(`api_bind_addr = "[::]:${new URL(String(S3_ENDPOINT)).port}"`)
    expect(garage).toContain(`s3_region = "${S3_REGION}"`)
    expect(services['garage']?.environment['GARAGE_DEFAULT_BUCKET']).toBe(S3_BUCKET)
  })

  it('holds no secret', () => {
    const files = [
      'compose.yaml',
      ...readdirSync(join(root, 'deploy'), { recursive: true, encoding: 'utf8' }).map(
        (name) => `deploy/${name}`,
      ),
    ]
    for (const file of files.filter((name) => /\.(?:yaml|toml|service|timer)$/.test(name))) {
      expect(read(file), file).not.toMatch(
        /(?:secret|key|token|password)\w*\s*[:=]\s*["']?[A-Za-z0-9+/]{16}/i,
      )
    }
  })
})
