// Which methods a path takes, for the answer to one that it does not.

import type { Operation } from './contract.ts'

const patterns = new WeakMap<Operation, RegExp>()

const patternOf = (operation: Operation): RegExp => {
  const known = patterns.get(operation)
  if (known !== undefined) return known
  const escaped = operation.path.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)
  const pattern = new RegExp(`^${escaped.replaceAll(/:[a-z]+/g, '[^/]+')}$`)
  patterns.set(operation, pattern)
  return pattern
}

/** In a fixed order, HEAD beside GET; empty when nothing is at this path. */
export const methodsAt = (operations: readonly Operation[], path: string): readonly string[] => {
  const methods = operations
    .filter((operation) => patternOf(operation).test(path))
    .map(({ method }) => method)
  if (methods.length === 0) return []
  return [...new Set([...methods, ...(methods.includes('GET') ? ['HEAD'] : []), 'OPTIONS'])].sort()
}
