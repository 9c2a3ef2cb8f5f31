package io.icegate.wal.commit;

import io.icegate.objectstore.ObjectHead;
import io.icegate.objectstore.ObjectStore;
import io.icegate.objectstore.OwnedObject;
import io.icegate.objectstore.OwnedObject.Outcome;
import io.icegate.objectstore.OwnedObject.Settled;
import io.icegate.objectstore.RetryPolicy;
import io.icegate.wal.SegmentHeader;
import io.icegate.wal.SegmentId;
import io.icegate.wal.SegmentKey;
import io.icegate.wal.SegmentKind;
import io.icegate.wal.Sequence;
import io.icegate.wal.WalEnvironment;
import io.icegate.wal.WalException;
import io.icegate.wal.WriterId;
import io.icegate.wal.read.FooterCache;
import io.icegate.wal.read.WalListing;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.time.Duration;

import static io.icegate.wal.WalException.Kind.CORRUPT;
import static java.util.Objects.requireNonNull;

/**
 * Ends a silent writer: a seal on its first missing number. Put-if-absent decides the race with a late upload; if a
 * segment wins there is simply one segment more, and the next number is tried.
 */
final class WriterSealer
{
    private static final Logger log = LoggerFactory.getLogger(WriterSealer.class);
    /**
     * A writer has at most {@link Sequence#IN_FLIGHT_LIMIT} segments in flight, so no more can come late.
     */
    private static final int LATE_SEGMENTS_MAX = 2 * Sequence.IN_FLIGHT_LIMIT;
    private static final Duration TIME_MAX = Duration.ofSeconds(5);

    private final ObjectStore store;
    private final FooterCache footers;
    private final WalEnvironment environment;

    WriterSealer(ObjectStore store, FooterCache footers, WalEnvironment environment)
    {
        this.store = requireNonNull(store, "store is null");
        this.footers = requireNonNull(footers, "footers is null");
        this.environment = requireNonNull(environment, "environment is null");
    }

    /**
     * What became of a writer that was to be sealed.
     */
    enum Seal
    {
        /**
         * The writer was sealed before.
         */
        UNCHANGED,
        /**
         * The WAL has changed: a seal is there now, or late segments were found.
         */
        CHANGED,
        /**
         * The store did not answer; the next commit tries again.
         */
        UNKNOWN,
    }

    /**
     * Seals a writer.
     *
     * @param from the first number that is not committed
     */
    Seal seal(WalListing listing, Table table, WriterId writer, Sequence from)
    {
        WalListing.Tip tip = listing.tip(table.uuid(), writer, from);
        Sequence sequence = tip.next();
        try {
            if (tip.last().isPresent() && isSeal(tip.last().orElseThrow())) {
                return Seal.UNCHANGED;
            }
            for (int late = 0; late <= LATE_SEGMENTS_MAX; late++) {
                Settled<ObjectHead> settled = put(new SegmentKey(table.uuid(), writer, sequence), table.schema());
                if (settled.outcome() == Outcome.UNKNOWN) {
                    return unknown(table, writer, sequence, String.valueOf(settled.failure().orElseThrow().getMessage()));
                }
                if (settled.stored().isEmpty()) {
                    log.info("seal table={} writer={} sequence={}", table.name(), writer, sequence);
                    return Seal.CHANGED;
                }
                if (isSeal(settled.stored().orElseThrow())) {
                    return Seal.CHANGED;
                }
                sequence = sequence.next();
            }
        }
        catch (IOException e) {
            return unknown(table, writer, sequence, String.valueOf(e.getMessage()));
        }
        catch (WalException e) {
            if (e.kind() != CORRUPT) {
                throw e;
            }
            // an operator must look at this writer; the others go on
            return unknown(table, writer, sequence, String.valueOf(e.getMessage()));
        }
        return unknown(table, writer, sequence, "more than %s segments came late".formatted(LATE_SEGMENTS_MAX));
    }

    /**
     * Stores the seal unless the key is taken. The object that is on the key afterwards decides.
     */
    private Settled<ObjectHead> put(SegmentKey key, Schema schema)
    {
        SegmentHeader header = new SegmentHeader(key, SegmentId.random(environment.random()), environment.clock().instant());
        byte[] content = footers.codec().encodeSeal(header, schema.schemaId(), schema).content();
        return OwnedObject.settle(
                () -> store.putIfAbsent(key.objectKey(), content),
                _answer -> store.head(key.objectKey()),
                _head -> true,
                RetryPolicy.of(environment.waiting()).withTimeMax(TIME_MAX));
    }

    private static Seal unknown(Table table, WriterId writer, Sequence sequence, String reason)
    {
        log.warn("Cannot seal writer {} of table {} at {}, the next commit will: {}", writer, table.name(), sequence, reason);
        return Seal.UNKNOWN;
    }

    private boolean isSeal(ObjectHead head)
            throws IOException
    {
        return footers.codec().readFooter(store, head).kind() == SegmentKind.SEAL;
    }
}
