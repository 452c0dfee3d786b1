import { readdirSync } from 'node:fs'
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { glb } from '../_support/assets.ts'
import { until } from '../_support/db.ts'
import { AssetKit, sha256 } from './assets-kit.ts'
import { OPERATOR, Raw, startHarness, statusOf, type Harness } from './harness.ts'

let h: Harness
let kit: AssetKit
beforeAll(async () => {
  h = await startHarness({ limits: { uploadStallMs: 4_000 } })
  kit = new AssetKit(h)
})
afterAll(() => h.stop())

describe('a client that goes away', () => {
  const begin = (key: string, length: number): Raw =>
    new Raw(h.port).say(
      `PUT /api/s3/upload?key=${key} HTTP/1.1\r\nHost: l\r\nAuthorization: Bearer ${OPERATOR}\r\nContent-Length: ${length}\r\n\r\n`,
    )

  it('A05 S27: at any tenth of an upload, leaves no half object and no pending row', async () => {
    const bytes = glb(500_000)
    for (let tenth = 0; tenth < 10; tenth += 1) {
      const key = `vrm/abort-${tenth}.vrm`
      const raw = begin(key, bytes.byteLength)
      raw.socket.write(bytes.subarray(0, (bytes.byteLength * tenth) / 10))
      await kit.begun(key)
      if (tenth % 2 === 0) raw.socket.destroy()
      else raw.socket.resetAndDestroy()
      expect(await kit.settled(key), String(tenth)).toMatchObject({
        status: 'failed',
        error_code: 'client_aborted',
      })
      expect(await kit.audit(key)).toEqual(['asset.upload failed client_aborted'])
      expect((await h.ask('GET', `/api/s3/read-object?key=${key}`)).status).toBe(404)
    }
    expect(kit.besides()).toBe(0)
    expect(String(readdirSync(h.assets.folder, { recursive: true }))).not.toContain('abort')
  })

  it('a failed upload is taken up again under the same id', async () => {
    const before = await kit.row('vrm/abort-3.vrm')
    const answer = await kit.put('vrm/abort-3.vrm', glb(1_000))
    expect(answer.json).toMatchObject({ id: before?.['id'], status: 'ready', error_code: null })
  })

  it('one that stalls is given up, answered, and leaves nothing', async () => {
    const raw = begin('vrm/stall.vrm', 100_000)
    raw.socket.write(glb(10_000))
    await until('an answer', () => raw.heard.includes('HTTP/1.1'))
    expect(statusOf(raw.heard)).toBe(400)
    expect(raw.heard).toContain('upload_interrupted')
    expect(await kit.settled('vrm/stall.vrm')).toMatchObject({
      status: 'failed',
      error_code: 'client_stalled',
    })
    raw.socket.destroy()
    expect(kit.besides()).toBe(0)
  })

  it('a form that breaks off is a failed upload too', async () => {
    const socket = connect(h.port, '127.0.0.1')
    socket.on('error', () => undefined)
    const head = `--b\r\nContent-Disposition: form-data; name="file"; filename="broken.vrm"\r\n\r\n`
    socket.write(
      `POST /api/s3/upload HTTP/1.1\r\nHost: l\r\nAuthorization: Bearer ${OPERATOR}\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: 100000\r\n\r\n${head}`,
    )
    socket.write(glb(20_000))
    await kit.begun('vrm/broken.vrm')
    socket.destroy()
    expect(await kit.settled('vrm/broken.vrm')).toMatchObject({
      status: 'failed',
      error_code: 'client_aborted',
    })
    expect(kit.besides()).toBe(0)
  })

  it('200 at once are taken, and each is what was sent', async () => {
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, n) => kit.put(`many/${n}.vrm`, glb(20_000 + n, n % 256))),
    )
    expect(answers.filter(({ status }) => status !== 200).map(({ json }) => json)).toEqual([])
    answers.forEach(({ json }, n) => expect(json['sha256']).toBe(sha256(glb(20_000 + n, n % 256))))
    expect(kit.besides()).toBe(0)
  })
})
