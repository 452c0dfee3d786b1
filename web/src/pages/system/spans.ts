// Spans of time as people write them, to milliseconds and back. Pure.

const UNITS: readonly (readonly [unit: string, ms: number])[] = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1_000],
  ['ms', 1],
]

const NAMES: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  sec: 1_000,
  秒: 1_000,
  m: 60_000,
  min: 60_000,
  分: 60_000,
  分钟: 60_000,
  h: 3_600_000,
  小时: 3_600_000,
  d: 86_400_000,
  天: 86_400_000,
}

/** `90 s`, `2 min`, `1 h 30 min`: in the largest units that leave nothing over. */
export const spanText = (ms: number): string => {
  if (ms === 0) return '0 s'
  if (ms < 60_000 && ms % 100 === 0) return `${ms / 1_000} s`
  const whole = UNITS.find(([, size]) => ms >= size && ms % size === 0)
  if (whole !== undefined && (whole[1] === 1 || ms / whole[1] < 120)) return `${ms / whole[1]} ${whole[0]}`
  const texts: string[] = []
  let left = ms
  for (const [unit, size] of UNITS) {
    const n = Math.floor(left / size)
    if (n === 0) continue
    texts.push(`${n} ${unit}`)
    left -= n * size
  }
  return texts.join(' ')
}

/** Null when it is none. A number alone is seconds. */
export const spanOf = (text: string): number | null => {
  const plain = text.trim().toLowerCase().replaceAll(',', '.')
  if (plain === '') return null
  if (/^\d+(?:\.\d+)?$/.test(plain)) return Math.round(Number(plain) * 1_000)
  const pieces = [...plain.matchAll(/(\d+(?:\.\d+)?)\s*([a-z\u4e00-\u9fff]+)\s*/g)]
  if (pieces.map(([piece]) => piece).join('') !== plain) return null
  let ms = 0
  for (const [, number = '', unit = ''] of pieces) {
    const size = NAMES[unit]
    if (size === undefined) return null
    ms += Number(number) * size
  }
  return Math.round(ms)
}
