package io.icegate.catalog.state;

import io.icegate.catalog.state.CatalogChange.NamespaceChange;
import io.icegate.catalog.state.CatalogChange.ObjectChange;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.AlreadyExistsException;
import org.apache.iceberg.exceptions.ValidationException;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Map.Entry;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

import static java.util.Collections.unmodifiableSet;
import static java.util.Objects.requireNonNull;

/**
 * Holds the whole catalog at one version of the log. It is immutable, and cheap to derive from the version before it.
 */
public final class CatalogState
{
    public static final Comparator<Namespace> NAMESPACE_ORDER = (left, right) -> {
        int common = Math.min(left.length(), right.length());
        for (int i = 0; i < common; i++) {
            int compared = left.level(i).compareTo(right.level(i));
            if (compared != 0) {
                return compared;
            }
        }
        return Integer.compare(left.length(), right.length());
    };

    private static final CatalogState EMPTY = new CatalogState(
            0,
            0,
            PersistentMap.empty(NAMESPACE_ORDER),
            PersistentMap.empty(NAMESPACE_ORDER),
            PersistentMap.empty(Comparator.<UUID>naturalOrder()),
            Folders.Owners.none(),
            TransactionWindow.empty());

    private final long version;
    private final long timestampMillis;
    private final PersistentMap<Namespace, Map<String, String>> namespaces;
    private final PersistentMap<Namespace, PersistentMap<String, CatalogObject>> objects;
    private final PersistentMap<UUID, TableIdentifier> tablesByUuid;
    private final Folders.Owners<TableIdentifier> folders;
    private final TransactionWindow transactions;

    private CatalogState(
            long version,
            long timestampMillis,
            PersistentMap<Namespace, Map<String, String>> namespaces,
            PersistentMap<Namespace, PersistentMap<String, CatalogObject>> objects,
            PersistentMap<UUID, TableIdentifier> tablesByUuid,
            Folders.Owners<TableIdentifier> folders,
            TransactionWindow transactions)
    {
        this.version = version;
        this.timestampMillis = timestampMillis;
        this.namespaces = namespaces;
        this.objects = objects;
        this.tablesByUuid = tablesByUuid;
        this.folders = folders;
        this.transactions = transactions;
    }

    /**
     * The state before the first record.
     */
    public static CatalogState empty()
    {
        return EMPTY;
    }

    /**
     * Number of the last record in this state; 0 before the first.
     */
    public long version()
    {
        return version;
    }

    /**
     * Time of the last record; the epoch before the first. It grows with every version, even if a writer's clock went back.
     */
    public Instant timestamp()
    {
        return Instant.ofEpochMilli(timestampMillis);
    }

    /**
     * Every namespace that exists, parents before children.
     */
    public Set<Namespace> namespaces()
    {
        Set<Namespace> found = new LinkedHashSet<>();
        namespaces.forEach(entry -> found.add(entry.getKey()));
        return unmodifiableSet(found);
    }

    /**
     * Returns true for a namespace that was created. The empty namespace is the root of the catalog. It may hold tables, but it
     * is not listed.
     */
    public boolean namespaceExists(Namespace namespace)
    {
        return namespaces.containsKey(namespace);
    }

    /**
     * Properties of a namespace; none when it does not exist.
     */
    public Map<String, String> properties(Namespace namespace)
    {
        return namespaces.get(namespace).orElse(Map.of());
    }

    /**
     * Tables directly in the namespace, in the order of their names.
     */
    public List<TableIdentifier> tables(Namespace namespace)
    {
        return identifiers(namespace, ObjectKind.TABLE);
    }

    /**
     * Views directly in the namespace, in the order of their names.
     */
    public List<TableIdentifier> views(Namespace namespace)
    {
        return identifiers(namespace, ObjectKind.VIEW);
    }

    private List<TableIdentifier> identifiers(Namespace namespace, ObjectKind kind)
    {
        List<TableIdentifier> found = new ArrayList<>();
        objects.get(namespace).ifPresent(inside -> inside.forEach(entry -> {
            if (entry.getValue().kind() == kind) {
                found.add(TableIdentifier.of(namespace, entry.getKey()));
            }
        }));
        return List.copyOf(found);
    }

    /**
     * What the name stands for.
     */
    public Optional<CatalogObject> object(TableIdentifier identifier)
    {
        return objects.get(identifier.namespace()).flatMap(inside -> inside.get(identifier.name()));
    }

    public Optional<CatalogObject> object(TableIdentifier identifier, ObjectKind kind)
    {
        return object(identifier).filter(object -> object.kind() == kind);
    }

    /**
     * Where the table of this UUID is now; empty when it was dropped or never was.
     */
    public Optional<TableIdentifier> tableByUuid(UUID uuid)
    {
        return tablesByUuid.get(uuid);
    }

    /**
     * The table or view that owns a folder at, in or around the path.
     *
     * @param path in the catalog's spelling
     */
    public Optional<TableIdentifier> folderOwner(String path)
    {
        return folders.overlapping(path).map(Entry::getValue);
    }

    public long timestampMillis()
    {
        return timestampMillis;
    }

    public PersistentMap<Namespace, Map<String, String>> namespaceProperties()
    {
        return namespaces;
    }

    public PersistentMap<Namespace, PersistentMap<String, CatalogObject>> objects()
    {
        return objects;
    }

    public TransactionWindow transactions()
    {
        return transactions;
    }

    /**
     * This state with a transaction applied, still at the same version: the working copy of a commit.
     *
     * @throws AlreadyExistsException when a table would appear under two names
     * @throws ValidationException when a folder would belong to two tables or views
     * @throws IllegalStateException when a change does not start from what is there
     */
    public CatalogState with(List<CatalogChange> changes)
    {
        CatalogState next = this;
        for (CatalogChange change : changes) {
            if (change instanceof ObjectChange object) {
                next = next.with(object);
            }
            else if (change instanceof NamespaceChange namespace) {
                next = next.with(namespace);
            }
        }
        return next;
    }

    private CatalogState with(NamespaceChange change)
    {
        PersistentMap<Namespace, Map<String, String>> next = change.properties()
                .map(properties -> namespaces.with(change.namespace(), properties))
                .orElseGet(() -> namespaces.without(change.namespace()));
        return new CatalogState(version, timestampMillis, next, objects, tablesByUuid, folders, transactions);
    }

    private CatalogState with(ObjectChange change)
    {
        TableIdentifier identifier = change.identifier();
        Optional<CatalogObject> present = object(identifier);
        if (!present.map(CatalogObject::metadataLocation).equals(change.before()) || present.filter(object -> object.kind() != change.kind()).isPresent()) {
            throw new IllegalStateException("Cannot change %s %s: the change starts from %s but the catalog has %s".formatted(
                    change.kind().text(), identifier, change.before(), present));
        }
        PersistentMap<UUID, TableIdentifier> byUuid = tablesByUuid;
        Folders before = present.map(object -> Folders.of(object.folders())).orElse(Folders.NONE);
        Folders.Owners<TableIdentifier> owners = folders;
        if (present.isPresent() && present.orElseThrow().kind() == ObjectKind.TABLE) {
            byUuid = byUuid.without(present.orElseThrow().uuid());
        }
        PersistentMap<String, CatalogObject> inside = objects.get(identifier.namespace()).orElseGet(() -> PersistentMap.empty(Comparator.<String>naturalOrder()));
        if (change.after().isEmpty()) {
            inside = inside.without(identifier.name());
        }
        else {
            inside = inside.with(identifier.name(), new CatalogObject(change.kind(), change.uuid(), change.after().orElseThrow(), change.folders()));
            if (change.kind() == ObjectKind.TABLE) {
                byUuid.get(change.uuid()).ifPresent(other -> {
                    throw new AlreadyExistsException("Cannot add table %s: table %s already exists as %s", identifier, change.uuid(), other);
                });
                byUuid = byUuid.with(change.uuid(), identifier);
            }
        }
        Folders after = Folders.of(change.folders());
        if (!after.equals(before)) {
            owners = owners.without(before);
            verifyFree(change, owners, after, before);
            owners = owners.with(after, identifier);
        }
        return new CatalogState(
                version,
                timestampMillis,
                namespaces,
                inside.isEmpty() ? objects.without(identifier.namespace()) : objects.with(identifier.namespace(), inside),
                byUuid,
                owners,
                transactions);
    }

    /**
     * Keeps the files of other tables and views out of the folders. DROP and orphan removal delete everything in there.
     */
    private static void verifyFree(ObjectChange change, Folders.Owners<TableIdentifier> others, Folders after, Folders before)
    {
        for (String path : after.paths()) {
            if (!before.covers(path)) {
                others.overlapping(path).ifPresent(other -> {
                    throw new ValidationException(
                            "Cannot use location %s for %s %s: %s, at %s, exists and lies at, in or around it",
                            path,
                            change.kind().text(),
                            change.identifier(),
                            other.getValue(),
                            other.getKey());
                });
            }
        }
    }

    /**
     * This working copy as the state after a record whose transactions all took effect.
     */
    public CatalogState closed(CatalogRecord record, Duration idempotencyWindow)
    {
        return closed(record, record.transactions(), idempotencyWindow);
    }

    private CatalogState closed(CatalogRecord record, List<CatalogTransaction> effective, Duration idempotencyWindow)
    {
        List<String> ids = effective.stream().map(CatalogTransaction::id).toList();
        return new CatalogState(
                record.version(),
                record.timestampMillis(),
                namespaces,
                objects,
                tablesByUuid,
                folders,
                transactions.with(record.version(), record.timestampMillis(), ids).expired(record.timestampMillis() - idempotencyWindow.toMillis()));
    }

    /**
     * The state after a record that was read from the log. Its time is later than that of this state, whatever the record says:
     * the one before may have been capped, or was not known to the writer.
     *
     * @throws IllegalStateException when the record cannot follow this state
     */
    public CatalogState replay(CatalogRecord record, Duration idempotencyWindow)
    {
        if (record.version() != version + 1) {
            throw new IllegalStateException("Cannot apply catalog record %s: it does not follow version %s".formatted(record.version(), version));
        }
        Applied applied = apply(record);
        CatalogRecord timed = record.timestampMillis() > timestampMillis ? record : record.at(timestampMillis + 1);
        return applied.state.closed(timed, applied.effective, idempotencyWindow);
    }

    /**
     * Those transactions of the next record that take effect: all of them, but for a record that was offered ahead. Of such a
     * one, those that find what they expect, after the ones before them. It depends on the log alone.
     *
     * @throws IllegalStateException when the record cannot follow this state
     */
    public List<CatalogTransaction> effective(CatalogRecord record)
    {
        return record.ahead() == 0 ? record.transactions() : apply(record).effective;
    }

    private record Applied(CatalogState state, List<CatalogTransaction> effective) {}

    private Applied apply(CatalogRecord record)
    {
        CatalogState next = this;
        List<CatalogTransaction> effective = new ArrayList<>(record.transactions().size());
        Set<String> ids = new HashSet<>();
        for (CatalogTransaction transaction : record.transactions()) {
            boolean isVoid = record.ahead() > 0 && (ids.contains(transaction.id()) || !next.hasWhatMoves(transaction));
            if (isVoid) {
                continue;
            }
            try {
                next = next.with(transaction.changes());
            }
            catch (RuntimeException e) {
                if (record.ahead() > 0 && e instanceof ValidationException) {
                    continue; // somebody took the folder meanwhile
                }
                throw new IllegalStateException("Cannot apply catalog record %s: %s".formatted(record.version(), e.getMessage()), e);
            }
            effective.add(transaction);
            ids.add(transaction.id());
        }
        return new Applied(next, List.copyOf(effective));
    }

    /**
     * Whether everything is where a transaction of moves found it, and the transaction was not committed before.
     */
    private boolean hasWhatMoves(CatalogTransaction transaction)
    {
        return transactions.version(transaction.id()).isEmpty() && transaction.changes().stream()
                .map(ObjectChange.class::cast)
                .allMatch(change -> object(change.identifier(), change.kind())
                        .filter(present -> present.uuid().equals(change.uuid()))
                        .map(CatalogObject::metadataLocation)
                        .equals(change.before()));
    }

    /**
     * The state that a checkpoint holds.
     */
    public static CatalogState restored(
            long version,
            long timestampMillis,
            PersistentMap<Namespace, Map<String, String>> namespaces,
            PersistentMap<Namespace, PersistentMap<String, CatalogObject>> objects,
            TransactionWindow transactions)
    {
        PersistentMap<UUID, TableIdentifier> byUuid = EMPTY.tablesByUuid;
        Folders.Owners<TableIdentifier> owners = EMPTY.folders;
        for (Entry<Namespace, PersistentMap<String, CatalogObject>> inside : objects) {
            for (Entry<String, CatalogObject> object : inside.getValue()) {
                TableIdentifier identifier = TableIdentifier.of(inside.getKey(), object.getKey());
                owners = owners.with(Folders.of(object.getValue().folders()), identifier);
                if (object.getValue().kind() == ObjectKind.TABLE) {
                    byUuid = byUuid.with(object.getValue().uuid(), identifier);
                }
            }
        }
        return new CatalogState(version, timestampMillis, namespaces, objects, byUuid, owners, requireNonNull(transactions, "transactions is null"));
    }

    @Override
    public String toString()
    {
        return "CatalogState{version=%s, timestamp=%s}".formatted(version, timestamp());
    }
}
