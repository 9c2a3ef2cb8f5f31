package io.icegate.io;

import io.icegate.objectstore.ListPage;
import io.icegate.objectstore.ObjectHead;
import io.icegate.objectstore.ObjectKey;
import io.icegate.objectstore.ObjectStore;
import io.icegate.objectstore.Warehouse;
import io.icegate.objectstore.local.LocalObjectStore;
import io.icegate.warehouse.Warehouses;
import org.apache.iceberg.exceptions.RuntimeIOException;
import org.apache.iceberg.io.BulkDeletionFailureException;
import org.apache.iceberg.io.DelegateFileIO;
import org.apache.iceberg.io.FileInfo;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.OutputFile;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

import static java.util.Objects.requireNonNull;

/**
 * Puts Iceberg's files on the object store of a warehouse. It is opened with a {@link Warehouse}, or by Iceberg through the
 * constructor without arguments and {@link #initialize}, which needs the property {@code warehouse}. The second way opens it
 * again where it is deserialized. As {@code io-impl} of another catalog, for which {@code warehouse} means something else, it
 * takes {@code icegate.warehouse} first.
 *
 * <p>Locations outside the warehouse work too: any absolute path, any bucket with the same credentials, any named store
 * in memory. A location keeps the spelling in which it was given. Deleting an absent file succeeds.
 *
 * <p>A prefix is a folder: listing {@code …/a} shows {@code …/a/b}, never {@code …/ab}.
 */
public final class ObjectStoreFileIO
        implements DelegateFileIO
{
    /**
     * The property that names the warehouse.
     */
    public static final String WAREHOUSE_PROPERTY = "warehouse";
    /**
     * Names the warehouse where {@code warehouse} belongs to another catalog.
     */
    public static final String ICEGATE_WAREHOUSE_PROPERTY = "icegate.warehouse";

    private static final long serialVersionUID = 1;
    private static final int DELETE_BATCH_MAX = 1000;
    private static final Logger log = LoggerFactory.getLogger(ObjectStoreFileIO.class);

    private HashMap<String, String> properties = new HashMap<>();
    private transient volatile @Nullable Warehouse warehouse;
    private transient volatile @Nullable Map<String, Warehouse> others;
    private transient boolean ownsWarehouse;
    private final transient @Nullable MetadataFiles remembered;
    private final transient boolean verifies;

    /**
     * For Iceberg: call {@link #initialize} next.
     */
    public ObjectStoreFileIO()
    {
        remembered = null;
        verifies = false;
    }

    public ObjectStoreFileIO(Warehouse warehouse)
    {
        this(warehouse, Map.of());
    }

    /**
     * @param warehouse stays the caller's to close
     * @param properties open the stores of locations outside the warehouse, and this object after deserialization
     */
    public ObjectStoreFileIO(Warehouse warehouse, Map<String, String> properties)
    {
        this(warehouse, properties, null, false);
    }

    private ObjectStoreFileIO(Warehouse warehouse, Map<String, String> properties, @Nullable MetadataFiles remembered, boolean verifies)
    {
        this.remembered = remembered;
        this.verifies = verifies;
        this.warehouse = requireNonNull(warehouse, "warehouse is null");
        this.properties.putAll(properties);
        this.properties.remove(ICEGATE_WAREHOUSE_PROPERTY);
        this.properties.put(WAREHOUSE_PROPERTY, warehouse.root());
    }

    /**
     * For a process that commits again and again: reads no metadata file that it has just read or written, of up to
     * {@value MetadataFiles#BYTES_MAX} bytes together. A file that somebody else deletes can be read here for a while.
     *
     * @param warehouse stays the caller's to close
     */
    public static ObjectStoreFileIO remembering(Warehouse warehouse)
    {
        return new ObjectStoreFileIO(warehouse, Map.of(), new MetadataFiles(), false);
    }

    /**
     * For those who load tables, beside commits through this FileIO: the {@code metadata.json} that is remembered is read here too, but
     * only while the store has it, which a HEAD tells. All other files are read where they lie.
     */
    public ObjectStoreFileIO verifying()
    {
        return new ObjectStoreFileIO(warehouse(), properties, remembered, true);
    }

    @Override
    public void initialize(Map<String, String> newProperties)
    {
        if (!newProperties.containsKey(WAREHOUSE_PROPERTY) && !newProperties.containsKey(ICEGATE_WAREHOUSE_PROPERTY)) {
            throw new IllegalArgumentException("Cannot open ObjectStoreFileIO: property '%s' is missing".formatted(WAREHOUSE_PROPERTY));
        }
        properties = new HashMap<>(newProperties);
        warehouse();
    }

    @Override
    public Map<String, String> properties()
    {
        return Map.copyOf(properties);
    }

    @Override
    public InputFile newInputFile(String location)
    {
        return inputFile(location, Optional.empty());
    }

    @Override
    public InputFile newInputFile(String location, long length)
    {
        return inputFile(location, Optional.of(length));
    }

    private InputFile inputFile(String location, Optional<Long> length)
    {
        StoreLocation target = resolve(location);
        return rememberedWith(location)
                .<InputFile>map(files -> new MetadataInputFile(location, target, files, verifies))
                .orElseGet(() -> new StoreInputFile(location, target, length));
    }

    @Override
    public OutputFile newOutputFile(String location)
    {
        return new StoreOutputFile(location, resolve(location), rememberedWith(location));
    }

    private Optional<MetadataFiles> rememberedWith(String location)
    {
        boolean isOne = MetadataFiles.isOne(location) && !(verifies && location.endsWith(".avro"));
        return isOne ? Optional.ofNullable(remembered) : Optional.empty();
    }

    @Override
    public void deleteFile(String location)
    {
        rememberedWith(location).ifPresent(files -> files.forget(location));
        StoreLocation target = resolve(location);
        try {
            target.store().delete(List.of(target.key()));
        }
        catch (IOException e) {
            throw new RuntimeIOException(e, "Cannot delete file %s: %s", location, e.getMessage());
        }
    }

    @Override
    public void deleteFiles(Iterable<String> locations)
    {
        Map<ObjectStore, List<ObjectKey>> keys = new LinkedHashMap<>();
        int failed = 0;
        for (String location : locations) {
            rememberedWith(location).ifPresent(files -> files.forget(location));
            StoreLocation target = resolve(location);
            List<ObjectKey> batch = keys.computeIfAbsent(target.store(), _ignored -> new ArrayList<>());
            batch.add(target.key());
            if (batch.size() == DELETE_BATCH_MAX) {
                failed += delete(target.store(), batch);
                batch.clear();
            }
        }
        for (Map.Entry<ObjectStore, List<ObjectKey>> rest : keys.entrySet()) {
            failed += delete(rest.getKey(), rest.getValue());
        }
        if (failed > 0) {
            throw new BulkDeletionFailureException(failed);
        }
    }

    private static int delete(ObjectStore store, List<ObjectKey> keys)
    {
        if (keys.isEmpty()) {
            return 0;
        }
        try {
            store.delete(keys);
            return 0;
        }
        catch (IOException e) {
            log.warn("Cannot delete {} files, the first is {}", keys.size(), keys.get(0), e);
            return keys.size();
        }
    }

    @Override
    public Iterable<FileInfo> listPrefix(String prefix)
    {
        Folder folder = folder(prefix);
        return () -> new FileInfos(folder);
    }

    @Override
    public void deletePrefix(String prefix)
    {
        List<String> locations = new ArrayList<>();
        for (FileInfo file : listPrefix(prefix)) {
            locations.add(file.location());
            if (locations.size() == DELETE_BATCH_MAX) {
                deleteFiles(locations);
                locations.clear();
            }
        }
        deleteFiles(locations);
    }

    @Override
    public void close()
    {
        List<Warehouse> closing = new ArrayList<>();
        Map<String, Warehouse> opened = others;
        if (opened != null) {
            closing.addAll(opened.values());
        }
        Warehouse current = warehouse;
        if (ownsWarehouse && current != null) {
            closing.add(current);
        }
        for (Warehouse each : closing) {
            try {
                each.store().close();
            }
            catch (IOException e) {
                throw new UncheckedIOException("Cannot close the store of %s: %s".formatted(each.root(), e.getMessage()), e);
            }
        }
    }

    private Warehouse warehouse()
    {
        Warehouse current = warehouse;
        return current != null ? current : openWarehouse();
    }

    private synchronized Warehouse openWarehouse()
    {
        Warehouse current = warehouse;
        if (current == null) {
            String location = properties.getOrDefault(ICEGATE_WAREHOUSE_PROPERTY, properties.get(WAREHOUSE_PROPERTY));
            if (location == null) {
                throw new IllegalStateException("Cannot use ObjectStoreFileIO: it was not initialized");
            }
            current = Warehouses.open(location, properties);
            ownsWarehouse = true;
            warehouse = current;
        }
        return current;
    }

    private synchronized Map<String, Warehouse> others()
    {
        Map<String, Warehouse> current = others;
        if (current == null) {
            current = new ConcurrentHashMap<>();
            others = current;
        }
        return current;
    }

    private Warehouse other(String root)
    {
        if (root.equals("file:/")) {
            // not Warehouses.open: a warehouse may not be the whole file system, a location may lie anywhere
            return others().computeIfAbsent(root, _ignored -> new Warehouse("file:", new LocalObjectStore(Path.of("/"))));
        }
        return others().computeIfAbsent(root, _ignored -> Warehouses.open(root, properties));
    }

    ObjectKey objectKey(String location)
    {
        return resolve(location).key();
    }

    private StoreLocation resolve(String location)
    {
        Optional<ObjectKey> inside = warehouse().key(location);
        if (inside.isPresent()) {
            return new StoreLocation(warehouse().store(), inside.orElseThrow());
        }
        String canonical = Warehouses.canonical(location);
        inside = warehouse().key(canonical);
        if (inside.isPresent()) {
            return new StoreLocation(warehouse().store(), inside.orElseThrow());
        }
        Warehouse other = other(Warehouses.widestRoot(canonical));
        return new StoreLocation(other.store(), other.key(canonical)
                .orElseThrow(() -> new IllegalArgumentException("Cannot use location '%s': it names no object".formatted(location))));
    }

    private Folder folder(String prefix)
    {
        int end = prefix.length();
        while (end > 1 && prefix.charAt(end - 1) == '/') {
            end--;
        }
        String spelled = prefix.substring(0, end);
        return new Folder(spelled, resolve(spelled));
    }

    private record Folder(String spelled, StoreLocation target) {}

    /**
     * The files of a folder, page by page.
     */
    private static final class FileInfos
            implements Iterator<FileInfo>
    {
        private final Folder folder;
        private Iterator<ObjectHead> page = List.<ObjectHead>of().iterator();
        private Optional<ObjectKey> last = Optional.empty();
        private boolean more = true;

        private FileInfos(Folder folder)
        {
            this.folder = folder;
        }

        @Override
        public boolean hasNext()
        {
            while (!page.hasNext() && more) {
                try {
                    ListPage next = folder.target().store().list(folder.target().key(), last, ObjectStore.LIST_COUNT_MAX);
                    page = next.objects().iterator();
                    more = next.truncated();
                }
                catch (IOException e) {
                    throw new RuntimeIOException(e, "Cannot list %s: %s", folder.spelled(), e.getMessage());
                }
            }
            return page.hasNext();
        }

        @Override
        public FileInfo next()
        {
            if (!hasNext()) {
                throw new NoSuchElementException("Cannot list %s further: it is at its end".formatted(folder.spelled()));
            }
            ObjectHead head = page.next();
            last = Optional.of(head.key());
            String below = head.key().value().substring(folder.target().key().value().length());
            return new FileInfo(folder.spelled() + below, head.size(), head.lastModified().toEpochMilli());
        }
    }
}
