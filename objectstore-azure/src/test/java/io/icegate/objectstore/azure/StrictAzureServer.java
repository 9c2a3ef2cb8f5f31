package io.icegate.objectstore.azure;

import io.icegate.objectstore.ObjectKey;
import io.icegate.objectstore.http.HttpAnswer;
import io.icegate.objectstore.http.HttpCall;
import io.icegate.objectstore.http.StrictHttpServer;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * Azure Blob Storage in this JVM, with the account in the path: block blobs, listings that begin at {@code startFrom}
 * inclusively, batches of deletions. {@code If-None-Match: *} is atomic, listings are in byte order and show every
 * acknowledged write. Signatures are not verified. What it does not know it refuses with 501.
 */
public final class StrictAzureServer
        extends StrictHttpServer
{
    public static final String ACCOUNT = "icegatetest";
    private static final int LIST_COUNT_MAX = 5000;
    private static final int BATCH_COUNT_MAX = 256;
    private static final Pattern BLOB = Pattern.compile("/" + ACCOUNT + "/([^/]+)/(.+)");
    private static final Pattern CONTAINER = Pattern.compile("/" + ACCOUNT + "/([^/]+)/?");
    private static final Pattern RANGE = Pattern.compile("bytes=([0-9]+)-([0-9]*)");
    private static final Pattern PART = Pattern.compile("Content-ID: ([0-9]+)[\\s\\S]*?^DELETE (?:https?://[^/]+)?([^ ?]+)\\S* HTTP/1\\.1$", Pattern.MULTILINE | Pattern.CASE_INSENSITIVE);

    private volatile boolean knowsNoStart;
    private volatile boolean hierarchical;
    private volatile boolean tellsNoKind;

    private StrictAzureServer() {}

    /**
     * On a free port.
     */
    public static StrictAzureServer start()
    {
        return new StrictAzureServer();
    }

    /**
     * What a store or a catalog needs to reach this server.
     */
    public Map<String, String> properties()
    {
        return Map.of(
                AzureProperties.ENDPOINT, endpoint() + "/" + ACCOUNT,
                AzureProperties.ACCOUNT_NAME, ACCOUNT,
                AzureProperties.ACCOUNT_KEY, "c2VjcmV0");
    }

    /**
     * From now on listings begin at the beginning, as before the API version 2026-02-06.
     */
    void ignoreStarts()
    {
        knowsNoStart = true;
    }

    /**
     * From now on the account has a hierarchical namespace: folders are listed as blobs.
     */
    void becomeHierarchical()
    {
        hierarchical = true;
    }

    /**
     * From now on nobody may ask for the kind of the account.
     */
    void keepKindSecret()
    {
        tellsNoKind = true;
    }

    @Override
    protected boolean isConditional(HttpCall call)
    {
        return call.header("If-None-Match").isPresent();
    }

    @Override
    protected HttpAnswer refusal(HttpCall call, int status, String message)
    {
        return error(status, switch (status) {
            case 403 -> "AuthorizationFailure";
            case 429, 503 -> "ServerBusy";
            default -> "InternalError";
        });
    }

    @Override
    protected HttpAnswer effect(HttpCall call)
    {
        if (call.parameter("comp").equals(Optional.of("batch")) && call.method().equals("POST")) {
            return batch(call);
        }
        if (call.parameter("restype").equals(Optional.of("account")) && call.parameter("comp").equals(Optional.of("properties"))) {
            return kind();
        }
        Matcher container = CONTAINER.matcher(call.path());
        if (container.matches() && call.method().equals("GET") && call.parameter("comp").equals(Optional.of("list"))) {
            return list(call, container.group(1));
        }
        Matcher blob = BLOB.matcher(call.path());
        if (blob.matches() && call.parameter("comp").isEmpty()) {
            String bucket = blob.group(1);
            String name = HttpCall.decode(blob.group(2));
            if (!hasBucket(bucket)) {
                return error(404, "ContainerNotFound");
            }
            return switch (call.method()) {
                case "PUT" -> put(call, bucket, name);
                case "GET", "HEAD" -> read(call, bucket, name);
                case "DELETE" -> delete(bucket, name);
                default -> error(501, "NotImplemented");
            };
        }
        return error(501, "NotImplemented");
    }

    private HttpAnswer kind()
    {
        return tellsNoKind
                ? error(403, "AuthorizationPermissionMismatch")
                : HttpAnswer.of(200, Map.of("x-ms-sku-name", "Standard_LRS", "x-ms-account-kind", "StorageV2", "x-ms-is-hns-enabled", Boolean.toString(hierarchical)), new byte[0]);
    }

    private HttpAnswer put(HttpCall call, String bucket, String name)
    {
        if (!call.header("x-ms-blob-type").equals(Optional.of("BlockBlob"))) {
            return error(501, "NotImplemented");
        }
        Optional<String> condition = call.header("If-None-Match");
        if (condition.isPresent() && !condition.orElseThrow().equals("*")) {
            return error(501, "NotImplemented");
        }
        return write(bucket, name, call.body(), condition.isPresent())
                .map(blob -> HttpAnswer.of(201, headers(blob), new byte[0]))
                .orElseGet(() -> error(409, "BlobAlreadyExists"));
    }

    private HttpAnswer read(HttpCall call, String bucket, String name)
    {
        Optional<Blob> found = blob(bucket, name);
        if (found.isEmpty()) {
            return error(404, "BlobNotFound");
        }
        byte[] content = found.orElseThrow().content();
        Map<String, String> headers = headers(found.orElseThrow());
        Optional<String> range = call.header("x-ms-range").or(() -> call.header("Range"));
        if (range.isEmpty() || call.method().equals("HEAD")) {
            return HttpAnswer.of(200, headers, content);
        }
        Matcher bounds = RANGE.matcher(range.orElseThrow());
        if (!bounds.matches()) {
            return error(400, "InvalidHeaderValue");
        }
        long from = Long.parseLong(bounds.group(1));
        if (from >= content.length) {
            return error(416, "InvalidRange");
        }
        int to = bounds.group(2).isEmpty() ? content.length : (int) Math.min(content.length, Long.parseLong(bounds.group(2)) + 1);
        headers.put("Content-Range", "bytes %s-%s/%s".formatted(from, to - 1, content.length));
        return HttpAnswer.of(206, headers, Arrays.copyOfRange(content, (int) from, to));
    }

    private HttpAnswer delete(String bucket, String name)
    {
        if (blob(bucket, name).isEmpty()) {
            return error(404, "BlobNotFound");
        }
        remove(bucket, name);
        return HttpAnswer.empty(202);
    }

    private HttpAnswer list(HttpCall call, String bucket)
    {
        if (!hasBucket(bucket)) {
            return error(404, "ContainerNotFound");
        }
        int countMax = Math.min(LIST_COUNT_MAX, call.parameter("maxresults").map(Integer::parseInt).orElse(LIST_COUNT_MAX));
        String from = knowsNoStart ? "" : call.parameter("startFrom").orElse("");
        String after = call.parameter("marker").orElse("");
        StringBuilder blobs = new StringBuilder();
        String last = "";
        String marker = "";
        int count = 0;
        for (Map.Entry<String, Blob> entry : listed(bucket, call.parameter("prefix").orElse("")).entrySet()) {
            String name = entry.getKey().substring(bucket.length() + 1);
            if (ObjectKey.compareValues(name, from) < 0 || (!after.isEmpty() && ObjectKey.compareValues(name, after) <= 0)) {
                continue;
            }
            if (count == countMax) {
                marker = last;
                break;
            }
            count++;
            last = name;
            blobs.append("<Blob><Name>%s</Name><Properties><Last-Modified>%s</Last-Modified><Etag>%s</Etag><Content-Length>%s</Content-Length><BlobType>BlockBlob</BlobType></Properties></Blob>".formatted(
                    escape(name), httpDate(entry.getValue().modified()), entry.getValue().generation(), entry.getValue().content().length));
        }
        return HttpAnswer.of(200, "application/xml", "<?xml version=\"1.0\" encoding=\"utf-8\"?><EnumerationResults ContainerName=\"%s\"><Blobs>%s</Blobs><NextMarker>%s</NextMarker></EnumerationResults>".formatted(
                bucket, blobs, escape(marker)));
    }

    private NavigableMap<String, Blob> listed(String bucket, String prefix)
    {
        NavigableMap<String, Blob> blobs = blobs(bucket, prefix);
        if (!hierarchical) {
            return blobs;
        }
        NavigableMap<String, Blob> listed = new TreeMap<>(blobs);
        String from = bucket + "/" + prefix;
        blobs.forEach((path, blob) -> {
            for (int end = path.lastIndexOf('/'); end > from.length(); end = path.lastIndexOf('/', end - 1)) {
                listed.put(path.substring(0, end), new Blob(new byte[0], blob.modified(), blob.generation()));
            }
        });
        return listed;
    }

    private HttpAnswer batch(HttpCall call)
    {
        Matcher part = PART.matcher(new String(call.body(), UTF_8));
        StringBuilder answer = new StringBuilder();
        int count = 0;
        while (part.find()) {
            count++;
            Matcher blob = BLOB.matcher(part.group(2));
            HttpAnswer done = blob.matches() ? delete(blob.group(1), HttpCall.decode(blob.group(2))) : error(400, "InvalidUri");
            answer.append("--parts\r\nContent-Type: application/http\r\nContent-ID: %s\r\n\r\nHTTP/1.1 %s X\r\n".formatted(part.group(1), done.status()));
            done.headers().forEach((name, value) -> answer.append(name).append(": ").append(value).append("\r\n"));
            answer.append("\r\n");
            if (done.body().length > 0) {
                answer.append(new String(done.body(), UTF_8)).append("\r\n");
            }
        }
        if (count == 0 || count > BATCH_COUNT_MAX) {
            return error(400, "InvalidInput");
        }
        return HttpAnswer.of(202, "multipart/mixed; boundary=parts", answer + "--parts--\r\n");
    }

    private static Map<String, String> headers(Blob blob)
    {
        return new HashMap<>(Map.of(
                "Last-Modified", httpDate(blob.modified()),
                "ETag", "\"0x%x\"".formatted(blob.generation()),
                "x-ms-blob-type", "BlockBlob",
                "x-ms-request-server-encrypted", "true"));
    }

    private static HttpAnswer error(int status, String code)
    {
        byte[] body = "<?xml version=\"1.0\" encoding=\"utf-8\"?><Error><Code>%s</Code><Message>%s</Message></Error>".formatted(code, code).getBytes(UTF_8);
        return HttpAnswer.of(status, Map.of("Content-Type", "application/xml", "x-ms-error-code", code), body);
    }

    private static String escape(String text)
    {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
