package io.icegate.trino.live;

import com.google.inject.Inject;
import io.icegate.objectstore.Warehouse;
import io.icegate.trino.config.Guards;
import io.icegate.trino.config.IceGateConfig;
import io.icegate.trino.config.IceGateErrorCode;
import io.icegate.trino.config.RowLevelChanges;
import io.icegate.wal.OffsetsDisagreeException;
import io.icegate.wal.SegmentCodec;
import io.icegate.wal.WalEnvironment;
import io.icegate.wal.WalException;
import io.icegate.wal.commit.ReconcileException;
import io.icegate.wal.commit.ReconcileMode;
import io.icegate.wal.commit.ReconcileResult;
import io.icegate.wal.engine.CommitTotals;
import io.icegate.wal.engine.EngineWal;
import io.icegate.wal.engine.WalBacklogException;
import io.icegate.wal.read.LiveFile;
import io.icegate.wal.read.LiveTail;
import io.icegate.wal.read.Watermark;
import io.icegate.wal.status.WriterStatus;
import io.trino.plugin.iceberg.ForIcebergSplitManager;
import io.trino.spi.TrinoException;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.catalog.TableIdentifier;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.function.Supplier;

import static com.google.common.collect.ImmutableList.toImmutableList;
import static io.icegate.trino.config.Guard.DUPLICATES;
import static io.icegate.trino.config.Guard.SEQUENCE_NUMBER;
import static io.icegate.trino.config.IceGateErrorCode.ICEGATE_OFFSETS_DISAGREE;
import static io.icegate.trino.config.IceGateErrorCode.ICEGATE_STORE_UNAVAILABLE;
import static io.icegate.trino.config.IceGateErrorCode.ICEGATE_TOO_MANY_LIVE_SEGMENTS;
import static io.icegate.trino.config.IceGateErrorCode.ICEGATE_WAL_COMMIT_FAILED;
import static io.icegate.trino.config.IceGateErrorCode.ICEGATE_WAL_CORRUPT;
import static io.trino.spi.StandardErrorCode.NOT_SUPPORTED;
import static java.util.Objects.requireNonNull;

/**
 * The WAL as the connector uses it: pins the live rows of a table and commits them. Failures leave here as errors of Trino.
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

    public boolean isWalTable(Map<String, String> properties)
    {
        return EngineWal.isWalTable(properties);
    }

    /**
     * The WAL itself. Its failures are not those of Trino.
     */
    public EngineWal wal()
    {
        return wal;
    }

    public RowLevelChanges rowLevelChanges()
    {
        return rowLevelChanges;
    }

    /**
     * Finds the rows that are durable behind this metadata.
     */
    public WalPin pin(TableMetadata metadata)
    {
        return translate(() -> {
            LiveTail tail = wal.tail(metadata);
            if (tail.segments().size() > liveSegmentsMax) {
                throw new TrinoException(ICEGATE_TOO_MANY_LIVE_SEGMENTS, "Cannot read table %s: %s segments wait to be committed, more than %s; CALL icegate.system.commit_wal first".formatted(
                        metadata.location(), tail.segments().size(), liveSegmentsMax));
            }
            return new WalPin(metadata, tail, wal.files(metadata, tail).stream()
                    .map(file -> pinned(metadata, file))
                    .collect(toImmutableList()));
        });
    }

    /**
     * What waits behind this metadata, however much that is, without the files that a query needs.
     */
    public LiveTail tail(TableMetadata metadata)
    {
        return translate(() -> wal.tail(metadata));
    }

    /**
     * How the writers of a table are. What cannot be read is told in rows.
     */
    public List<WriterStatus> writers(TableIdentifier name, Supplier<TableMetadata> metadata)
    {
        return wal.writers(name, metadata);
    }

    /**
     * How complete the rows of a pin, with those of its snapshot, are.
     */
    public Watermark watermark(WalPin pin)
    {
        return translate(() -> wal.watermark(pin.tail()));
    }

    private PinnedFile pinned(TableMetadata metadata, LiveFile live)
    {
        long sequence = metadata.lastSequenceNumber() + 1;
        Optional<DeleteFile> duplicates = live.deletes()
                .filter(_ -> guards.on(DUPLICATES))
                .map(file -> new LiveDeleteFile(file, sequence));
        return new PinnedFile(live.segment(), guards.on(SEQUENCE_NUMBER) ? new LiveDataFile(live.file(), sequence) : live.file(), duplicates);
    }

    /**
     * Commits what waits, at most so many segments. Refreshes the table.
     */
    public CommitTotals commitWaiting(Table table, long segmentsMax, boolean sealSilent)
    {
        return translate(() -> wal.commitWaiting(table, segmentsMax, sealSilent));
    }

    /**
     * Commits every row that was durable before, those of any pin included. Refreshes the table.
     */
    public void drain(Table table)
    {
        translate(() -> wal.drain(table));
    }

    /**
     * Decides about rows that a rollback took out of the table. Refreshes the table.
     */
    public ReconcileResult reconcile(Table table, ReconcileMode mode)
    {
        return translate(() -> wal.reconcile(table, mode));
    }

    private static <T> T translate(Supplier<T> action)
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
            throw new TrinoException(ICEGATE_OFFSETS_DISAGREE, e.getMessage(), e);
        }
        catch (ReconcileException e) {
            throw new TrinoException(NOT_SUPPORTED, e.getMessage(), e);
        }
    }
}
