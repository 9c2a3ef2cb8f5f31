package io.icegate.wal.batches;

import io.icegate.objectstore.ListPage;
import io.icegate.objectstore.ObjectHead;
import io.icegate.objectstore.ObjectKey;
import io.icegate.objectstore.ObjectStore;
import io.icegate.objectstore.OwnedObject;
import io.icegate.objectstore.OwnedObject.Outcome;
import io.icegate.objectstore.OwnedObject.Settled;
import io.icegate.objectstore.RetryPolicy;
import io.icegate.objectstore.StoredObject;
import io.icegate.wal.WalEnvironment;
import io.icegate.wal.WalException;
import io.icegate.wal.WalLayout;
import org.apache.iceberg.TableMetadata;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

import static io.icegate.wal.WalException.Kind.UNAVAILABLE;
import static java.util.Objects.requireNonNull;

/**
 * Reads and writes batch indexes. They never change, so one that was read or written is remembered for as long as a share of
 * the heap holds it, the least recently used goes first. Safe for use by many threads; one per process and warehouse is best.
 */
public final class BatchIndexes
{
    private static final Logger log = LoggerFactory.getLogger(BatchIndexes.class);
    /**
     * The heap divided by this is the limit of what is remembered.
     */
    static final int HEAP_SHARE = 16;
    private static final int ATTEMPTS_MAX = 10;

    private final ObjectStore store;
    private final WalEnvironment environment;
    private final long bytesMax;
    private final LinkedHashMap<ObjectKey, BatchIndex> known = new LinkedHashMap<>(16, 0.75f, true); // guarded by itself
    private long bytes; // guarded by known

    public BatchIndexes(ObjectStore store, WalEnvironment environment)
    {
        this(store, environment, Runtime.getRuntime().maxMemory() / HEAP_SHARE);
    }

    BatchIndexes(ObjectStore store, WalEnvironment environment, long bytesMax)
    {
        this.store = requireNonNull(store, "store is null");
        this.environment = requireNonNull(environment, "environment is null");
        this.bytesMax = bytesMax;
    }

    /**
     * The index, if it can be had without asking the store.
     */
    public Optional<BatchIndex> known(UUID table, BatchIndexName name)
    {
        synchronized (known) {
            return Optional.ofNullable(known.get(WalLayout.batchIndex(table, name.text())));
        }
    }

    /**
     * The index; empty, and an error in the log, when it is gone or damaged. Copies of its batches are not recognised then,
     * which is better than a table that nobody can read or commit to for the sake of copies that probably never come.
     *
     * @throws WalException UNAVAILABLE when the store did not answer
     */
    public Optional<BatchIndex> load(UUID table, BatchIndexName name)
    {
        Optional<BatchIndex> remembered = known(table, name);
        if (remembered.isPresent()) {
            return remembered;
        }
        ObjectKey key = WalLayout.batchIndex(table, name.text());
        try {
            Optional<StoredObject> stored = store.get(key);
            if (stored.isEmpty()) {
                log.error("Cannot recognise copies of some committed batches: batch index {} is gone", key);
                return Optional.empty();
            }
            BatchIndex index = BatchIndexParser.fromJson(table, stored.orElseThrow().content());
            remember(key, index);
            return Optional.of(index);
        }
        catch (IOException e) {
            throw new WalException(UNAVAILABLE, "Cannot read batch index %s: %s".formatted(key, e.getMessage()), e);
        }
        catch (IllegalArgumentException e) {
            log.error("Cannot recognise copies of some committed batches: batch index {} is damaged: {}", key, e.getMessage());
            return Optional.empty();
        }
    }

    /**
     * Stores an index under a new name; it is durable on return. Nothing counts it until a window names it.
     *
     * @throws WalException UNAVAILABLE when the store did not answer
     */
    public BatchIndexName write(UUID table, BatchIndex index)
    {
        BatchIndexName name = BatchIndexName.random(environment.clock().instant(), environment.random());
        ObjectKey key = WalLayout.batchIndex(table, name.text());
        byte[] content = BatchIndexParser.toJson(table, index);
        Settled<StoredObject> settled = OwnedObject.settle(
                store,
                key,
                content,
                stored -> Arrays.equals(stored.content(), content),
                RetryPolicy.of(environment.waiting()).withAttemptsMax(ATTEMPTS_MAX));
        if (settled.outcome() != Outcome.OURS) {
            String reason = settled.failure().map(failure -> String.valueOf(failure.getMessage())).orElse("the name is taken");
            throw new WalException(UNAVAILABLE, "Cannot write batch index %s: %s".formatted(key, reason));
        }
        remember(key, index);
        return name;
    }

    private void remember(ObjectKey key, BatchIndex index)
    {
        synchronized (known) {
            BatchIndex replaced = known.put(key, index);
            bytes += index.bytes() - (replaced == null ? 0 : replaced.bytes());
            Iterator<BatchIndex> eldest = known.values().iterator();
            while (bytes > bytesMax && known.size() > 1) {
                bytes -= eldest.next().bytes();
                eldest.remove();
            }
        }
    }

    /**
     * The indexes of a table that nobody can need: none of the versions names them, and they are older than any commit that
     * is still under way.
     *
     * @param retained every version of the metadata that somebody may still read
     * @param olderThan by the time in their names
     * @throws WalException UNAVAILABLE when the store did not answer
     */
    public static List<ObjectKey> unreferenced(ObjectStore store, UUID table, Collection<TableMetadata> retained, Instant olderThan)
    {
        Set<ObjectKey> named = new HashSet<>();
        retained.forEach(metadata -> BatchWindow.namedBy(metadata).forEach(name -> named.add(WalLayout.batchIndex(table, name.text()))));
        List<ObjectKey> unreferenced = new ArrayList<>();
        Optional<ObjectKey> startAfter = Optional.empty();
        try {
            while (true) {
                ListPage page = store.list(WalLayout.batchIndexes(table), startAfter, ObjectStore.LIST_COUNT_MAX);
                for (ObjectHead object : page.objects()) {
                    if (!named.contains(object.key()) && isOlder(object.key(), olderThan)) {
                        unreferenced.add(object.key());
                    }
                }
                if (!page.truncated()) {
                    return unreferenced;
                }
                startAfter = Optional.of(page.objects().get(page.objects().size() - 1).key());
            }
        }
        catch (IOException e) {
            throw new WalException(UNAVAILABLE, "Cannot list batch indexes of table %s: %s".formatted(table, e.getMessage()), e);
        }
    }

    private static boolean isOlder(ObjectKey key, Instant olderThan)
    {
        try {
            return new BatchIndexName(key.name()).time().isBefore(olderThan);
        }
        catch (IllegalArgumentException e) {
            // not ours
            return false;
        }
    }
}
