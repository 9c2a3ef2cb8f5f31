package io.icegate.objectstore.gcs;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.icegate.objectstore.ObjectKey;
import io.icegate.objectstore.http.HttpAnswer;
import io.icegate.objectstore.http.HttpCall;
import io.icegate.objectstore.http.StrictHttpServer;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * Google Cloud Storage in this JVM: insert, list, get, delete and batches of the JSON API, reads of the XML API.
 * {@code ifGenerationMatch=0} is atomic, listings are in byte order, begin at {@code startOffset} inclusively and show every
 * acknowledged write. Tokens are not verified. What it does not know it refuses with 501.
 */
public final class StrictGcsServer
        extends StrictHttpServer
{
    private static final int LIST_COUNT_MAX = 1000;
    private static final int BATCH_COUNT_MAX = 100;
    private static final String MISSING_BUCKET = "The specified bucket does not exist.";
    private static final Pattern OBJECT = Pattern.compile("/storage/v1/b/([^/]+)/o/([^/]+)");
    private static final Pattern OBJECTS = Pattern.compile("/storage/v1/b/([^/]+)/o");
    private static final Pattern UPLOAD = Pattern.compile("/upload/storage/v1/b/([^/]+)/o");
    private static final Pattern XML_OBJECT = Pattern.compile("/([^/]+)/(.+)");
    private static final Pattern RANGE = Pattern.compile("bytes=([0-9]*)-([0-9]*)");
    private static final Pattern DELETION = Pattern.compile("^DELETE (\\S+) HTTP/1\\.1$", Pattern.MULTILINE);
    private static final ObjectMapper JSON = new ObjectMapper();

    private StrictGcsServer() {}

    /**
     * On a free port.
     */
    public static StrictGcsServer start()
    {
        return new StrictGcsServer();
    }

    /**
     * What a store or a catalog needs to reach this server.
     */
    public Map<String, String> properties()
    {
        return Map.of(GcsProperties.ENDPOINT, endpoint().toString(), GcsProperties.NO_AUTH, "true");
    }

    @Override
    protected boolean isConditional(HttpCall call)
    {
        return call.parameter("ifGenerationMatch").isPresent();
    }

    @Override
    protected HttpAnswer refusal(HttpCall call, int status, String message)
    {
        return isJson(call) ? jsonError(status, message) : xmlError(status, status == 403 ? "AccessDenied" : "InternalError", message);
    }

    private static boolean isJson(HttpCall call)
    {
        return call.path().startsWith("/storage/") || call.path().startsWith("/upload/") || call.path().startsWith("/batch/");
    }

    @Override
    protected HttpAnswer effect(HttpCall call)
    {
        Matcher upload = UPLOAD.matcher(call.path());
        if (upload.matches() && call.method().equals("POST")) {
            return insert(call, HttpCall.decode(upload.group(1)));
        }
        Matcher objects = OBJECTS.matcher(call.path());
        if (objects.matches() && call.method().equals("GET")) {
            return list(call, HttpCall.decode(objects.group(1)));
        }
        Matcher object = OBJECT.matcher(call.path());
        if (object.matches() && call.method().equals("DELETE")) {
            return delete(call.path());
        }
        if (call.path().equals("/batch/storage/v1") && call.method().equals("POST")) {
            return batch(call);
        }
        Matcher xml = XML_OBJECT.matcher(call.path());
        if (!isJson(call) && xml.matches() && (call.method().equals("GET") || call.method().equals("HEAD"))) {
            return read(call, HttpCall.decode(xml.group(1)), HttpCall.decode(xml.group(2)));
        }
        return jsonError(501, "Not known here: %s %s".formatted(call.method(), call.path()));
    }

    private HttpAnswer insert(HttpCall call, String bucket)
    {
        if (!call.parameter("uploadType").equals(Optional.of("media"))) {
            return jsonError(501, "Not known here: uploadType %s".formatted(call.parameter("uploadType")));
        }
        if (!hasBucket(bucket)) {
            return jsonError(404, MISSING_BUCKET);
        }
        Optional<String> condition = call.parameter("ifGenerationMatch");
        if (condition.isPresent() && !condition.orElseThrow().equals("0")) {
            return jsonError(501, "Not known here: ifGenerationMatch other than 0");
        }
        String name = call.parameter("name").orElseThrow();
        return write(bucket, name, call.body(), condition.isPresent())
                .map(blob -> json(200, describe(name, blob)))
                .orElseGet(() -> jsonError(412, "At least one of the pre-conditions you specified did not hold."));
    }

    private HttpAnswer list(HttpCall call, String bucket)
    {
        if (!hasBucket(bucket)) {
            return jsonError(404, MISSING_BUCKET);
        }
        int countMax = Math.min(LIST_COUNT_MAX, call.parameter("maxResults").map(Integer::parseInt).orElse(LIST_COUNT_MAX));
        String from = call.parameter("startOffset").orElse("");
        String after = call.parameter("pageToken").orElse("");
        ObjectNode answer = JSON.createObjectNode();
        ArrayNode items = JSON.createArrayNode();
        for (Map.Entry<String, Blob> entry : blobs(bucket, call.parameter("prefix").orElse("")).entrySet()) {
            String name = entry.getKey().substring(bucket.length() + 1);
            if (ObjectKey.compareValues(name, from) < 0 || (!after.isEmpty() && ObjectKey.compareValues(name, after) <= 0)) {
                continue;
            }
            if (items.size() == countMax) {
                answer.put("nextPageToken", items.get(countMax - 1).path("name").asText());
                break;
            }
            items.add(describe(name, entry.getValue()));
        }
        if (!items.isEmpty()) {
            answer.set("items", items);
        }
        return json(200, answer);
    }

    private HttpAnswer delete(String path)
    {
        Matcher object = OBJECT.matcher(path);
        if (!object.matches()) {
            return jsonError(400, "Bad path %s".formatted(path));
        }
        String bucket = HttpCall.decode(object.group(1));
        String name = HttpCall.decode(object.group(2));
        if (blob(bucket, name).isEmpty()) {
            return jsonError(404, "No such object: %s/%s".formatted(bucket, name));
        }
        remove(bucket, name);
        return HttpAnswer.empty(204);
    }

    private HttpAnswer batch(HttpCall call)
    {
        Matcher deletion = DELETION.matcher(new String(call.body(), UTF_8));
        StringBuilder answer = new StringBuilder();
        int count = 0;
        while (deletion.find()) {
            count++;
            HttpAnswer part = delete(deletion.group(1));
            answer.append("--parts\r\nContent-Type: application/http\r\n\r\nHTTP/1.1 %s X\r\nContent-Length: %s\r\n\r\n%s\r\n".formatted(
                    part.status(), part.body().length, new String(part.body(), UTF_8)));
        }
        if (count == 0 || count > BATCH_COUNT_MAX) {
            return jsonError(400, "A batch of %s".formatted(count));
        }
        return HttpAnswer.of(200, "multipart/mixed; boundary=parts", answer + "--parts--\r\n");
    }

    private HttpAnswer read(HttpCall call, String bucket, String name)
    {
        if (!hasBucket(bucket)) {
            return xmlError(404, "NoSuchBucket", MISSING_BUCKET);
        }
        Optional<Blob> found = blob(bucket, name);
        if (found.isEmpty()) {
            return xmlError(404, "NoSuchKey", "The specified key does not exist.");
        }
        Blob blob = found.orElseThrow();
        Map<String, String> headers = new HashMap<>(Map.of("Last-Modified", httpDate(blob.modified()), "x-goog-generation", Long.toString(blob.generation())));
        byte[] content = blob.content();
        Optional<String> range = call.header("Range");
        if (range.isEmpty() || call.method().equals("HEAD")) {
            return HttpAnswer.of(200, headers, content);
        }
        Matcher bounds = RANGE.matcher(range.orElseThrow());
        if (!bounds.matches()) {
            return xmlError(400, "InvalidArgument", "Bad range");
        }
        int from = bounds.group(1).isEmpty() ? Math.max(0, content.length - Integer.parseInt(bounds.group(2))) : (int) Math.min(Integer.MAX_VALUE, Long.parseLong(bounds.group(1)));
        int to = bounds.group(1).isEmpty() || bounds.group(2).isEmpty() ? content.length : (int) Math.min(content.length, Long.parseLong(bounds.group(2)) + 1);
        if (from >= content.length) {
            return xmlError(416, "InvalidRange", "The requested range cannot be satisfied.");
        }
        headers.put("Content-Range", "bytes %s-%s/%s".formatted(from, to - 1, content.length));
        return HttpAnswer.of(206, headers, Arrays.copyOfRange(content, from, to));
    }

    private static ObjectNode describe(String name, Blob blob)
    {
        return JSON.createObjectNode()
                .put("name", name)
                .put("size", Integer.toString(blob.content().length))
                .put("generation", Long.toString(blob.generation()))
                .put("updated", blob.modified().toString());
    }

    private static HttpAnswer json(int status, ObjectNode body)
    {
        return HttpAnswer.of(status, "application/json", body.toString());
    }

    private static HttpAnswer jsonError(int status, String message)
    {
        ObjectNode answer = JSON.createObjectNode();
        answer.putObject("error").put("code", status).put("message", message);
        return json(status, answer);
    }

    private static HttpAnswer xmlError(int status, String code, String message)
    {
        return HttpAnswer.of(status, "application/xml", "<?xml version='1.0' encoding='UTF-8'?><Error><Code>%s</Code><Message>%s</Message></Error>".formatted(code, message));
    }
}
