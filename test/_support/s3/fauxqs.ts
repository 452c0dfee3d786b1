// An S3 server by somebody else, over real sockets. It checks no signatures and no conditions; what it shows is that
// the requests mean to others what they mean to us.

import { ListMultipartUploadsCommand, S3Client } from '@aws-sdk/client-s3'
import { startFauxqs } from 'fauxqs'

export interface WireS3 {
  readonly endpoint: string
  readonly bucket: string
  readonly options: {
    readonly bucket: string
    readonly region: string
    readonly endpoint: string
    readonly prefix: string
    readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string }
  }
  /** Uploads in parts that nobody completed or aborted. */
  readonly openUploads: () => Promise<number>
  readonly stop: () => Promise<void>
}

export const startWireS3 = async (prefix = ''): Promise<WireS3> => {
  const server = await startFauxqs({ port: 0, host: '127.0.0.1', logger: false })
  const bucket = 'assets'
  server.createBucket(bucket)
  const endpoint = `http://127.0.0.1:${server.port}`
  const credentials = {
    accessKeyId: 'CANARYACCESSKEY00001',
    secretAccessKey: 'CANARYsecretaccesskey0123456789',
  }
  const region = 'us-east-1'
  const client = new S3Client({ region, endpoint, forcePathStyle: true, credentials })
  return {
    endpoint,
    bucket,
    options: { bucket, region, endpoint, prefix, credentials },
    openUploads: async () => {
      const { Uploads } = await client.send(new ListMultipartUploadsCommand({ Bucket: bucket }))
      return Uploads?.length ?? 0
    },
    stop: async () => {
      client.destroy()
      await server.stop()
    },
  }
}
