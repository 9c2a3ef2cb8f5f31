package io.icegate.objectstore.s3;

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
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.ResponseBytes;
import software.amazon.awssdk.core.exception.AbortedException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.core.sync.ResponseTransformer;
import software.amazon.awssdk.services.s3.model.Delete;
import software.amazon.awssdk.services.s3.model.DeleteObjectsResponse;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.ObjectIdentifier;
import software.amazon.awssdk.services.s3.model.S3Object;

import java.io.FileNotFoundException;
import java.io.IOException;
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

import static java.util.Objects.requireNonNull;

/**
 * Stores objects on S3 and on servers that speak its protocol. They must have strong reads after writes and {@code
 * If-None-Match: *}.
 *
 * <p>A conditional write is sent once, with a deadline. What the answer becomes:
 * <ul>
 * <li>200 → {@code WRITTEN}, 412 → {@code PRECONDITION_FAILED};
 * <li>409 ({@code ConditionalRequestConflict}: another write of the key was in flight, nothing is decided), 408, 429, 5xx,
 *     timeouts and lost connections → {@code UNKNOWN}. For 409 we could say more, but both protocols do with it what they
 *     do with {@code UNKNOWN}: send the same bytes to the same key again;
 * <li>any other answer (403, no such bucket, a condition that the server does not know) → {@link ObjectStoreAccessException}.
 * </ul>
 *
 * <p>Everything else is retried by the SDK. Objects above 5 GiB cannot be written (there is no multipart upload here).
 *
 * <p>Connections are the JDK's, which keeps five idle ones per server and opens and closes the others for each request. The first
 * store that is opened lets it keep 64, unless {@code -Dhttp.maxConnections} says how many, or the process has made requests before.
 */
public final class S3ObjectStore
        implements ObjectStore
{
    private static final int DELETE_COUNT_MAX = 1000;
    private static final int EMPTY_PAGES_MAX = 1000;
    private static final Logger log = LoggerFactory.getLogger(S3ObjectStore.class);

    private final S3Clients clients;
    private final String bucket;
    private final String prefix;

    private S3ObjectStore(S3Clients clients, String bucket, String prefix)
    {
        this.clients = requireNonNull(clients, "clients is null");
        this.bucket = requireNonNull(bucket, "bucket is null");
        this.prefix = prefix.isEmpty() ? "" : prefix + "/";
    }

    /**
     * Opens a folder of a bucket; nothing is asked yet.
     *
     * @param prefix without slashes around it; empty for the whole bucket
     * @param properties see {@link io.icegate.warehouse.Warehouses#open}; {@code icegate.s3.put-timeout-millis} bounds one
     *         conditional write, 2000 by default
     */
    public static S3ObjectStore open(String bucket, String prefix, Map<String, String> properties)
    {
        return new S3ObjectStore(S3Clients.open(S3Properties.fromProperties(properties, System.getenv())), bucket, prefix);
    }

    @Override
    public Optional<StoredObject> get(ObjectKey key)
            throws IOException
    {
        try {
            ResponseBytes<GetObjectResponse> answer = clients.retrying().getObject(request -> request.bucket(bucket).key(name(key)), ResponseTransformer.toBytes());
            return Optional.of(new StoredObject(key, answer.asByteArrayUnsafe(), answer.response().lastModified()));
        }
        catch (NoSuchKeyException e) {
            return Optional.empty();
        }
        catch (SdkException e) {
            throw failure("read", key, e);
        }
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
        try {
            GetObjectRequest request = GetObjectRequest.builder().bucket(bucket).key(name(key))
                    .range("bytes=%s-%s".formatted(offset, offset + length - 1)).build();
            ResponseBytes<GetObjectResponse> answer = clients.retrying().getObject(request, ResponseTransformer.toBytes());
            byte[] content = answer.asByteArrayUnsafe();
            if (answer.response().contentRange() == null) {
                // a server may ignore the range and send everything
                int from = (int) Math.min(offset, content.length);
                content = Arrays.copyOfRange(content, from, (int) Math.min((long) from + length, content.length));
            }
            return new StoredObject(key, content, answer.response().lastModified());
        }
        catch (NoSuchKeyException e) {
            throw absent(key);
        }
        catch (AwsServiceException e) {
            if (e.statusCode() == 416) {
                return nothing(key);
            }
            throw failure("read", key, e);
        }
        catch (SdkException e) {
            throw failure("read", key, e);
        }
    }

    @Override
    public Optional<ObjectTail> tail(ObjectKey key, int length)
            throws IOException
    {
        if (length < 1) {
            throw new IllegalArgumentException("Cannot read the last %s bytes of object %s: at least 1 is needed".formatted(length, key));
        }
        try {
            GetObjectRequest request = GetObjectRequest.builder().bucket(bucket).key(name(key)).range("bytes=-" + length).build();
            ResponseBytes<GetObjectResponse> answer = clients.retrying().getObject(request, ResponseTransformer.toBytes());
            byte[] content = answer.asByteArrayUnsafe();
            String range = answer.response().contentRange();
            // a server may ignore the range and send everything
            long size = range == null ? content.length : Long.parseLong(range.substring(range.indexOf('/') + 1));
            byte[] tail = content.length <= length ? content : Arrays.copyOfRange(content, content.length - length, content.length);
            return Optional.of(new ObjectTail(new ObjectHead(key, size, answer.response().lastModified()), tail));
        }
        catch (NoSuchKeyException e) {
            return Optional.empty();
        }
        catch (AwsServiceException e) {
            if (e.statusCode() == 416) {
                return head(key).map(head -> new ObjectTail(head, new byte[0]));
            }
            throw failure("read", key, e);
        }
        catch (NumberFormatException e) {
            throw new IOException("Cannot read object %s: the store does not tell its size".formatted(location(key)), e);
        }
        catch (SdkException e) {
            throw failure("read", key, e);
        }
    }

    @Override
    public PutOutcome putIfAbsent(ObjectKey key, byte[] content)
    {
        try {
            clients.single().putObject(request -> request.bucket(bucket).key(name(key)).ifNoneMatch("*"), RequestBody.fromBytes(content));
            return PutOutcome.WRITTEN;
        }
        catch (AwsServiceException e) {
            int status = e.statusCode();
            if (status == 412) {
                return PutOutcome.PRECONDITION_FAILED;
            }
            if (isUndecided(e)) {
                log.warn("Cannot tell whether object {} was created: {}", location(key), e.getMessage());
                return PutOutcome.UNKNOWN;
            }
            throw new ObjectStoreAccessException("Cannot create object %s: %s".formatted(location(key), reason(e)), e);
        }
        catch (AbortedException e) {
            Thread.currentThread().interrupt();
            return PutOutcome.UNKNOWN;
        }
        catch (SdkException e) {
            log.warn("Cannot tell whether object {} was created: {}", location(key), e.getMessage());
            return PutOutcome.UNKNOWN;
        }
    }

    @Override
    public void put(ObjectKey key, byte[] content)
            throws IOException
    {
        write(key, RequestBody.fromBytes(content));
    }

    @Override
    public void put(ObjectKey key, Path content)
            throws IOException
    {
        write(key, RequestBody.fromFile(content));
    }

    private void write(ObjectKey key, RequestBody content)
            throws IOException
    {
        try {
            clients.retrying().putObject(request -> request.bucket(bucket).key(name(key)), content);
        }
        catch (SdkException e) {
            throw failure("write", key, e);
        }
    }

    @Override
    public ListPage list(ObjectKey folder, Optional<ObjectKey> startAfter, int countMax)
            throws IOException
    {
        if (countMax < 1 || countMax > LIST_COUNT_MAX) {
            throw new IllegalArgumentException("Cannot list %s: count %s is not within 1 to %s".formatted(folder, countMax, LIST_COUNT_MAX));
        }
        try {
            String after = startAfter.map(this::name).orElse("");
            for (int attempt = 0; attempt < EMPTY_PAGES_MAX; attempt++) {
                String from = after;
                ListObjectsV2Response answer = clients.retrying().listObjectsV2(request -> {
                    request.bucket(bucket).prefix(name(folder) + "/").maxKeys(countMax);
                    if (!from.isEmpty()) {
                        request.startAfter(from);
                    }
                });
                List<ObjectHead> page = answer.contents().stream().flatMap(object -> head(object).stream()).toList();
                boolean truncated = Boolean.TRUE.equals(answer.isTruncated());
                if (!truncated || !page.isEmpty()) {
                    return new ListPage(page, truncated, date(answer));
                }
                if (answer.contents().isEmpty()) {
                    break;
                }
                after = answer.contents().get(answer.contents().size() - 1).key();
            }
            throw new IOException("Cannot list %s: the store sends pages without keys".formatted(location(folder)));
        }
        catch (SdkException e) {
            throw failure("list", folder, e);
        }
    }

    /**
     * Empty for what another tool left there and what cannot be a key of ours, such as markers of folders.
     */
    private Optional<ObjectHead> head(S3Object object)
    {
        return ObjectKey.ofForeign(object.key().substring(prefix.length())).map(key -> new ObjectHead(key, object.size(), object.lastModified()));
    }

    @Override
    public Optional<ObjectHead> head(ObjectKey key)
            throws IOException
    {
        try {
            HeadObjectResponse answer = clients.retrying().headObject(request -> request.bucket(bucket).key(name(key)));
            return Optional.of(new ObjectHead(key, answer.contentLength(), answer.lastModified()));
        }
        catch (AwsServiceException e) {
            // an answer to HEAD has no body that could say more
            if (e.statusCode() == 404) {
                return Optional.empty();
            }
            throw failure("ask for", key, e);
        }
        catch (SdkException e) {
            throw failure("ask for", key, e);
        }
    }

    @Override
    public void delete(Collection<ObjectKey> keys)
            throws IOException
    {
        List<ObjectKey> all = List.copyOf(keys);
        for (int from = 0; from < all.size(); from += DELETE_COUNT_MAX) {
            List<ObjectKey> batch = all.subList(from, Math.min(all.size(), from + DELETE_COUNT_MAX));
            try {
                if (batch.size() == 1) {
                    clients.retrying().deleteObject(request -> request.bucket(bucket).key(name(batch.get(0))));
                }
                else {
                    deleteMany(batch);
                }
            }
            catch (SdkException e) {
                throw failure("delete", batch.get(0), e);
            }
        }
    }

    private void deleteMany(List<ObjectKey> batch)
            throws IOException
    {
        List<ObjectIdentifier> names = new ArrayList<>();
        for (ObjectKey key : batch) {
            names.add(ObjectIdentifier.builder().key(name(key)).build());
        }
        DeleteObjectsResponse answer = clients.retrying().deleteObjects(request -> request.bucket(bucket).delete(Delete.builder().objects(names).quiet(true).build()));
        if (answer.hasErrors() && !answer.errors().isEmpty()) {
            throw new IOException("Cannot delete %s of %s objects: the first is s3://%s/%s: %s %s".formatted(
                    answer.errors().size(), batch.size(), bucket, answer.errors().get(0).key(), answer.errors().get(0).code(), answer.errors().get(0).message()));
        }
    }

    @Override
    public void close()
    {
        clients.close();
    }

    @Override
    public String toString()
    {
        return "s3://%s/%s".formatted(bucket, prefix);
    }

    private String name(ObjectKey key)
    {
        return prefix + key.value();
    }

    private String location(ObjectKey key)
    {
        return "s3://%s/%s".formatted(bucket, name(key));
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

    private IOException failure(String verb, ObjectKey key, SdkException e)
    {
        if (e instanceof AbortedException) {
            Thread.currentThread().interrupt();
        }
        String reason = e instanceof AwsServiceException service ? reason(service) : String.valueOf(e.getMessage());
        return new IOException("Cannot %s object %s: %s".formatted(verb, location(key), reason), e);
    }

    private static String reason(AwsServiceException e)
    {
        String code = e.awsErrorDetails() == null ? "" : " " + e.awsErrorDetails().errorCode();
        String hint = switch (e.statusCode()) {
            case 403 -> ", check the credentials and their permissions (without s3:ListBucket a missing object is refused too)";
            case 301, 307 -> ", check the region and the endpoint";
            case 501 -> ", the server does not know conditional writes";
            default -> "";
        };
        return "%s%s%s: %s".formatted(e.statusCode(), code, hint, e.getMessage());
    }

    private static boolean isUndecided(AwsServiceException e)
    {
        int status = e.statusCode();
        String code = e.awsErrorDetails() == null ? "" : String.valueOf(e.awsErrorDetails().errorCode());
        return status == 409 || status == 408 || status == 429 || (status >= 500 && status != 501) || code.equals("RequestTimeout");
    }

    private static Optional<Instant> date(ListObjectsV2Response answer)
    {
        return answer.sdkHttpResponse().firstMatchingHeader("Date").flatMap(text -> {
            try {
                return Optional.of(ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant());
            }
            catch (DateTimeException e) {
                return Optional.empty();
            }
        });
    }
}
