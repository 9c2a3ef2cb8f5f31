package io.icegate.wal.commit;

import io.icegate.objectstore.ObjectHead;
import io.icegate.objectstore.ObjectStore;
import io.icegate.objectstore.PutOutcome;
import io.icegate.wal.SegmentHeader;
import io.icegate.wal.SegmentId;
import io.icegate.wal.SegmentKey;
import io.icegate.wal.SegmentKind;
import io.icegate.wal.Sequence;
import io.icegate.wal.WalEnvironment;
import io.icegate.wal.WriterId;
import io.icegate.wal.read.FooterCache;
import io.icegate.wal.read.WalListing;
import org.apache.iceberg.Table;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.util.HexFormat;
import java.util.Optional;

import static java.util.Objects.requireNonNull;

/**
 * Ends a silent writer: a seal on its first missing number. Put-if-absent decides the race with a late upload; if a
 * segment wins there is simply one segment more, and the next number is tried.
 */
final class WriterSealer
{
    private static final Logger log = LoggerFactory.getLogger(WriterSealer.class);
    private static final int ATTEMPTS_MAX = 20;

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
     * @return true when the WAL changed: a seal was put, or a late segment was found
     */
    boolean seal(WalListing listing, Table table, WriterId writer, Sequence from)
    {
        WalListing.Tip tip = listing.tip(table.uuid(), writer, from);
        Sequence sequence = tip.next();
        try {
            if (tip.last().isPresent() && isSeal(tip.last().orElseThrow())) {
                return false;
            }
            for (int attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
                SegmentKey key = new SegmentKey(table.uuid(), writer, sequence);
                SegmentHeader header = new SegmentHeader(key, newSegmentId(), environment.clock().instant());
                PutOutcome outcome = store.putIfAbsent(key.objectKey(), footers.codec().encodeSeal(header, table.schema().schemaId(), table.schema()).content());
                if (outcome == PutOutcome.WRITTEN) {
                    log.info("seal table={} writer={} sequence={}", table.name(), writer, sequence);
                    return true;
                }
                Optional<ObjectHead> winner = store.head(key.objectKey());
                if (winner.isPresent()) {
                    if (isSeal(winner.orElseThrow())) {
                        return true;
                    }
                    sequence = sequence.next();
                }
            }
        }
        catch (IOException e) {
            log.warn("Cannot seal writer {} of table {} at {}, the next commit will: {}", writer, table.name(), sequence, e.getMessage());
            return true;
        }
        log.warn("Cannot seal writer {} of table {} at {}, the next commit will: gave up after {} attempts", writer, table.name(), sequence, ATTEMPTS_MAX);
        return true;
    }

    private boolean isSeal(ObjectHead head)
            throws IOException
    {
        return footers.codec().readFooter(store, head).kind() == SegmentKind.SEAL;
    }

    private SegmentId newSegmentId()
    {
        byte[] bytes = new byte[16];
        environment.random().nextBytes(bytes);
        return new SegmentId(HexFormat.of().formatHex(bytes));
    }
}
