// What can go wrong at an S3 server, as rules that are asked before each request. Every rule counts how often it
// was used, so that a test can assert that its fault truly happened.

export type Operation =
  | 'PutObject'
  | 'CopyObject'
  | 'GetObject'
  | 'HeadObject'
  | 'DeleteObject'
  | 'CreateMultipartUpload'
  | 'UploadPart'
  | 'CompleteMultipartUpload'
  | 'AbortMultipartUpload'
  | 'ListParts'
  | 'ListObjectsV2'
  | 'DeleteObjects'
  | 'Unknown'

export type Mishap =
  /** Answered with a status and an error document of this code; nothing is done. */
  | { readonly kind: 'status'; readonly status: number; readonly code?: string; readonly text?: string }
  /** Never answered. */
  | { readonly kind: 'hang' }
  /** Done, and then the connection breaks instead of an answer. */
  | { readonly kind: 'answer-lost' }
  /** The connection breaks before anything is done. */
  | { readonly kind: 'reset' }
  /** The body of the answer ends after so many bytes. */
  | { readonly kind: 'truncated'; readonly bytes: number }
  /** Done, and answered with another etag than it has. */
  | { readonly kind: 'wrong-etag' }

export interface Rule {
  readonly mishap: Mishap
  readonly on?: readonly Operation[]
  readonly key?: (key: string) => boolean
  /** Requests that match and are let through first. */
  readonly after?: number
  /** How often it happens; for ever when absent. */
  readonly times?: number
}

export interface Armed extends Rule {
  seen: number
  fired: number
}

export class Faults {
  readonly #rules: Armed[] = []

  add(rule: Rule): Armed {
    const armed = { ...rule, seen: 0, fired: 0 }
    this.#rules.push(armed)
    return armed
  }

  clear(): void {
    this.#rules.length = 0
  }

  /** The first rule that applies has it. */
  of(operation: Operation, key: string): Mishap | null {
    for (const rule of this.#rules) {
      if (rule.on !== undefined && !rule.on.includes(operation)) continue
      if (rule.key !== undefined && !rule.key(key)) continue
      rule.seen += 1
      if (rule.seen <= (rule.after ?? 0)) continue
      if (rule.times !== undefined && rule.fired >= rule.times) continue
      rule.fired += 1
      return rule.mishap
    }
    return null
  }
}

/** An answer as S3 gives it to whom it does not trust: with what it was sent, credentials and all. */
export const echoing = (accessKey: string, secretKey: string): Mishap => ({
  kind: 'status',
  status: 403,
  code: 'SignatureDoesNotMatch',
  text: `AWSAccessKeyId=${accessKey} SecretAccessKey=${secretKey} https://bucket.example/?X-Amz-Credential=${accessKey}&X-Amz-Signature=${secretKey}`,
})
