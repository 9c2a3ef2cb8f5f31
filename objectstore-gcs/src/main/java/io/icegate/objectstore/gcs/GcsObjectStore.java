package io.icegate.objectstore.gcs;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.icegate.objectstore.ListPage;
import io.icegate.objectstore.ObjectHead;
import io.icegate.objectstore.ObjectKey;
import io.icegate.objectstore.ObjectStore;
import io.icegate.objectstore.ObjectStoreAccessException;
import io.icegate.objectstore.ObjectTail;
import io.icegate.objectstore.PutOutcome;
import io.icegate.objectstore.StoredObject;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

/**
 * Stores objects on Google Cloud Storage, whose reads and listings are strongly consistent. Writes, listings and deletions go
 * through the JSON API. Reads go through the XML API, which tells in one answer the content, the time of the object and
 * whether it is the object or the bucket that is missing.
 *
 * <p>A conditional write ({@code ifGenerationMatch=0}: no generation exists) is sent once, with a deadline. What the answer
 * becomes:
 * <ul>
 * <li>2xx → {@code WRITTEN}, 412 → {@code PRECONDITION_FAILED};
 * <li>408, 409, 429, 5xx, timeouts and lost connections → {@code UNKNOWN};
 * <li>any other answer (403, no such bucket) → {@link ObjectStoreAccessException}.
 * </ul>
 *
 * <p>Everything else is repeated, at most five times. A listing begins at a name, inclusively; what is asked for too much is
 * left out.
 */
public final class GcsObjectStore
        implements ObjectStore
{
    /**
     * Most deletions that the server takes in one request.
     */
    private static final int DELETE_COUNT_MAX = 100;
    private static final int EMPTY_PAGES_MAX = 1000;
    private static final int REASON_LENGTH_MAX = 300;
    private static final String BOUNDARY = "icegate_deletions";
    private static final Pattern PART_STATUS = Pattern.compile("^HTTP/1\\.[01] ([0-9]{3})", Pattern.MULTILINE);
    private static final Pattern XML_CODE = Pattern.compile("<Code>([^<]*)</Code>");
    private static final Pattern XML_MESSAGE = Pattern.compile("<Message>([^<]*)</Message>");
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Logger log = LoggerFactory.getLogger(GcsObjectStore.class);

    private final GcsHttp http;
    private final URI endpoint;
    private final GcsProperties properties;
    private final String bucket;
    private final String prefix;

    private GcsObjectStore(GcsProperties properties, String bucket, String prefix)
    {
        this.properties = requireNonNull(properties, "properties is null");
        this.http = new GcsHttp(properties);
        this.endpoint = properties.endpoint();
        this.bucket = requireNonNull(bucket, "bucket is null");
        this.prefix = prefix.isEmpty() ? "" : prefix + "/";
    }

    /**
     * Opens a folder of a bucket; nothing is asked yet.
     *
     * @param prefix without slashes around it; empty for the whole bucket
     * @param properties {@code gcs.service.host} for another server, {@code gcs.no-auth}, {@code gcs.oauth2.token}, {@code
     *         gcs.user-project}; what is absent comes from the usual environment of Google. {@code
     *         icegate.gcs.put-timeout-millis} bounds one conditional write, 5000 by default
     */
    public static GcsObjectStore open(String bucket, String prefix, Map<String, String> properties)
    {
        return new GcsObjectStore(GcsProperties.fromProperties(properties, System.getenv()), bucket, prefix);
    }

    @Override
    public Optional<StoredObject> get(ObjectKey key)
            throws IOException
    {
        HttpResponse<byte[]> answer = fetch(key, Optional.empty());
        if (isAbsent(answer)) {
            return Optional.empty();
        }
        return Optional.of(new StoredObject(key, require("read", key, answer).body(), modified(key, answer)));
    }

    @Override
    public StoredObject read(ObjectKey key, long offset, int length)
            throws IOException
    {
        if (offset < 0 || length < 0) {
            throw new IllegalArgumentException("Cannot read object %s: range of %s bytes at %s".formatted(key, length, offset));
        }
        if (length == 0) {
            return nothing(key);
        }
        HttpResponse<byte[]> answer = fetch(key, Optional.of("bytes=%s-%s".formatted(offset, offset + length - 1)));
        if (isAbsent(answer)) {
            throw absent(key);
        }
        if (answer.statusCode() == 416) {
            return nothing(key);
        }
        byte[] content = require("read", key, answer).body();
        if (answer.statusCode() == 200) {
            // a server may ignore the range and send everything
            int from = (int) Math.min(offset, content.length);
            content = Arrays.copyOfRange(content, from, (int) Math.min((long) from + length, content.length));
        }
        return new StoredObject(key, content, modified(key, answer));
    }

    @Override
    public Optional<ObjectTail> tail(ObjectKey key, int length)
            throws IOException
    {
        if (length < 1) {
            throw new IllegalArgumentException("Cannot read the last %s bytes of object %s: at least 1 is needed".formatted(length, key));
        }
        HttpResponse<byte[]> answer = fetch(key, Optional.of("bytes=-" + length));
        if (isAbsent(answer)) {
            return Optional.empty();
        }
        if (answer.statusCode() == 416) {
            return head(key).map(head -> new ObjectTail(head, new byte[0]));
        }
        byte[] content = require("read", key, answer).body();
        long size = content.length;
        if (answer.statusCode() == 206) {
            String range = answer.headers().firstValue("Content-Range").orElse("");
            try {
                size = Long.parseLong(range.substring(range.indexOf('/') + 1));
            }
            catch (NumberFormatException e) {
                throw new IOException("Cannot read object %s: the store does not tell its size".formatted(location(key)), e);
            }
        }
        byte[] tail = content.length <= length ? content : Arrays.copyOfRange(content, content.length - length, content.length);
        return Optional.of(new ObjectTail(new ObjectHead(key, size, modified(key, answer)), tail));
    }

    @Override
    public PutOutcome putIfAbsent(ObjectKey key, byte[] content)
    {
        HttpResponse<byte[]> answer;
        try {
            answer = http.sendOnce(insert(key, "&ifGenerationMatch=0", BodyPublishers.ofByteArray(content)), properties.putTimeout());
        }
        catch (IOException e) {
            log.warn("Cannot tell whether object {} was created: {}", location(key), e.getMessage());
            return PutOutcome.UNKNOWN;
        }
        int status = answer.statusCode();
        if (isSuccess(status)) {
            return PutOutcome.WRITTEN;
        }
        if (status == 412) {
            return PutOutcome.PRECONDITION_FAILED;
        }
        if (GcsHttp.isUndecided(status)) {
            log.warn("Cannot tell whether object {} was created: {}", location(key), reason(answer));
            return PutOutcome.UNKNOWN;
        }
        throw new ObjectStoreAccessException("Cannot create object %s: %s".formatted(location(key), reason(answer)));
    }

    @Override
    public void put(ObjectKey key, byte[] content)
            throws IOException
    {
        require("write", key, send("write", key, insert(key, "", BodyPublishers.ofByteArray(content)), content.length));
    }

    @Override
    public void put(ObjectKey key, Path content)
            throws IOException
    {
        require("write", key, send("write", key, insert(key, "", BodyPublishers.ofFile(content)), Files.size(content)));
    }

    private HttpRequest.Builder insert(ObjectKey key, String condition, BodyPublisher content)
    {
        return request("/upload/storage/v1/b/%s/o?uploadType=media&name=%s%s".formatted(encoded(bucket), encoded(name(key)), condition))
                .header("Content-Type", "application/octet-stream")
                .POST(content);
    }

    @Override
    public ListPage list(ObjectKey folder, Optional<ObjectKey> startAfter, int countMax)
            throws IOException
    {
        if (countMax < 1 || countMax > LIST_COUNT_MAX) {
            throw new IllegalArgumentException("Cannot list %s: count %s is not within 1 to %s".formatted(folder, countMax, LIST_COUNT_MAX));
        }
        // the name to start after may be the first of the answer
        int asked = Math.min(LIST_COUNT_MAX, countMax + (startAfter.isPresent() ? 1 : 0));
        String query = "/storage/v1/b/%s/o?prefix=%s&maxResults=%s&fields=nextPageToken,items(name,size,updated)%s".formatted(
                encoded(bucket), encoded(name(folder) + "/"), asked, startAfter.map(key -> "&startOffset=" + encoded(name(key))).orElse(""));
        String token = "";
        for (int attempt = 0; attempt < EMPTY_PAGES_MAX; attempt++) {
            HttpResponse<byte[]> answer = require("list", folder, send("list", folder, request(query + token).GET(), 0));
            JsonNode json = JSON.readTree(answer.body());
            List<ObjectHead> page = new ArrayList<>();
            for (JsonNode item : json.path("items")) {
                head(item).filter(head -> startAfter.isEmpty() || head.key().compareTo(startAfter.orElseThrow()) > 0).ifPresent(page::add);
            }
            String next = json.path("nextPageToken").asText("");
            boolean truncated = !next.isEmpty() || page.size() > countMax;
            if (!page.isEmpty() || !truncated) {
                return new ListPage(page.subList(0, Math.min(page.size(), countMax)), truncated, date(answer));
            }
            token = "&pageToken=" + encoded(next);
        }
        throw new IOException("Cannot list %s: the store sends pages without keys".formatted(location(folder)));
    }

    /**
     * Empty for what another tool left there and what cannot be a key of ours, such as markers of folders.
     */
    private Optional<ObjectHead> head(JsonNode item)
            throws IOException
    {
        try {
            String name = item.path("name").asText();
            long size = Long.parseLong(item.path("size").asText());
            Instant updated = ZonedDateTime.parse(item.path("updated").asText()).toInstant();
            return ObjectKey.ofForeign(name.substring(prefix.length())).map(key -> new ObjectHead(key, size, updated));
        }
        catch (NumberFormatException | DateTimeException | StringIndexOutOfBoundsException e) {
            throw new IOException("Cannot list gs://%s/%s: the store described an object as %s".formatted(bucket, prefix, item), e);
        }
    }

    @Override
    public Optional<ObjectHead> head(ObjectKey key)
            throws IOException
    {
        HttpResponse<byte[]> answer = send("ask for", key, object(key).method("HEAD", BodyPublishers.noBody()), 0);
        // an answer to HEAD has no body that could say more
        if (answer.statusCode() == 404) {
            return Optional.empty();
        }
        long size = require("ask for", key, answer).headers().firstValueAsLong("Content-Length")
                .orElseThrow(() -> new IOException("Cannot ask for object %s: the store does not tell its size".formatted(location(key))));
        return Optional.of(new ObjectHead(key, size, modified(key, answer)));
    }

    @Override
    public void delete(Collection<ObjectKey> keys)
            throws IOException
    {
        List<ObjectKey> all = List.copyOf(keys);
        for (int from = 0; from < all.size(); from += DELETE_COUNT_MAX) {
            List<ObjectKey> batch = all.subList(from, Math.min(all.size(), from + DELETE_COUNT_MAX));
            if (batch.size() == 1) {
                ObjectKey key = batch.get(0);
                HttpResponse<byte[]> answer = send("delete", key, request(resource(key)).DELETE(), 0);
                if (answer.statusCode() != 404) {
                    require("delete", key, answer);
                }
            }
            else {
                deleteMany(batch);
            }
        }
    }

    /**
     * One request that carries many. Those that found no object are fine; the rest is sent again alone, which repeats and
     * explains.
     */
    private void deleteMany(List<ObjectKey> batch)
            throws IOException
    {
        StringBuilder body = new StringBuilder();
        for (ObjectKey key : batch) {
            body.append("--").append(BOUNDARY).append("\r\nContent-Type: application/http\r\n\r\nDELETE ").append(resource(key)).append(" HTTP/1.1\r\n\r\n\r\n");
        }
        body.append("--").append(BOUNDARY).append("--\r\n");
        HttpRequest.Builder request = request("/batch/storage/v1")
                .header("Content-Type", "multipart/mixed; boundary=" + BOUNDARY)
                .POST(BodyPublishers.ofString(body.toString()));
        HttpResponse<byte[]> answer = require("delete", batch.get(0), send("delete", batch.get(0), request, body.length()));
        Matcher status = PART_STATUS.matcher(new String(answer.body(), UTF_8));
        int decided = 0;
        while (status.find()) {
            int code = Integer.parseInt(status.group(1));
            decided += isSuccess(code) || code == 404 ? 1 : 0;
        }
        if (decided != batch.size()) {
            // parts may come in any order, so all again
            for (ObjectKey key : batch) {
                delete(List.of(key));
            }
        }
    }

    @Override
    public void close() {}

    @Override
    public String toString()
    {
        return "gs://%s/%s".formatted(bucket, prefix);
    }

    private HttpResponse<byte[]> fetch(ObjectKey key, Optional<String> range)
            throws IOException
    {
        HttpRequest.Builder request = object(key).GET();
        range.ifPresent(bytes -> request.header("Range", bytes));
        return send("read", key, request, 0);
    }

    private HttpResponse<byte[]> send(String verb, ObjectKey key, HttpRequest.Builder request, long bodyBytes)
            throws IOException
    {
        try {
            return http.sendUntilDecided(request, bodyBytes);
        }
        catch (IOException | ObjectStoreAccessException e) {
            throw new IOException("Cannot %s object %s: %s".formatted(verb, location(key), e.getMessage()), e);
        }
    }

    private HttpResponse<byte[]> require(String verb, ObjectKey key, HttpResponse<byte[]> answer)
            throws IOException
    {
        if (!isSuccess(answer.statusCode())) {
            throw new IOException("Cannot %s object %s: %s".formatted(verb, location(key), reason(answer)));
        }
        return answer;
    }

    private StoredObject nothing(ObjectKey key)
            throws IOException
    {
        ObjectHead head = head(key).orElseThrow(() -> absent(key));
        return new StoredObject(key, new byte[0], head.lastModified());
    }

    private FileNotFoundException absent(ObjectKey key)
    {
        return new FileNotFoundException("Cannot read object %s: it does not exist".formatted(location(key)));
    }

    /**
     * True when the store says that there is no such object, and not only that there is nothing. Emulators do not say what.
     */
    private boolean isAbsent(HttpResponse<byte[]> answer)
    {
        String code = find(XML_CODE, new String(answer.body(), UTF_8));
        return answer.statusCode() == 404 && (code.equals("NoSuchKey") || (properties.anonymous() && code.isEmpty()));
    }

    private static boolean isSuccess(int status)
    {
        return status >= 200 && status < 300;
    }

    private static String reason(HttpResponse<byte[]> answer)
    {
        String text = new String(answer.body(), UTF_8);
        String message;
        try {
            message = text.startsWith("{") ? JSON.readTree(text).path("error").path("message").asText() : "%s %s".formatted(find(XML_CODE, text), find(XML_MESSAGE, text)).trim();
        }
        catch (IOException e) {
            message = text;
        }
        String hint = switch (answer.statusCode()) {
            case 401 -> ", check the credentials";
            case 403 -> ", check the permissions (without storage.objects.list a missing object is refused too)";
            default -> "";
        };
        return "%s%s: %s".formatted(answer.statusCode(), hint, message.substring(0, Math.min(message.length(), REASON_LENGTH_MAX)));
    }

    private static String find(Pattern pattern, String text)
    {
        Matcher matcher = pattern.matcher(text);
        return matcher.find() ? matcher.group(1) : "";
    }

    private Instant modified(ObjectKey key, HttpResponse<byte[]> answer)
            throws IOException
    {
        return time(answer, "Last-Modified").orElseThrow(() -> new IOException("Cannot read object %s: the store does not tell its time".formatted(location(key))));
    }

    private static Optional<Instant> date(HttpResponse<byte[]> answer)
    {
        return time(answer, "Date");
    }

    private static Optional<Instant> time(HttpResponse<byte[]> answer, String header)
    {
        return answer.headers().firstValue(header).flatMap(text -> {
            try {
                return Optional.of(ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant());
            }
            catch (DateTimeException e) {
                return Optional.empty();
            }
        });
    }

    private String name(ObjectKey key)
    {
        return prefix + key.value();
    }

    private String location(ObjectKey key)
    {
        return "gs://%s/%s".formatted(bucket, name(key));
    }

    /**
     * An object in the JSON API.
     */
    private String resource(ObjectKey key)
    {
        return "/storage/v1/b/%s/o/%s".formatted(encoded(bucket), encoded(name(key)));
    }

    /**
     * An object in the XML API.
     */
    private HttpRequest.Builder object(ObjectKey key)
    {
        return request("/%s/%s".formatted(encoded(bucket), encoded(name(key)).replace("%2F", "/")));
    }

    private HttpRequest.Builder request(String path)
    {
        return HttpRequest.newBuilder(URI.create(endpoint + path));
    }

    private static String encoded(String text)
    {
        return URLEncoder.encode(text, UTF_8).replace("+", "%20");
    }
}
