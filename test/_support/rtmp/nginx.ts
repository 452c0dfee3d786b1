// nginx with its RTMP module, where it is installed: the second ingest, and the one that the world knows.
// It asks us about every publisher (`on_publish`), tells bytes on a page of XML and drops on command. NGINX_ROOT is
// the folder that its packages were unpacked to; default: the system's root.

import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { freePort } from '../free-port.ts'
import { answers, Ledger, SAMPLE_MS, type Conduct, type Ingest, type Publication } from './ingest.ts'

const ROOT = process.env['NGINX_ROOT'] ?? ''
const BINARY = `${ROOT}/usr/sbin/nginx`
const MODULE = `${ROOT}/usr/lib/nginx/modules/ngx_rtmp_module.so`
const LISTENS_WITHIN_MS = 5_000

export const hasNginx = (): boolean => existsSync(BINARY) && existsSync(MODULE)

const configuration = (folder: string, rtmp: number, http: number, asked: number): string => `
load_module ${MODULE};
daemon off;
master_process off;
pid ${folder}/pid;
error_log ${folder}/error.log;
events {}
rtmp {
  access_log off;
  server {
    listen 127.0.0.1:${rtmp};
    application app {
      live on;
      on_publish http://127.0.0.1:${asked}/begun;
      on_publish_done http://127.0.0.1:${asked}/ended;
    }
  }
}
http {
  access_log off;
  client_body_temp_path ${folder}/body;
  proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi;
  scgi_temp_path ${folder}/scgi;
  server {
    listen 127.0.0.1:${http};
    location /stat { rtmp_stat all; }
    location /control { rtmp_control all; }
  }
}
`

export const startNginx = async (): Promise<Ingest> => {
  const ledger = new Ledger()
  const folder = await mkdtemp(join(tmpdir(), 'roomkeeper-nginx-'))
  const [port, http] = [await freePort(), await freePort()]
  let conduct: Conduct = 'accept'
  let keys: readonly string[] | null = null
  let child: ChildProcess | null = null
  const current = (key: string): Publication | undefined =>
    ledger.publications.findLast((one) => one.key === key && one.until === null)

  const control = async (key: string): Promise<void> => {
    await (await fetch(`http://127.0.0.1:${http}/control/drop/publisher?app=app&name=${key}`)).text()
  }

  const asked = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const about = new URLSearchParams(Buffer.concat(chunks).toString('utf8'))
      const key = about.get('name') ?? ''
      if (request.url === '/ended') {
        const ended = current(key)
        if (ended !== undefined) ended.until = Date.now()
        response.writeHead(200).end()
        return
      }
      const accepted = conduct !== 'reject' && (keys === null || keys.includes(key))
      const publication = ledger.begin({ app: about.get('app') ?? '', key, accepted })
      if (!accepted) {
        ledger.count('rejected')
        publication.until = Date.now()
      } else if (conduct === 'close') {
        ledger.count('closed')
        setTimeout(() => void control(key).catch(() => undefined), SAMPLE_MS)
      }
      response.writeHead(accepted ? 200 : 403).end()
    })
  })
  await new Promise<void>((done) => asked.listen(0, '127.0.0.1', done))
  await Promise.all(['body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => mkdir(join(folder, name))))
  const { port: askedPort } = asked.address() as AddressInfo
  await writeFile(join(folder, 'nginx.conf'), configuration(folder, port, http, askedPort))

  const up = async (): Promise<void> => {
    child = spawn(BINARY, ['-p', folder, '-e', join(folder, 'error.log'), '-c', join(folder, 'nginx.conf')], {
      stdio: 'ignore',
    })
    const limit = performance.now() + LISTENS_WITHIN_MS
    while (!(await answers(port))) {
      if (performance.now() > limit || child.exitCode !== null) throw new Error('nginx does not start')
      await wait(20)
    }
  }
  const down = async (): Promise<void> => {
    const gone = child
    child = null
    if (gone === null || gone.exitCode !== null || gone.signalCode !== null) return
    const exit = once(gone, 'exit')
    gone.kill('SIGKILL')
    await exit
    for (const publication of ledger.publications) publication.until ??= Date.now()
  }

  let looking = false
  const look = async (): Promise<void> => {
    if (looking) return
    looking = true
    try {
      const page = await (await fetch(`http://127.0.0.1:${http}/stat`)).text()
      for (const [, key = '', bytes = '0'] of page.matchAll(
        /<stream>\s*<name>([^<]*)<\/name>.*?<bytes_in>(\d+)<\/bytes_in>/gs,
      )) {
        const publication = current(key)
        if (publication !== undefined) publication.bytes = Number(bytes)
      }
    } catch {
      // It is down.
    } finally {
      looking = false
      ledger.sample()
    }
  }
  await up()
  const sampling = setInterval(() => void look(), SAMPLE_MS)

  return {
    server: 'nginx-rtmp',
    port,
    url: `rtmp://127.0.0.1:${port}/app`,
    ledger,
    behave: (wanted) => {
      conduct = wanted
      return Promise.resolve()
    },
    onlyKeys: (wanted) => {
      keys = wanted
      return Promise.resolve()
    },
    drop: async () => {
      const there = ledger.onAir
      for (const { key } of there) await control(key)
      ledger.count('dropped', there.length)
      return there.length
    },
    freeze: () => {
      child?.kill('SIGSTOP')
      return Promise.resolve()
    },
    thaw: () => {
      child?.kill('SIGCONT')
      return Promise.resolve()
    },
    down,
    up,
    close: async () => {
      clearInterval(sampling)
      await down()
      asked.closeAllConnections()
      await new Promise((done) => asked.close(done))
      await rm(folder, { recursive: true, force: true, maxRetries: 3 })
    },
  }
}
