package io.icegate.wal.commit;

import io.icegate.guard.CommitGuard;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableOperations;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.encryption.EncryptionManager;
import org.apache.iceberg.inmemory.InMemoryCatalog;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.LocationProvider;

import java.util.Map;
import java.util.function.Consumer;

/**
 * Iceberg's in-memory catalog with a guard in front of every commit; {@link #UNGUARDED} makes it an ordinary foreign one.
 */
final class GuardedCatalog
        extends InMemoryCatalog
{
    static final CommitGuard UNGUARDED = (base, next) -> next;

    private final CommitGuard guard;
    /**
     * Called around every swap, to lose answers or to let another go first.
     */
    private volatile SwapHook hook = Runnable::run;

    /**
     * What happens to one swap of a table's metadata.
     */
    interface SwapHook
            extends Consumer<Runnable> {}

    GuardedCatalog(CommitGuard guard)
    {
        this.guard = guard;
        initialize("test", Map.of());
    }

    void onSwap(SwapHook next)
    {
        hook = next;
    }

    @Override
    protected TableOperations newTableOps(TableIdentifier identifier)
    {
        return new GuardedOperations(super.newTableOps(identifier));
    }

    private final class GuardedOperations
            implements TableOperations
    {
        private final TableOperations delegate;

        private GuardedOperations(TableOperations delegate)
        {
            this.delegate = delegate;
        }

        @Override
        public TableMetadata current()
        {
            return delegate.current();
        }

        @Override
        public TableMetadata refresh()
        {
            return delegate.refresh();
        }

        @Override
        public void commit(TableMetadata base, TableMetadata metadata)
        {
            hook.accept(() -> delegate.commit(base, guard.check(base, metadata)));
        }

        @Override
        public FileIO io()
        {
            return delegate.io();
        }

        @Override
        public EncryptionManager encryption()
        {
            return delegate.encryption();
        }

        @Override
        public String metadataFileLocation(String fileName)
        {
            return delegate.metadataFileLocation(fileName);
        }

        @Override
        public LocationProvider locationProvider()
        {
            return delegate.locationProvider();
        }

        @Override
        public long newSnapshotId()
        {
            return delegate.newSnapshotId();
        }
    }
}
