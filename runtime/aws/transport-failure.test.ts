/** No error of DNS, sockets, TLS, proxies, headers or the HTTP parser is a bug of ours: Node's codes, one by one. */
import * as dns from 'node:dns'
import { constants } from 'node:os'
import t from 'tap'
import { awsFailure } from './aws-failure.ts'
import type { AwsOperation } from './aws-operation.ts'
import { exitCodeOf, failureOf } from '../failure.ts'
import { hostOfTransportError, isTransportCode, transportError } from '../http/transport-error.ts'

/** https://nodejs.org/api/tls.html#x509-certificate-error-codes */
const x509 = `UNABLE_TO_GET_ISSUER_CERT UNABLE_TO_GET_CRL UNABLE_TO_DECRYPT_CERT_SIGNATURE UNABLE_TO_DECRYPT_CRL_SIGNATURE
  UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY CERT_SIGNATURE_FAILURE CRL_SIGNATURE_FAILURE CERT_NOT_YET_VALID CERT_HAS_EXPIRED
  CRL_NOT_YET_VALID CRL_HAS_EXPIRED ERROR_IN_CERT_NOT_BEFORE_FIELD ERROR_IN_CERT_NOT_AFTER_FIELD
  ERROR_IN_CRL_LAST_UPDATE_FIELD ERROR_IN_CRL_NEXT_UPDATE_FIELD OUT_OF_MEM DEPTH_ZERO_SELF_SIGNED_CERT
  SELF_SIGNED_CERT_IN_CHAIN UNABLE_TO_GET_ISSUER_CERT_LOCALLY UNABLE_TO_VERIFY_LEAF_SIGNATURE CERT_CHAIN_TOO_LONG
  CERT_REVOKED INVALID_CA PATH_LENGTH_EXCEEDED INVALID_PURPOSE CERT_UNTRUSTED CERT_REJECTED HOSTNAME_MISMATCH`

/** OpenSSL's alerts and reasons as Node spells them, and Node's own of TLS. */
const tls = `ERR_TLS_CERT_ALTNAME_INVALID ERR_TLS_CERT_ALTNAME_FORMAT ERR_TLS_DH_PARAM_SIZE ERR_TLS_HANDSHAKE_TIMEOUT
  ERR_TLS_INVALID_PROTOCOL_VERSION ERR_TLS_PROTOCOL_VERSION_CONFLICT ERR_TLS_RENEGOTIATION_DISABLED
  ERR_TLS_REQUIRED_SERVER_NAME ERR_TLS_SESSION_ATTACK ERR_SSL_WRONG_VERSION_NUMBER ERR_SSL_UNSUPPORTED_PROTOCOL
  ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION ERR_SSL_TLSV1_ALERT_INTERNAL_ERROR ERR_SSL_TLSV1_UNRECOGNIZED_NAME
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE
  ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE ERR_SSL_PACKET_LENGTH_TOO_LONG ERR_SSL_UNEXPECTED_EOF_WHILE_READING
  ERR_SSL_DECRYPTION_FAILED_OR_BAD_RECORD_MAC ERR_SSL_NO_PROTOCOLS_AVAILABLE ERR_SSL_UNSAFE_LEGACY_RENEGOTIATION_DISABLED
  ERR_OSSL_UNSUPPORTED ERR_OSSL_EVP_UNSUPPORTED EPROTO`

/** llhttp's, of the HTTP parser. https://github.com/nodejs/llhttp/blob/main/src/llhttp/constants.ts */
const parser = `HPE_INTERNAL HPE_STRICT HPE_CR_EXPECTED HPE_LF_EXPECTED HPE_UNEXPECTED_CONTENT_LENGTH HPE_UNEXPECTED_SPACE
  HPE_CLOSED_CONNECTION HPE_INVALID_METHOD HPE_INVALID_URL HPE_INVALID_CONSTANT HPE_INVALID_VERSION
  HPE_INVALID_HEADER_TOKEN HPE_INVALID_CONTENT_LENGTH HPE_INVALID_CHUNK_SIZE HPE_INVALID_STATUS HPE_INVALID_EOF_STATE
  HPE_INVALID_TRANSFER_ENCODING HPE_HEADER_OVERFLOW HPE_CHUNK_EXTENSIONS_OVERFLOW HPE_PAUSED HPE_USER`

/** https://undici.nodejs.org/#/docs/api/Errors */
const undici = `UND_ERR UND_ERR_CONNECT_TIMEOUT UND_ERR_HEADERS_TIMEOUT UND_ERR_HEADERS_OVERFLOW UND_ERR_BODY_TIMEOUT
  UND_ERR_ABORTED UND_ERR_DESTROYED UND_ERR_CLOSED UND_ERR_SOCKET UND_ERR_INFO UND_ERR_RESPONSE
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH UND_ERR_RES_EXCEEDED_MAX_SIZE UND_ERR_PRX_TLS`

/** https://nodejs.org/api/errors.html#nodejs-error-codes */
const node = `ERR_HTTP_CONTENT_LENGTH_MISMATCH ERR_HTTP_INVALID_HEADER_VALUE ERR_HTTP_INVALID_STATUS_CODE
  ERR_HTTP_REQUEST_TIMEOUT ERR_HTTP_SOCKET_ASSIGNED ERR_HTTP_TRAILER_INVALID ERR_HTTP2_ERROR ERR_HTTP2_STREAM_ERROR
  ERR_HTTP2_GOAWAY_SESSION ERR_HTTP2_PING_CANCEL ERR_INVALID_CHAR ERR_INVALID_HTTP_TOKEN ERR_INVALID_PROTOCOL
  ERR_INVALID_URL ERR_INVALID_IP_ADDRESS ERR_SOCKET_BAD_PORT ERR_SOCKET_CLOSED ERR_SOCKET_CLOSED_BEFORE_CONNECTION
  ERR_SOCKET_CONNECTION_TIMEOUT ERR_SOCKET_DGRAM_NOT_CONNECTED ERR_STREAM_DESTROYED ERR_STREAM_PREMATURE_CLOSE
  ERR_STREAM_WRITE_AFTER_END ERR_STREAM_UNABLE_TO_PIPE ERR_DNS_SET_SERVERS_FAILED ERR_PROXY_INVALID_CONFIG
  ERR_PROXY_TUNNEL ERR_UNESCAPED_CHARACTERS`

const words = (text: string) => text.trim().split(/\s+/)
const dnsCodes = Object.entries(dns).flatMap(([name, value]) =>
  /^[A-Z]+$/.test(name) && typeof value === 'string' && value.startsWith('E') ? [value] : [],
)
const codes = new Set([
  ...Object.keys(constants.errno),
  ...dnsCodes,
  'EAI_AGAIN',
  'EAI_FAIL',
  'EAI_NODATA',
  'EAI_NONAME',
  ...[x509, tls, parser, undici, node].flatMap(words),
])
t.ok(codes.size > 200, `${codes.size} codes are tried`)

const operations: readonly AwsOperation[] = ['GetParameters', 'PutParameter', 'AssumeRoleWithWebIdentity']

for (const code of codes) {
  const errorOf = (kind: typeof Error) => Object.assign(new kind(`it failed: ${code}`), { code })
  const host = 'ssm.eu-west-1.amazonaws.com'
  const failures = operations.flatMap((operation) =>
    [Error, TypeError].map((kind) =>
      failureOf(awsFailure(transportError(errorOf(kind), host), operation, { host: 'other' })),
    ),
  )
  for (const failure of failures) {
    if (failure?.code === 'UNREACHABLE' && failure.host === host && failure.message.includes(code)) continue
    t.fail(`${code} on a connection`, { failure })
  }
  t.equal(exitCodeOf(failures[0]), 5, `${code} on a connection ends in 5`)
}

t.test('the clients inside the SDK do not mark their errors: the code alone decides', async (t) => {
  for (const code of codes) {
    // A slash is in a few names that OpenSSL made up.
    if (!code.includes('/')) t.ok(isTransportCode(code), code)
  }
  for (const code of [
    'ERR_INVALID_ARG_TYPE',
    'ERR_ASSERTION',
    'ERR_OUT_OF_RANGE',
    'ERR_MODULE_NOT_FOUND',
    'x',
  ]) {
    t.notOk(isTransportCode(code), `${code} is a bug`)
  }
})

t.test('an error without a code is one of the connection too, if it came from there', async (t) => {
  const failure = failureOf(
    awsFailure(transportError(new Error('unheard of'), 'h'), 'PutParameter', { host: 'h' }),
  )
  t.match(failure, { code: 'UNREACHABLE', service: 'SSM', host: 'h', detail: 'unheard of' })
})

t.test('what is no error has no host', async (t) => {
  t.equal(hostOfTransportError(transportError('x', 'h')), undefined)
  t.equal(hostOfTransportError(new Error('x')), undefined)
})
