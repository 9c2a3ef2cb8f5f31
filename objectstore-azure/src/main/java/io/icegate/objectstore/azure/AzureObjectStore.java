package io.icegate.objectstore.azure;

import com.azure.core.http.HttpHeaderName;
import com.azure.core.http.rest.PagedResponse;
import com.azure.core.util.BinaryData;
import com.azure.core.util.Context;
import com.azure.storage.blob.BlobContainerClient;
import com.azure.storage.blob.batch.BlobBatchStorageException;
import com.azure.storage.blob.models.BlobDownloadContentResponse;
import com.azure.storage.blob.models.BlobErrorCode;
import com.azure.storage.blob.models.BlobItem;
import com.azure.storage.blob.models.BlobProperties;
import com.azure.storage.blob.models.BlobRange;
import com.azure.storage.blob.models.BlobRequestConditions;
import com.azure.storage.blob.models.BlobStorageException;
import com.azure.storage.blob.models.ListBlobsOptions;
import com.azure.storage.blob.options.BlockBlobSimpleUploadOptions;
import com.azure.storage.blob.specialized.BlockBlobClient;
import io.icegate.objectstore.ListPage;
import io.icegate.objectstore.ObjectHead;
import io.icegate.objectstore.ObjectKey;
import io.icegate.objectstore.ObjectStore;
import io.icegate.objectstore.ObjectStoreAccessException;
import io.icegate.objectstore.PutOutcome;
import io.icegate.objectstore.StoredObject;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import static java.util.Objects.requireNonNull;

/**
 * Stores objects as block blobs on Azure Blob Storage, whose reads and listings are strongly consistent. The account must
 * have no hierarchical namespace: that lists folders as objects, in another order. {@link #verifyKind} asks for it, once.
 *
 * <p>A conditional write ({@code If-None-Match: *}) is sent once, with a deadline. What the answer becomes:
 * <ul>
 * <li>201 → {@code WRITTEN}; 409 {@code BlobAlreadyExists}, 412, and 403 {@code UnauthorizedBlobOverwrite} → {@code
 *     PRECONDITION_FAILED};
 * <li>408, other 409, 429, 5xx, timeouts and lost connections → {@code UNKNOWN};
 * <li>any other answer (403, no such container) → {@link ObjectStoreAccessException}.
 * </ul>
 *
 * <p>Everything else is repeated, at most five times. A listing begins at a name, inclusively, which servers know since the API
 * version 2026-02-06; one that ignores it sends the whole folder, and what lies before is left out here. Objects above 5,000
 * MiB cannot be written (there is no upload in blocks here). A range cannot be counted from the end, so {@link #tail} asks
 * twice.
 */
public final class AzureObjectStore
        implements ObjectStore
{
    /**
     * Most deletions that the server takes in one request.
     */
    private static final int DELETE_COUNT_MAX = 256;
    private static final int PAGES_MAX = 1000;
    /**
     * Most keys that the server lists in one page.
     */
    private static final int PAGE_COUNT_MAX = 5000;
    private static final HttpHeaderName HIERARCHICAL = HttpHeaderName.fromString("x-ms-is-hns-enabled");
    private static final Logger log = LoggerFactory.getLogger(AzureObjectStore.class);

    private final AzureRetries retries = new AzureRetries();
    private final AzureClients clients;
    private final AzureProperties properties;
    private final String authority;
    private final String prefix;
    private volatile boolean ignoresStart;

    private AzureObjectStore(AzureProperties properties, String authority, String prefix)
    {
        this.properties = requireNonNull(properties, "properties is null");
        this.authority = requireNonNull(authority, "authority is null");
        this.clients = AzureClients.open(properties, authority.substring(0, authority.indexOf('@')));
        this.prefix = prefix.isEmpty() ? "" : prefix + "/";
    }

    /**
     * Opens a folder of a container; nothing is asked yet.
     *
     * @param authority {@code container@account.dfs.core.windows.net}
     * @param prefix without slashes around it; empty for the whole container
     * @param properties {@code icegate.azure.endpoint} for another server, {@code adls.auth.shared-key.account.name} and
     *         {@code .key}, or {@code adls.sas-token.<host>}; what is absent comes from the usual environment of Azure. {@code
     *         icegate.azure.put-timeout-millis} bounds one conditional write, 5000 by default
     */
    public static AzureObjectStore open(String authority, String prefix, Map<String, String> properties)
    {
        String host = authority.substring(authority.indexOf('@') + 1);
        return new AzureObjectStore(AzureProperties.fromProperties(host, properties, System.getenv()), authority, prefix);
    }

    @Override
    public Optional<StoredObject> get(ObjectKey key)
            throws IOException
    {
        try {
            return Optional.of(stored(key, retries.untilDecided(() -> blob(clients.patient(), key).downloadContentWithResponse(null, null, null, Context.NONE))));
        }
        catch (RuntimeException e) {
            if (isAbsent(e)) {
                return Optional.empty();
            }
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
            BlobRange range = new BlobRange(offset, (long) length);
            return stored(key, retries.untilDecided(() -> blob(clients.patient(), key).downloadContentWithResponse(null, null, range, false, null, Context.NONE)));
        }
        catch (RuntimeException e) {
            if (isAbsent(e)) {
                throw absent(key);
            }
            if (e instanceof BlobStorageException refused && refused.getStatusCode() == 416) {
                return nothing(key);
            }
            throw failure("read", key, e);
        }
    }

    private static StoredObject stored(ObjectKey key, BlobDownloadContentResponse answer)
    {
        return new StoredObject(key, answer.getValue().toBytes(), answer.getDeserializedHeaders().getLastModified().toInstant());
    }

    @Override
    public PutOutcome putIfAbsent(ObjectKey key, byte[] content)
    {
        try {
            BlockBlobSimpleUploadOptions upload = new BlockBlobSimpleUploadOptions(BinaryData.fromBytes(content))
                    .setRequestConditions(new BlobRequestConditions().setIfNoneMatch("*"));
            blob(clients.brief(), key).uploadWithResponse(upload, properties.putTimeout(), Context.NONE);
            return PutOutcome.WRITTEN;
        }
        catch (RuntimeException e) {
            AzureRetries.restoreInterrupt(e);
            if (isTaken(e)) {
                return PutOutcome.PRECONDITION_FAILED;
            }
            if (AzureRetries.isUndecided(e)) {
                log.warn("Cannot tell whether object {} was created: {}", location(key), reason(e));
                return PutOutcome.UNKNOWN;
            }
            throw new ObjectStoreAccessException("Cannot create object %s: %s".formatted(location(key), reason(e)), e);
        }
    }

    private static boolean isTaken(RuntimeException e)
    {
        return e instanceof BlobStorageException refused && (refused.getStatusCode() == 412
                || BlobErrorCode.BLOB_ALREADY_EXISTS.equals(refused.getErrorCode())
                // said to those who may create and not overwrite
                || "UnauthorizedBlobOverwrite".equals(String.valueOf(refused.getErrorCode())));
    }

    @Override
    public void put(ObjectKey key, byte[] content)
            throws IOException
    {
        write(key, BinaryData.fromBytes(content));
    }

    @Override
    public void put(ObjectKey key, Path content)
            throws IOException
    {
        write(key, BinaryData.fromFile(content));
    }

    private void write(ObjectKey key, BinaryData content)
            throws IOException
    {
        try {
            retries.untilDecided(() -> blob(clients.patient(), key).uploadWithResponse(new BlockBlobSimpleUploadOptions(content), null, Context.NONE));
        }
        catch (RuntimeException e) {
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
        // the name to start after may be the first of the answer
        int asked = ignoresStart && startAfter.isPresent() ? PAGE_COUNT_MAX : countMax + (startAfter.isPresent() ? 1 : 0);
        ListBlobsOptions options = new ListBlobsOptions().setPrefix(name(folder) + "/").setMaxResultsPerPage(asked);
        startAfter.ifPresent(key -> options.setStartFrom(name(key)));
        try {
            List<ObjectHead> page = new ArrayList<>();
            @Nullable String token = null;
            for (int attempt = 0; attempt < PAGES_MAX; attempt++) {
                @Nullable String from = token;
                PagedResponse<BlobItem> answer = retries.untilDecided(() -> clients.patient().listBlobs(options, from, null).iterableByPage().iterator().next());
                for (BlobItem item : answer.getValue()) {
                    if (startAfter.isPresent() && ObjectKey.compareValues(item.getName(), name(startAfter.orElseThrow())) < 0) {
                        ignoresStart = true;
                    }
                    head(item).filter(head -> startAfter.isEmpty() || head.key().compareTo(startAfter.orElseThrow()) > 0).ifPresent(page::add);
                }
                token = answer.getContinuationToken();
                // where each listing begins at the beginning, it should not end early
                int enough = ignoresStart && startAfter.isPresent() ? countMax : 1;
                if (page.size() >= enough || token == null) {
                    return new ListPage(page.subList(0, Math.min(page.size(), countMax)), token != null || page.size() > countMax, date(answer));
                }
            }
        }
        catch (RuntimeException e) {
            throw failure("list", folder, e);
        }
        throw new IOException("Cannot list %s: the store sends pages without keys".formatted(location(folder)));
    }

    /**
     * True once a server sent more than it was asked for.
     */
    @Override
    public boolean listsWholeFolders()
    {
        return ignoresStart;
    }

    /**
     * Empty for what another tool left there and what cannot be a key of ours, such as markers of folders.
     */
    private Optional<ObjectHead> head(BlobItem item)
    {
        return ObjectKey.ofForeign(item.getName().substring(prefix.length()))
                .map(key -> new ObjectHead(key, item.getProperties().getContentLength(), item.getProperties().getLastModified().toInstant()));
    }

    @Override
    public Optional<ObjectHead> head(ObjectKey key)
            throws IOException
    {
        try {
            BlobProperties found = retries.untilDecided(() -> blob(clients.patient(), key).getPropertiesWithResponse(null, null, Context.NONE)).getValue();
            return Optional.of(new ObjectHead(key, found.getBlobSize(), found.getLastModified().toInstant()));
        }
        catch (RuntimeException e) {
            if (isAbsent(e)) {
                return Optional.empty();
            }
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
            if (batch.size() == 1) {
                deleteOne(batch.get(0));
            }
            else {
                deleteMany(batch);
            }
        }
    }

    private void deleteOne(ObjectKey key)
            throws IOException
    {
        try {
            retries.untilDecided(() -> blob(clients.patient(), key).deleteWithResponse(null, null, null, Context.NONE));
        }
        catch (RuntimeException e) {
            if (!isAbsent(e)) {
                throw failure("delete", key, e);
            }
        }
    }

    /**
     * One request that carries many. When it fails for other reasons than absent objects, each is deleted alone, which
     * repeats and explains.
     */
    private void deleteMany(List<ObjectKey> batch)
            throws IOException
    {
        try {
            List<String> urls = batch.stream().map(key -> blob(clients.patient(), key).getBlobUrl()).toList();
            retries.untilDecided(() -> clients.batch().deleteBlobs(urls, null, null, Context.NONE).stream().count());
        }
        catch (BlobBatchStorageException e) {
            for (BlobStorageException part : e.getBatchExceptions()) {
                if (!isAbsent(part)) {
                    for (ObjectKey key : batch) {
                        deleteOne(key);
                    }
                    return;
                }
            }
        }
        catch (RuntimeException e) {
            throw failure("delete", batch.get(0), e);
        }
    }

    /**
     * Needs the key of the account or a SAS: others may be refused, and then nothing is known.
     */
    @Override
    public void verifyKind()
            throws IOException
    {
        String hierarchical;
        try {
            // the model of the answer has it for whole accounts only, the headers for containers, too
            hierarchical = String.valueOf(retries.untilDecided(() -> clients.patient().getAccountInfoWithResponse(null, Context.NONE)).getHeaders().getValue(HIERARCHICAL));
        }
        catch (RuntimeException e) {
            if (AzureRetries.isUndecided(e)) {
                throw new IOException("Cannot ask for the kind of account of %s: %s".formatted(this, reason(e)), e);
            }
            log.info("store={} does not tell whether its account has a hierarchical namespace: {}", this, reason(e));
            return;
        }
        if (hierarchical.equalsIgnoreCase("true")) {
            throw new IllegalStateException("Cannot use %s: the storage account has a hierarchical namespace (Data Lake Storage Gen2), which lists folders as objects, and in another order. Use an account without it; of an account that has it, it cannot be taken away".formatted(this));
        }
        log.info("store={} hierarchicalNamespace={}", this, hierarchical);
    }

    @Override
    public void close() {}

    @Override
    public String toString()
    {
        return "abfss://%s/%s".formatted(authority, prefix);
    }

    private String name(ObjectKey key)
    {
        return prefix + key.value();
    }

    private String location(ObjectKey key)
    {
        return "abfss://%s/%s".formatted(authority, name(key));
    }

    private BlockBlobClient blob(BlobContainerClient container, ObjectKey key)
    {
        return container.getBlobClient(name(key)).getBlockBlobClient();
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
     * True when the store says that there is no such blob, and not only that there is nothing.
     */
    private static boolean isAbsent(RuntimeException e)
    {
        return e instanceof BlobStorageException refused && BlobErrorCode.BLOB_NOT_FOUND.equals(refused.getErrorCode());
    }

    private IOException failure(String verb, ObjectKey key, RuntimeException e)
    {
        return new IOException("Cannot %s object %s: %s".formatted(verb, location(key), reason(e)), e);
    }

    private static String reason(RuntimeException e)
    {
        if (!(e instanceof BlobStorageException refused)) {
            return String.valueOf(e.getMessage());
        }
        String hint = switch (refused.getStatusCode()) {
            case 401 -> ", check the credentials";
            case 403 -> ", check the credentials and the role, such as Storage Blob Data Contributor";
            default -> "";
        };
        return "%s %s%s".formatted(refused.getStatusCode(), refused.getErrorCode(), hint);
    }

    private static Optional<Instant> date(PagedResponse<BlobItem> answer)
    {
        return Optional.ofNullable(answer.getHeaders().getValue(HttpHeaderName.DATE)).flatMap(text -> {
            try {
                return Optional.of(ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant());
            }
            catch (DateTimeException e) {
                return Optional.empty();
            }
        });
    }
}
