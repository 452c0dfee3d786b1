// AMF0, as far as RTMP's commands need it.

export type AmfValue = number | string | boolean | null | { readonly [name: string]: AmfValue }

const text = (value: string): Buffer => {
  const bytes = Buffer.from(value, 'utf8')
  const length = Buffer.alloc(2)
  length.writeUInt16BE(bytes.length)
  return Buffer.concat([length, bytes])
}

export const encodeAmf = (value: AmfValue): Buffer => {
  if (value === null) return Buffer.from([5])
  if (typeof value === 'boolean') return Buffer.from([1, value ? 1 : 0])
  if (typeof value === 'string') return Buffer.concat([Buffer.from([2]), text(value)])
  if (typeof value === 'number') {
    const bytes = Buffer.alloc(9)
    bytes.writeDoubleBE(value, 1)
    return bytes
  }
  const fields = Object.entries(value).flatMap(([name, field]) => [text(name), encodeAmf(field)])
  return Buffer.concat([Buffer.from([3]), ...fields, Buffer.from([0, 0, 9])])
}

/** All values one after the other; what follows a type that is not known is left out. */
export const decodeAmf = (bytes: Buffer): readonly AmfValue[] => {
  let at = 0
  const string = (): string => {
    const length = bytes.readUInt16BE(at)
    at += 2 + length
    return bytes.toString('utf8', at - length, at)
  }
  const object = (): AmfValue => {
    const fields: Record<string, AmfValue> = {}
    for (;;) {
      const name = string()
      if (name === '' && bytes[at] === 9) {
        at += 1
        return fields
      }
      fields[name] = value()
    }
  }
  const value = (): AmfValue => {
    const type = bytes[at]
    at += 1
    switch (type) {
      case 0:
        at += 8
        return bytes.readDoubleBE(at - 8)
      case 1:
        at += 1
        return bytes[at - 1] === 1
      case 2:
        return string()
      case 3:
        return object()
      case 5:
      case 6:
        return null
      case 8:
        at += 4
        return object()
      default:
        at = bytes.length
        return null
    }
  }
  const values: AmfValue[] = []
  while (at < bytes.length) values.push(value())
  return values
}
