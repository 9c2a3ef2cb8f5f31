package io.icegate.receiver.commit;

import io.icegate.wal.WalLayout;
import io.icegate.wal.WriterId;
import io.icegate.wal.lease.WorkLease;
import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.Optional;
import java.util.UUID;

import static java.util.Objects.requireNonNull;

/**
 * Whether it is this process that commits a table, of all that could. The table may change from round to round.
 */
final class CommitTurn
{
    /**
     * Beside two intervals: how late a round may be before another process commits.
     */
    private static final Duration MARGIN = Duration.ofSeconds(2);

    private final OpenWarehouse warehouse;
    private final Duration interval;
    private volatile @Nullable Turn turn;

    /**
     * @param held as of the last round
     */
    private record Turn(UUID table, WorkLease lease, boolean held) {}

    /**
     * @param interval between two rounds
     */
    CommitTurn(OpenWarehouse warehouse, Duration interval)
    {
        this.warehouse = requireNonNull(warehouse, "warehouse is null");
        this.interval = requireNonNull(interval, "interval is null");
    }

    /**
     * Takes the turn, or keeps it. False when another process has it.
     */
    boolean take(UUID table)
    {
        Turn current = turn;
        WorkLease lease = current != null && current.table().equals(table) ? current.lease() : lease(table);
        boolean held = lease.tryHold();
        turn = new Turn(table, lease, held);
        return held;
    }

    private WorkLease lease(UUID table)
    {
        String holder = WriterId.random(warehouse.environment().clock().instant(), warehouse.environment().random()).toString();
        return new WorkLease(warehouse.warehouse().store(), WalLayout.committer(table), holder, interval.multipliedBy(2).plus(MARGIN), warehouse.environment().clock());
    }

    /**
     * The table that this process commits; empty when it does not.
     */
    Optional<UUID> table()
    {
        Turn current = turn;
        return current != null && current.held() ? Optional.of(current.table()) : Optional.empty();
    }

    /**
     * Lets others commit.
     */
    void release()
    {
        Turn current = turn;
        turn = null;
        if (current != null) {
            current.lease().release();
        }
    }
}
