package io.icegate.objectstore.s3;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;
import java.util.zip.Checksum;

import static java.util.Objects.requireNonNull;

/**
 * One request, read to its end.
 *
 * @param body without the framing of aws-chunked
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier, never compared
record S3Call(S3Operation operation, String bucket, String key, Map<String, String> query, Headers headers, byte[] body)
{
    S3Call
    {
        requireNonNull(operation, "operation is null");
        requireNonNull(bucket, "bucket is null");
        requireNonNull(key, "key is null");
        query = Map.copyOf(query);
        requireNonNull(headers, "headers is null");
        requireNonNull(body, "body is null");
    }

    static S3Call read(HttpExchange exchange)
            throws IOException
    {
        String path = exchange.getRequestURI().getRawPath();
        int end = path.indexOf('/', 1);
        String bucket = decode(end < 0 ? path.substring(1) : path.substring(1, end));
        String key = end < 0 ? "" : decode(path.substring(end + 1));
        Map<String, String> query = query(exchange.getRequestURI().getRawQuery());
        Headers headers = exchange.getRequestHeaders();
        byte[] sent = exchange.getRequestBody().readAllBytes();
        byte[] body = isChunked(headers) ? withoutChunks(sent, headers) : sent;
        S3Operation operation = operation(exchange.getRequestMethod(), bucket, key, query, headers);
        return new S3Call(operation, bucket, key, query, headers, body);
    }

    Optional<String> header(String name)
    {
        return Optional.ofNullable(headers.getFirst(name));
    }

    Optional<String> parameter(String name)
    {
        return Optional.ofNullable(query.get(name));
    }

    boolean isConditional()
    {
        return header("If-None-Match").isPresent() || header("If-Match").isPresent();
    }

    private static S3Operation operation(String method, String bucket, String key, Map<String, String> query, Headers headers)
    {
        if (bucket.isEmpty()) {
            return S3Operation.LIST_BUCKETS;
        }
        return key.isEmpty() ? bucketOperation(method, query) : objectOperation(method, query, headers);
    }

    private static S3Operation bucketOperation(String method, Map<String, String> query)
    {
        return switch (method) {
            case "PUT" -> S3Operation.CREATE_BUCKET;
            case "HEAD" -> S3Operation.HEAD_BUCKET;
            case "DELETE" -> S3Operation.DELETE_BUCKET;
            case "POST" -> {
                if (query.containsKey("delete")) {
                    yield S3Operation.DELETE_MANY;
                }
                throw notImplemented(method, query);
            }
            case "GET" -> {
                if (query.containsKey("location")) {
                    yield S3Operation.BUCKET_LOCATION;
                }
                if (query.containsKey("uploads")) {
                    yield S3Operation.LIST_UPLOADS;
                }
                for (String unknown : new String[] {"acl", "policy", "versioning", "versions", "lifecycle", "encryption", "tagging", "cors"}) {
                    if (query.containsKey(unknown)) {
                        throw notImplemented(method, query);
                    }
                }
                yield S3Operation.LIST;
            }
            default -> throw notImplemented(method, query);
        };
    }

    private static S3Operation objectOperation(String method, Map<String, String> query, Headers headers)
    {
        return switch (method) {
            case "GET" -> query.containsKey("uploadId") ? S3Operation.LIST_PARTS : S3Operation.GET;
            case "HEAD" -> S3Operation.HEAD;
            case "DELETE" -> query.containsKey("uploadId") ? S3Operation.ABORT_UPLOAD : S3Operation.DELETE;
            case "PUT" -> {
                if (query.containsKey("uploadId")) {
                    yield S3Operation.UPLOAD_PART;
                }
                yield headers.containsKey("x-amz-copy-source") ? S3Operation.COPY : S3Operation.PUT;
            }
            case "POST" -> {
                if (query.containsKey("uploads")) {
                    yield S3Operation.CREATE_UPLOAD;
                }
                if (query.containsKey("uploadId")) {
                    yield S3Operation.COMPLETE_UPLOAD;
                }
                throw notImplemented(method, query);
            }
            default -> throw notImplemented(method, query);
        };
    }

    private static S3Refusal notImplemented(String method, Map<String, String> query)
    {
        return new S3Refusal(501, "NotImplemented", "Not known here: %s %s".formatted(method, query.keySet()));
    }

    private static Map<String, String> query(String raw)
    {
        Map<String, String> query = new HashMap<>();
        if (raw != null && !raw.isEmpty()) {
            for (String part : raw.split("&", -1)) {
                int equals = part.indexOf('=');
                String name = URLDecoder.decode(equals < 0 ? part : part.substring(0, equals), StandardCharsets.UTF_8);
                query.put(name, equals < 0 ? "" : URLDecoder.decode(part.substring(equals + 1), StandardCharsets.UTF_8));
            }
        }
        return query;
    }

    /**
     * A plus sign in a path is a plus sign.
     */
    static String decode(String path)
    {
        return URLDecoder.decode(path.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    private static boolean isChunked(Headers headers)
    {
        String hash = headers.getFirst("x-amz-content-sha256");
        String encoding = headers.getFirst("Content-Encoding");
        return (hash != null && hash.startsWith("STREAMING-")) || (encoding != null && encoding.contains("aws-chunked"));
    }

    /**
     * Frames are {@code <hex size>[;chunk-signature=…]\r\n<bytes>\r\n}, the last has size 0, trailing headers follow it.
     */
    private static byte[] withoutChunks(byte[] sent, Headers headers)
    {
        ByteArrayOutputStream body = new ByteArrayOutputStream(sent.length);
        int position = 0;
        while (true) {
            int lineEnd = lineEnd(sent, position);
            String line = new String(sent, position, lineEnd - position, StandardCharsets.US_ASCII);
            int size = Integer.parseInt(line.contains(";") ? line.substring(0, line.indexOf(';')) : line, 16);
            position = lineEnd + 2;
            if (size == 0) {
                break;
            }
            if (position + size > sent.length) {
                throw new S3Refusal(400, "IncompleteBody", "A chunk is cut");
            }
            body.write(sent, position, size);
            position += size + 2;
        }
        byte[] content = body.toByteArray();
        String decodedLength = headers.getFirst("x-amz-decoded-content-length");
        if (decodedLength != null && Long.parseLong(decodedLength) != content.length) {
            throw new S3Refusal(400, "IncompleteBody", "The body has %s bytes instead of %s".formatted(content.length, decodedLength));
        }
        while (position < sent.length) {
            int lineEnd = lineEnd(sent, position);
            String trailer = new String(sent, position, lineEnd - position, StandardCharsets.US_ASCII);
            int colon = trailer.indexOf(':');
            if (colon > 0) {
                verifyChecksum(trailer.substring(0, colon).trim(), trailer.substring(colon + 1).trim(), content);
            }
            position = lineEnd + 2;
        }
        return content;
    }

    private static int lineEnd(byte[] sent, int from)
    {
        for (int i = from; i + 1 < sent.length; i++) {
            if (sent[i] == '\r' && sent[i + 1] == '\n') {
                return i;
            }
        }
        if (from < sent.length) {
            return sent.length;
        }
        throw new S3Refusal(400, "IncompleteBody", "The last chunk is missing");
    }

    private static void verifyChecksum(String name, String value, byte[] content)
    {
        Optional<Checksum> checksum = switch (name) {
            case "x-amz-checksum-crc32" -> Optional.of(new CRC32());
            case "x-amz-checksum-crc32c" -> Optional.of(new CRC32C());
            default -> Optional.empty();
        };
        if (checksum.isPresent()) {
            checksum.orElseThrow().update(content);
            long sum = checksum.orElseThrow().getValue();
            byte[] bytes = {(byte) (sum >>> 24), (byte) (sum >>> 16), (byte) (sum >>> 8), (byte) sum};
            if (!Base64.getEncoder().encodeToString(bytes).equals(value)) {
                throw new S3Refusal(400, "BadDigest", "The checksum of the body differs");
            }
        }
    }
}
