package io.icegate.objectstore;

import java.io.Closeable;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Optional;

/**
 * The port to an object store: what the catalog log and the WAL need and nothing more. Every implementation is safe for
 * use by many threads.
 *
 * <p>Guaranteed: {@link #putIfAbsent} is atomic across processes, an object is visible whole or not at all, reads and
 * listings see every write that was acknowledged before they began. Not guaranteed: any order between objects, atomic
 * change of two objects, compare-and-swap (there is none).
 *
 * <p>An {@link IOException} means that the store could not be asked or did not answer; it never means "absent".
 */
public interface ObjectStore
        extends Closeable
{
    /**
     * Most keys that one page may hold.
     */
    int LIST_COUNT_MAX = 1000;

    /**
     * The whole object; empty means that it definitely does not exist.
     */
    Optional<StoredObject> get(ObjectKey key)
            throws IOException;

    /**
     * Bytes {@code [offset, offset + length)}, cut at the end of the object.
     *
     * @throws java.io.FileNotFoundException when the object does not exist
     */
    StoredObject read(ObjectKey key, long offset, int length)
            throws IOException;

    /**
     * The last bytes of an object, whose size the caller need not know; empty means that it definitely does not exist. Stores
     * that can do so answer in one request: where that is charged for, asking for a name costs a tenth of a listing.
     *
     * @param length above 0
     */
    default Optional<ObjectTail> tail(ObjectKey key, int length)
            throws IOException
    {
        Optional<ObjectHead> head = head(key);
        if (head.isEmpty()) {
            return Optional.empty();
        }
        long size = head.orElseThrow().size();
        int available = (int) Math.min(length, size);
        try {
            return Optional.of(new ObjectTail(head.orElseThrow(), read(key, size - available, available).content()));
        }
        catch (FileNotFoundException e) {
            return Optional.empty(); // deleted meanwhile
        }
    }

    /**
     * Creates the object unless the key is taken. Atomic: of any number of callers, in any number of processes, at most
     * one ever gets {@link PutOutcome#WRITTEN}. Never retried inside.
     */
    PutOutcome putIfAbsent(ObjectKey key, byte[] content);

    /**
     * Writes or overwrites, last writer wins. For heartbeats, probes of the clock and data files only: never below {@code _catalog}, never a segment.
     */
    void put(ObjectKey key, byte[] content)
            throws IOException;

    /**
     * As {@link #put(ObjectKey, byte[])} for content that lies in a file and need not fit into memory.
     */
    default void put(ObjectKey key, Path content)
            throws IOException
    {
        put(key, Files.readAllBytes(content));
    }

    /**
     * Keys below a folder, at any depth, in key order.
     *
     * @param startAfter exclusive lower bound
     * @param countMax at most this many, 1 to {@link #LIST_COUNT_MAX}
     */
    ListPage list(ObjectKey folder, Optional<ObjectKey> startAfter, int countMax)
            throws IOException;

    /**
     * True when a listing costs as much as its folder holds, whatever it returns. Callers that know the names of a folder that
     * grows then ask for each.
     */
    default boolean listsWholeFolders()
    {
        return false;
    }

    /**
     * Size and time of an object; empty means that it definitely does not exist.
     */
    Optional<ObjectHead> head(ObjectKey key)
            throws IOException;

    /**
     * Deletes objects; absent ones are fine. Not atomic: after an exception any subset may be gone.
     */
    void delete(Collection<ObjectKey> keys)
            throws IOException;

    /**
     * Asks the provider what kind of store this is, where some kinds cannot hold a catalog. {@link StoreSelfCheck} does so first, and then
     * looks for itself.
     *
     * @throws IllegalStateException when it is of such a kind
     * @throws IOException when the store does not answer
     */
    default void verifyKind()
            throws IOException
    {}
}
