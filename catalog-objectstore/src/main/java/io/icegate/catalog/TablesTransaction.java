package io.icegate.catalog;

import io.icegate.catalog.log.CatalogCommitResult;
import io.icegate.catalog.log.CatalogLog;
import io.icegate.catalog.log.ChangeScope;
import io.icegate.catalog.state.CatalogChange;
import io.icegate.catalog.state.CatalogChange.ObjectChange;
import io.icegate.catalog.state.CatalogChanges;
import io.icegate.catalog.state.CatalogObject;
import io.icegate.catalog.state.CatalogState;
import io.icegate.catalog.state.ObjectKind;
import org.apache.iceberg.CatalogUtil;
import org.apache.iceberg.MetadataUpdate;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.UpdateRequirement;
import org.apache.iceberg.catalog.TableCommit;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.apache.iceberg.exceptions.CommitStateUnknownException;
import org.apache.iceberg.exceptions.NoSuchTableException;
import org.apache.iceberg.io.FileIO;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

import static java.util.Objects.requireNonNull;

/**
 * Changes several tables at once. The caller's thread checks the requirements and writes the metadata files; then one
 * function moves all pointers. If a pointer moved meanwhile, only the tables that moved are checked and written again. A
 * requirement that fails ends the transaction.
 *
 * <p>The first attempt builds on what this process knows, without a look at the log: when that is old, a pointer has moved. What
 * it refuses may be allowed by now, so only the newest state refuses.
 */
final class TablesTransaction
{
    private static final Logger logger = LoggerFactory.getLogger(TablesTransaction.class);
    private static final int ATTEMPTS_MAX = 16;

    private final ObjectStoreCatalog catalog;
    private final CatalogLog log;
    private final FileIO io;
    private final List<TableCommit> commits;
    private final Map<TableIdentifier, Prepared> prepared = new LinkedHashMap<>();

    TablesTransaction(ObjectStoreCatalog catalog, CatalogLog log, FileIO io, List<TableCommit> commits)
    {
        this.catalog = catalog;
        this.log = log;
        this.io = io;
        this.commits = List.copyOf(commits);
        Set<TableIdentifier> identifiers = new HashSet<>();
        for (TableCommit commit : commits) {
            if (!identifiers.add(commit.identifier())) {
                throw new IllegalArgumentException("Cannot commit transaction: table %s is in it twice".formatted(commit.identifier()));
            }
        }
    }

    /**
     * What one table becomes.
     *
     * @param base metadata that it was built from; null for a new table
     * @param next what is read from its new file, or the base when the updates change nothing
     * @param after empty when the updates change nothing
     */
    private record Prepared(@Nullable TableMetadata base, TableMetadata next, Optional<CatalogObject> after)
    {
        private Optional<String> before()
        {
            return Optional.ofNullable(base).map(TableMetadata::metadataFileLocation);
        }
    }

    CatalogCommitResult commit(String id, Optional<String> digest)
    {
        CatalogCommitResult result = move(id, digest);
        if (!result.isRepetition()) {
            deleteReplaced();
        }
        return result;
    }

    private CatalogCommitResult move(String id, Optional<String> digest)
    {
        boolean isPrepared = tryPrepare(id, log.recentState());
        for (int attempt = 1; ; attempt++) {
            try {
                if (!isPrepared) {
                    CatalogState state = catalog.state();
                    if (state.transactions().version(id).isEmpty()) {
                        prepare(state);
                    }
                }
                isPrepared = false;
                CatalogCommitResult result = log.commit(id, digest, scope(), this::changes);
                deleteUnused(result);
                return result;
            }
            catch (CommitStateUnknownException e) {
                throw e;
            }
            catch (PointerMovedException e) {
                if (attempt == ATTEMPTS_MAX) {
                    deleteAll();
                    throw e;
                }
            }
            catch (RuntimeException e) {
                deleteAll();
                throw e;
            }
        }
    }

    /**
     * What a table is after the commit.
     */
    TableMetadata current(TableIdentifier identifier)
    {
        return requireNonNull(prepared.get(identifier), "the table is not in this transaction").next;
    }

    /**
     * @return false when a state that is not the newest does not allow it
     */
    private boolean tryPrepare(String id, CatalogState state)
    {
        if (state.transactions().version(id).isPresent()) {
            return false;
        }
        try {
            prepare(state);
            return true;
        }
        catch (RuntimeException e) {
            logger.debug("Cannot prepare on catalog version {}: {}", state.version(), e.toString());
            return false;
        }
    }

    private void prepare(CatalogState state)
    {
        for (TableCommit commit : commits) {
            Optional<String> location = state.object(commit.identifier(), ObjectKind.TABLE).map(CatalogObject::metadataLocation);
            Prepared earlier = prepared.get(commit.identifier());
            if (earlier != null && earlier.before().equals(location)) {
                continue;
            }
            if (earlier != null) {
                prepared.remove(commit.identifier());
                earlier.after.ifPresent(after -> deleteQuietly(after.metadataLocation()));
            }
            prepared.put(commit.identifier(), prepare(state, commit));
        }
    }

    private Prepared prepare(CatalogState state, TableCommit commit)
    {
        ObjectStoreTableOperations operations = catalog.newTableOperations(commit.identifier(), () -> state);
        boolean create = commit.requirements().stream().anyMatch(UpdateRequirement.AssertTableDoesNotExist.class::isInstance);
        TableMetadata base = operations.refresh();
        if (base == null && !create) {
            throw new NoSuchTableException("Table does not exist: %s", commit.identifier());
        }
        for (UpdateRequirement requirement : commit.requirements()) {
            requirement.validate(base);
        }
        TableMetadata next = build(base, commit.updates());
        if (base != null && next.changes().isEmpty()) {
            return new Prepared(base, base, Optional.empty());
        }
        TableMetadata guarded = catalog.guard(base, next);
        String location = operations.write(guarded);
        return new Prepared(base, ObjectStoreTableOperations.asRead(guarded, location), Optional.of(catalog.tableObject(guarded, location)));
    }

    private static TableMetadata build(@Nullable TableMetadata base, List<MetadataUpdate> updates)
    {
        TableMetadata.Builder builder = base == null
                ? updates.stream()
                  .filter(MetadataUpdate.UpgradeFormatVersion.class::isInstance)
                  .map(update -> TableMetadata.buildFromEmpty(((MetadataUpdate.UpgradeFormatVersion) update).formatVersion()))
                  .findFirst()
                  .orElseGet(TableMetadata::buildFromEmpty)
                : TableMetadata.buildFrom(base);
        updates.forEach(update -> update.applyTo(builder));
        return builder.build();
    }

    /**
     * A table that is only looked at must be what it is when the others move.
     */
    private ChangeScope scope()
    {
        return prepared.values().stream().allMatch(table -> table.after.isPresent()) ? ChangeScope.MOVED : ChangeScope.CATALOG;
    }

    private List<CatalogChange> changes(CatalogState state)
    {
        List<CatalogChange> changes = new ArrayList<>();
        for (Map.Entry<TableIdentifier, Prepared> entry : prepared.entrySet()) {
            Prepared table = entry.getValue();
            Optional<CatalogObject> present = state.object(entry.getKey());
            if (present.isPresent() && present.orElseThrow().kind() == ObjectKind.TABLE && !present.map(CatalogObject::metadataLocation).equals(table.before())) {
                throw new PointerMovedException(entry.getKey());
            }
            if (table.after.isPresent()) {
                changes.addAll(CatalogChanges.put(state, entry.getKey(), table.after.orElseThrow(), table.before()));
            }
            else if (present.isEmpty()) {
                throw new NoSuchTableException("Table does not exist: %s", entry.getKey());
            }
        }
        return changes;
    }

    /**
     * Deletes files that lost against another attempt with the same id.
     */
    private void deleteUnused(CatalogCommitResult result)
    {
        Set<Optional<String>> used = new HashSet<>();
        for (CatalogChange change : result.changes()) {
            if (change instanceof ObjectChange object) {
                used.add(object.after());
            }
        }
        for (Prepared table : prepared.values()) {
            Optional<String> location = table.after.map(CatalogObject::metadataLocation);
            if (location.isPresent() && !used.contains(location)) {
                deleteQuietly(location.orElseThrow());
            }
        }
    }

    /**
     * Deletes old metadata files of tables that ask for it, as Iceberg does after each commit of one table.
     */
    private void deleteReplaced()
    {
        for (Prepared table : prepared.values()) {
            try {
                CatalogUtil.deleteRemovedMetadataFiles(io, table.base, table.next);
            }
            catch (RuntimeException e) {
                logger.warn("Cannot delete metadata files that {} replaced: {}", table.next.metadataFileLocation(), e.toString());
            }
        }
    }

    private void deleteAll()
    {
        for (Prepared table : prepared.values()) {
            table.after.ifPresent(after -> deleteQuietly(after.metadataLocation()));
        }
    }

    /**
     * Deletes a file that no table uses. If that fails it stays as garbage; the outcome of the transaction is another matter.
     */
    private void deleteQuietly(String location)
    {
        try {
            io.deleteFile(location);
        }
        catch (RuntimeException e) {
            logger.warn("Cannot delete {}, which no table uses: {}", location, e.toString());
        }
    }

    private static final class PointerMovedException
            extends CommitFailedException
    {
        private static final long serialVersionUID = 1;

        private PointerMovedException(TableIdentifier identifier)
        {
            super("Cannot commit transaction: table %s has been concurrently modified", identifier);
        }
    }
}
