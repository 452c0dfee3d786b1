// Server-sent events as they come over the wire: bytes in, messages out, whatever the pieces are. A message without
// data counts here too, because the server uses its id to say how far it has come.

export interface EventMessage {
  readonly event: string
  readonly data: string
  readonly id: string | null
}

export class EventMessages {
  readonly #decoder = new TextDecoder()
  #rest = ''
  #event = ''
  #data: string[] = []
  #id: string | null = null
  #touched = false

  /** Messages that are complete now. */
  push(bytes: Uint8Array): readonly EventMessage[] {
    this.#rest += this.#decoder.decode(bytes, { stream: true })
    const messages: EventMessage[] = []
    // A lone CR at the end may be half of a CRLF.
    const lines = this.#rest.split(/\r\n|\n|\r(?!$)/)
    this.#rest = lines.pop() ?? ''
    for (const line of lines) {
      if (line !== '') this.#field(line)
      else if (this.#touched) messages.push(this.#take())
    }
    return messages
  }

  #field(line: string): void {
    const colon = line.indexOf(':')
    if (colon === 0) return
    const name = colon === -1 ? line : line.slice(0, colon)
    const value = colon === -1 ? '' : line.slice(colon + 1).replace(/^ /, '')
    if (name === 'event') this.#event = value
    else if (name === 'data') this.#data.push(value)
    else if (name === 'id' && !value.includes('\0')) this.#id = value
    else return
    this.#touched = true
  }

  #take(): EventMessage {
    const message = { event: this.#event, data: this.#data.join('\n'), id: this.#id }
    this.#event = ''
    this.#data = []
    this.#id = null
    this.#touched = false
    return message
  }
}
