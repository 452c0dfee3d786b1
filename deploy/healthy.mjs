// Whether the server on this machine answers, for whoever started it: exit 0 when it does, 1 when not. With
// `--ready <seconds>` it waits that long for it to be able to do its work. Nothing but built-ins.

const [flag, seconds = '0'] = process.argv.slice(2)
const { HOST = '127.0.0.1', PORT = '8080' } = process.env
const host = { '0.0.0.0': '127.0.0.1', '::': '[::1]' }[HOST] ?? (HOST.includes(':') ? `[${HOST}]` : HOST)
const path = flag === '--ready' ? '/readyz' : '/healthz'
const ASK_MS = 4_000
const AGAIN_MS = 200

const until = Date.now() + Number(seconds) * 1_000
for (;;) {
  const answer = await fetch(`http://${host}:${PORT}${path}`, { signal: AbortSignal.timeout(ASK_MS) }).catch(
    () => null,
  )
  if (answer?.ok === true) process.exit(0)
  if (Date.now() >= until) {
    console.error(answer === null ? 'nothing answers' : `${path} answers ${answer.status}`)
    process.exit(1)
  }
  await new Promise((done) => setTimeout(done, AGAIN_MS))
}
