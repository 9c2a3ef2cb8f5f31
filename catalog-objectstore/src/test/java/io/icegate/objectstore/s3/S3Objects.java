package io.icegate.objectstore.s3;

import io.icegate.objectstore.ObjectKey;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;

import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

import static io.icegate.objectstore.s3.S3Answer.escape;
import static java.util.Objects.requireNonNull;

/**
 * The objects of {@link StrictS3Server} and what each request does to them. Every change of an object is one atomic step
 * of a concurrent map, conditions included.
 */
final class S3Objects
{
    private static final int FILE_BYTES_MIN = 64 * 1024;

    private record Upload(String bucket, String key, Map<String, String> headers, NavigableMap<Integer, byte[]> parts) {}

    private final InstantSource clock;
    private final ConcurrentMap<String, ConcurrentSkipListMap<String, S3Content>> buckets = new ConcurrentHashMap<>();
    private final ConcurrentMap<String, Upload> uploads = new ConcurrentHashMap<>();
    private final AtomicLong nextId = new AtomicLong();
    private final List<String> violations = new CopyOnWriteArrayList<>();
    private volatile S3Veto veto = (_operation, _bucket, _key) -> Optional.empty();
    private volatile boolean createsBuckets = true;
    private volatile Optional<Path> largeObjects = Optional.empty();

    S3Objects(InstantSource clock)
    {
        this.clock = requireNonNull(clock, "clock is null");
    }

    void follow(S3Veto newVeto)
    {
        veto = requireNonNull(newVeto, "newVeto is null");
    }

    void keepLargeObjectsIn(Path folder)
    {
        largeObjects = Optional.of(folder);
    }

    void requireBuckets()
    {
        createsBuckets = false;
    }

    List<String> violations()
    {
        return List.copyOf(violations);
    }

    NavigableMap<String, S3Content> bucket(String bucket)
    {
        if (createsBuckets) {
            createBucket(bucket);
        }
        NavigableMap<String, S3Content> objects = buckets.get(bucket);
        if (objects == null) {
            throw S3Refusal.noSuchBucket(bucket);
        }
        return objects;
    }

    void createBucket(String bucket)
    {
        buckets.computeIfAbsent(bucket, _ignored -> new ConcurrentSkipListMap<>(ObjectKey::compareValues));
    }

    S3Answer answer(S3Call call)
    {
        return switch (call.operation()) {
            case LIST_BUCKETS -> listBuckets();
            case CREATE_BUCKET -> {
                createBucket(call.bucket());
                yield S3Answer.empty(200, Map.of("Location", "/" + call.bucket()));
            }
            case HEAD_BUCKET -> {
                bucket(call.bucket());
                yield S3Answer.empty(200, Map.of("x-amz-bucket-region", "us-east-1"));
            }
            case DELETE_BUCKET -> deleteBucket(call);
            case BUCKET_LOCATION -> {
                bucket(call.bucket());
                yield S3Answer.xml(200, "<LocationConstraint xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"/>");
            }
            case LIST -> new S3Listing(call, bucket(call.bucket())).answer();
            case GET -> get(call, true);
            case HEAD -> get(call, false);
            case PUT -> {
                S3Content stored = store(call, call.body(), userHeaders(call));
                yield S3Answer.empty(200, Map.of("ETag", stored.etag()));
            }
            case COPY -> copy(call);
            case DELETE -> {
                delete(call.operation(), call.bucket(), call.key());
                yield S3Answer.empty(204, Map.of());
            }
            case DELETE_MANY -> deleteMany(call);
            case CREATE_UPLOAD -> createUpload(call);
            case UPLOAD_PART -> uploadPart(call);
            case COMPLETE_UPLOAD -> completeUpload(call);
            case ABORT_UPLOAD -> {
                upload(call);
                uploads.remove(uploadId(call));
                yield S3Answer.empty(204, Map.of());
            }
            case LIST_UPLOADS -> S3Answer.xml(200, "<ListMultipartUploadsResult><Bucket>%s</Bucket><IsTruncated>false</IsTruncated></ListMultipartUploadsResult>".formatted(escape(call.bucket())));
            case LIST_PARTS -> listParts(call);
        };
    }

    private S3Answer listBuckets()
    {
        StringBuilder text = new StringBuilder("<ListAllMyBucketsResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Owner><ID>icegate</ID></Owner><Buckets>");
        buckets.keySet().stream().sorted().forEach(bucket -> text.append("<Bucket><Name>").append(escape(bucket)).append("</Name><CreationDate>2026-01-01T00:00:00.000Z</CreationDate></Bucket>"));
        return S3Answer.xml(200, text.append("</Buckets></ListAllMyBucketsResult>").toString());
    }

    private S3Answer deleteBucket(S3Call call)
    {
        if (!bucket(call.bucket()).isEmpty()) {
            throw new S3Refusal(409, "BucketNotEmpty", "The bucket you tried to delete is not empty");
        }
        buckets.remove(call.bucket());
        return S3Answer.empty(204, Map.of());
    }

    private S3Answer get(S3Call call, boolean withBody)
    {
        S3Content content = bucket(call.bucket()).get(call.key());
        if (content == null) {
            throw S3Refusal.noSuchKey(call.key());
        }
        if (call.header("If-Match").map(etag -> !isEtag(etag, content)).orElse(false)) {
            throw S3Refusal.preconditionFailed();
        }
        Map<String, String> headers = content.answerHeaders();
        if (call.header("If-None-Match").map(etag -> isEtag(etag, content)).orElse(false)) {
            return S3Answer.empty(304, headers);
        }
        int size = content.size();
        int from = 0;
        int to = size;
        int status = 200;
        Optional<int[]> range = call.header("Range").flatMap(text -> range(text, size));
        if (range.isPresent()) {
            from = range.orElseThrow()[0];
            to = range.orElseThrow()[1];
            status = 206;
            headers.put("Content-Range", "bytes %s-%s/%s".formatted(from, to - 1, size));
        }
        if (!withBody) {
            headers.put("Content-Length", Integer.toString(to - from));
            return S3Answer.empty(status, headers);
        }
        return new S3Answer(status, headers, from == 0 && to == size ? content.bytes() : Arrays.copyOfRange(content.bytes(), from, to));
    }

    /**
     * First and end of {@code bytes=a-b}, {@code bytes=a-} and {@code bytes=-n}; empty for what HTTP tells to ignore.
     */
    private static Optional<int[]> range(String text, int size)
    {
        if (!text.matches("bytes=(\\d+-\\d*|-\\d+)")) {
            return Optional.empty();
        }
        String[] ends = text.substring("bytes=".length()).split("-", -1);
        long from;
        long to = size;
        if (ends[0].isEmpty()) {
            from = Math.max(0, size - Long.parseLong(ends[1]));
        }
        else {
            from = Long.parseLong(ends[0]);
            to = ends[1].isEmpty() ? size : Math.min(size, Long.parseLong(ends[1]) + 1);
        }
        if (from >= size) {
            throw new S3Refusal(416, "InvalidRange", "The requested range is not satisfiable");
        }
        return from < to ? Optional.of(new int[] {(int) from, (int) to}) : Optional.empty();
    }

    private S3Content store(S3Call call, byte[] bytes, Map<String, String> headers)
    {
        NavigableMap<String, S3Content> objects = bucket(call.bucket());
        Optional<String> ifNoneMatch = call.header("If-None-Match");
        Optional<String> ifMatch = call.header("If-Match");
        if (ifNoneMatch.isPresent() && !ifNoneMatch.orElseThrow().equals("*")) {
            throw new S3Refusal(501, "NotImplemented", "If-None-Match of a write must be *");
        }
        // not an MD5 sum: some clients would compare it
        S3Content next = new S3Content(bytes.length, place(bytes), "\"%032x-1\"".formatted(nextId.incrementAndGet()), now(), headers);
        while (true) {
            S3Content current = objects.get(call.key());
            if (current == null) {
                if (ifMatch.isPresent()) {
                    throw S3Refusal.noSuchKey(call.key());
                }
                if (objects.putIfAbsent(call.key(), next) == null) {
                    return next;
                }
                continue;
            }
            if (ifNoneMatch.isPresent() || ifMatch.map(etag -> !isEtag(etag, current)).orElse(false)) {
                throw S3Refusal.preconditionFailed();
            }
            askVeto(call.operation(), call.bucket(), call.key());
            if (objects.replace(call.key(), current, next)) {
                return next;
            }
        }
    }

    /**
     * Keeps the bytes of an object.
     */
    private Supplier<byte[]> place(byte[] bytes)
    {
        Optional<Path> folder = largeObjects;
        if (folder.isEmpty() || bytes.length < FILE_BYTES_MIN) {
            return () -> bytes;
        }
        Path file = folder.orElseThrow().resolve("object-" + nextId.incrementAndGet());
        try {
            Files.write(file, bytes);
        }
        catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return () -> {
            try {
                return Files.readAllBytes(file);
            }
            catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        };
    }

    private S3Answer copy(S3Call call)
    {
        String source = S3Call.decode(call.header("x-amz-copy-source").orElseThrow());
        String path = source.startsWith("/") ? source.substring(1) : source;
        int slash = path.indexOf('/');
        S3Content content = bucket(path.substring(0, slash)).get(path.substring(slash + 1));
        if (content == null) {
            throw S3Refusal.noSuchKey(path);
        }
        S3Content stored = store(call, content.bytes(), content.userHeaders());
        return S3Answer.xml(200, "<CopyObjectResult><LastModified>%s</LastModified><ETag>%s</ETag></CopyObjectResult>".formatted(stored.lastModified(), escape(stored.etag())));
    }

    private void delete(S3Operation operation, String bucket, String key)
    {
        NavigableMap<String, S3Content> objects = bucket(bucket);
        if (objects.containsKey(key)) {
            askVeto(operation, bucket, key);
            objects.remove(key);
        }
    }

    private S3Answer deleteMany(S3Call call)
    {
        Document document = parse(call.body());
        boolean quiet = document.getElementsByTagName("Quiet").getLength() > 0 && document.getElementsByTagName("Quiet").item(0).getTextContent().equals("true");
        StringBuilder text = new StringBuilder("<DeleteResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">");
        NodeList keys = document.getElementsByTagName("Key");
        if (keys.getLength() > 1000) {
            throw new S3Refusal(400, "MalformedXML", "More than 1000 keys");
        }
        for (int i = 0; i < keys.getLength(); i++) {
            String key = keys.item(i).getTextContent();
            try {
                delete(call.operation(), call.bucket(), key);
                if (!quiet) {
                    text.append("<Deleted><Key>").append(escape(key)).append("</Key></Deleted>");
                }
            }
            catch (S3Refusal e) {
                text.append("<Error><Key>").append(escape(key)).append("</Key><Code>").append(e.code()).append("</Code><Message>").append(escape(String.valueOf(e.getMessage()))).append("</Message></Error>");
            }
        }
        return S3Answer.xml(200, text.append("</DeleteResult>").toString());
    }

    private S3Answer createUpload(S3Call call)
    {
        bucket(call.bucket());
        String id = "upload-%s".formatted(nextId.incrementAndGet());
        uploads.put(id, new Upload(call.bucket(), call.key(), userHeaders(call), new ConcurrentSkipListMap<>()));
        return S3Answer.xml(200, "<InitiateMultipartUploadResult><Bucket>%s</Bucket><Key>%s</Key><UploadId>%s</UploadId></InitiateMultipartUploadResult>"
                .formatted(escape(call.bucket()), escape(call.key()), id));
    }

    private S3Answer uploadPart(S3Call call)
    {
        int number = Integer.parseInt(call.parameter("partNumber").orElseThrow(() -> S3Refusal.invalid("partNumber is missing")));
        upload(call).parts().put(number, call.body());
        return S3Answer.empty(200, Map.of("ETag", partEtag(call, number)));
    }

    private static String partEtag(S3Call call, int number)
    {
        return "\"%s-%s-%s\"".formatted(uploadId(call), number, call.body().length);
    }

    private S3Answer completeUpload(S3Call call)
    {
        Upload upload = upload(call);
        NodeList parts = parse(call.body()).getElementsByTagName("Part");
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        int previous = 0;
        for (int i = 0; i < parts.getLength(); i++) {
            int number = Integer.parseInt(((Element) parts.item(i)).getElementsByTagName("PartNumber").item(0).getTextContent().trim());
            byte[] part = upload.parts().get(number);
            if (part == null) {
                throw new S3Refusal(400, "InvalidPart", "Part %s is missing".formatted(number));
            }
            if (number <= previous) {
                throw new S3Refusal(400, "InvalidPartOrder", "Part %s after %s".formatted(number, previous));
            }
            if (i < parts.getLength() - 1 && part.length < 5 * 1024 * 1024) {
                throw new S3Refusal(400, "EntityTooSmall", "Part %s has %s bytes".formatted(number, part.length));
            }
            previous = number;
            content.writeBytes(part);
        }
        if (previous == 0) {
            throw new S3Refusal(400, "MalformedXML", "No parts");
        }
        S3Content stored = store(call, content.toByteArray(), upload.headers());
        uploads.remove(uploadId(call));
        return S3Answer.xml(200, "<CompleteMultipartUploadResult><Bucket>%s</Bucket><Key>%s</Key><ETag>%s</ETag></CompleteMultipartUploadResult>"
                .formatted(escape(call.bucket()), escape(call.key()), escape(stored.etag())));
    }

    private S3Answer listParts(S3Call call)
    {
        StringBuilder text = new StringBuilder("<ListPartsResult><IsTruncated>false</IsTruncated>");
        upload(call).parts().forEach((number, bytes) -> text.append("<Part><PartNumber>").append(number).append("</PartNumber><Size>").append(bytes.length).append("</Size></Part>"));
        return S3Answer.xml(200, text.append("</ListPartsResult>").toString());
    }

    private Upload upload(S3Call call)
    {
        Upload upload = uploads.get(uploadId(call));
        if (upload == null || !upload.bucket().equals(call.bucket()) || !upload.key().equals(call.key())) {
            throw S3Refusal.noSuchUpload(uploadId(call));
        }
        return upload;
    }

    private static String uploadId(S3Call call)
    {
        return call.parameter("uploadId").orElseThrow();
    }

    private void askVeto(S3Operation operation, String bucket, String key)
    {
        Optional<String> reason = veto.reason(operation, bucket, key);
        if (reason.isPresent()) {
            violations.add("%s %s/%s: %s".formatted(operation, bucket, key, reason.orElseThrow()));
            throw new S3Refusal(403, "AccessDenied", reason.orElseThrow());
        }
    }

    private Instant now()
    {
        return Instant.ofEpochMilli(clock.millis());
    }

    private static boolean isEtag(String header, S3Content content)
    {
        return header.equals("*") || List.of(header.replace(" ", "").split(",", -1)).contains(content.etag()) || ("\"" + header + "\"").equals(content.etag());
    }

    private static Map<String, String> userHeaders(S3Call call)
    {
        Map<String, String> kept = new TreeMap<>();
        call.headers().forEach((name, values) -> {
            String lower = name.toLowerCase(Locale.ROOT);
            if (lower.equals("content-type") || lower.equals("cache-control") || lower.equals("content-disposition") || lower.startsWith("x-amz-meta-")) {
                kept.put(lower.equals("content-type") ? "Content-Type" : name, values.get(0));
            }
        });
        return kept;
    }

    private static Document parse(byte[] body)
    {
        try {
            DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
            factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
            return factory.newDocumentBuilder().parse(new ByteArrayInputStream(body));
        }
        catch (ParserConfigurationException | SAXException | IOException e) {
            throw new S3Refusal(400, "MalformedXML", String.valueOf(e.getMessage()));
        }
    }

    List<String> keys(String bucket)
    {
        return new ArrayList<>(bucket(bucket).keySet());
    }
}
