package io.icegate.trino;

import com.google.inject.Inject;
import io.icegate.objectstore.Warehouse;
import io.icegate.wal.OffsetsDisagreeException;
import io.icegate.wal.SegmentCodec;
import io.icegate.wal.WalEnvironment;
import io.icegate.wal.WalException;
import io.icegate.wal.commit.CommitOptions;
import io.icegate.wal.commit.CommitResult;
import io.icegate.wal.engine.EngineWal;
import io.icegate.wal.engine.WalBacklogException;
import io.icegate.wal.read.LiveTail;
import io.trino.plugin.iceberg.ForIcebergSplitManager;
import io.trino.spi.TrinoException;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableMetadata;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.function.Supplier;

import static com.google.common.collect.ImmutableList.toImmutableList;
import static io.icegate.trino.Guard.DUPLICATES;
import static io.icegate.trino.Guard.SEQUENCE_NUMBER;
import static io.icegate.trino.IceGateErrorCode.ICEGATE_OFFSETS_DISAGREE;
import static io.icegate.trino.IceGateErrorCode.ICEGATE_STORE_UNAVAILABLE;
import static io.icegate.trino.IceGateErrorCode.ICEGATE_TOO_MANY_LIVE_SEGMENTS;
import static io.icegate.trino.IceGateErrorCode.ICEGATE_WAL_COMMIT_FAILED;
import static io.icegate.trino.IceGateErrorCode.ICEGATE_WAL_CORRUPT;
import static java.util.Objects.requireNonNull;

/**
 * The WAL as the connector uses it: pins the live rows of a table and commits them.
 */
public final class WalReads
{
    private final EngineWal wal;
    private final RowLevelChanges rowLevelChanges;
    private final int liveSegmentsMax;
    private final Guards guards;

    @Inject
    WalReads(IceGateConfig config, Warehouse warehouse, SegmentCodec codec, @ForIcebergSplitManager ExecutorService executor, Guards guards)
    {
        wal = new EngineWal(warehouse, codec, WalEnvironment.system(executor), EngineWal.Limits.DEFAULT.withFootersMax(config.getFooterCacheSize()));
        rowLevelChanges = config.getRowLevelChanges();
        liveSegmentsMax = config.getMaxLiveSegments();
        this.guards = requireNonNull(guards, "guards is null");
    }

    boolean isWalTable(Map<String, String> properties)
    {
        return EngineWal.isWalTable(properties);
    }

    RowLevelChanges rowLevelChanges()
    {
        return rowLevelChanges;
    }

    /**
     * The rows that are durable behind this metadata.
     */
    WalPin pin(TableMetadata metadata)
    {
        return translate(metadata.location(), () -> {
            LiveTail tail = wal.tail(metadata);
            if (tail.segments().size() > liveSegmentsMax) {
                throw new TrinoException(ICEGATE_TOO_MANY_LIVE_SEGMENTS, "Cannot read table %s: %s segments wait to be committed, more than %s; CALL icegate.system.commit_wal first".formatted(
                        metadata.location(), tail.segments().size(), liveSegmentsMax));
            }
            return new WalPin(metadata, tail, wal.files(metadata, tail).stream()
                    .map(file -> liveFile(metadata, file))
                    .collect(toImmutableList()));
        });
    }

    private LiveFile liveFile(TableMetadata metadata, io.icegate.wal.read.LiveFile live)
    {
        long sequence = metadata.lastSequenceNumber() + 1;
        Optional<DeleteFile> duplicates = live.deletes()
                .filter(_ -> guards.on(DUPLICATES))
                .map(file -> new LiveDeleteFile(file, sequence));
        return new LiveFile(live.segment(), guards.on(SEQUENCE_NUMBER) ? new LiveDataFile(live.file(), sequence) : live.file(), duplicates);
    }

    /**
     * Commits what waits, sealing silent writers first.
     */
    CommitResult commit(Table table)
    {
        return translate(table.name(), () -> wal.commit(table, CommitOptions.DEFAULT));
    }

    /**
     * Commits every row that was durable before, those of any pin included. Refreshes the table.
     */
    void drain(Table table)
    {
        translate(table.name(), () -> wal.drain(table));
    }

    private static <T> T translate(String table, Supplier<T> action)
    {
        try {
            return action.get();
        }
        catch (WalException e) {
            IceGateErrorCode code = switch (e.kind()) {
                case CORRUPT, GAP -> ICEGATE_WAL_CORRUPT;
                case UNAVAILABLE, FENCED -> ICEGATE_STORE_UNAVAILABLE;
            };
            throw new TrinoException(code, e.getMessage(), e);
        }
        catch (WalBacklogException e) {
            throw new TrinoException(ICEGATE_WAL_COMMIT_FAILED, e.getMessage(), e);
        }
        catch (OffsetsDisagreeException e) {
            throw new TrinoException(ICEGATE_OFFSETS_DISAGREE, "Cannot use the WAL of table %s: %s".formatted(table, e.getMessage()), e);
        }
    }
}
