package io.icegate.receiver.commit;

import io.icegate.receiver.ingest.SegmentBatcher;
import io.icegate.wal.Sequence;
import io.icegate.wal.WriterId;
import org.apache.iceberg.catalog.TableIdentifier;
import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

import static java.util.Objects.requireNonNull;

/**
 * What a session does at one moment, for operators.
 *
 * @param table the name that requests are for
 * @param writer empty while the table cannot be written to
 * @param lastWriterEnd when a writer of this session ended and its lane was sealed, before the present one was opened
 * @param commits false when somebody else commits
 */
public record SessionStatus(TableIdentifier table, Optional<Writer> writer, Optional<Instant> lastWriterEnd, boolean commits, Commits last)
{
    public SessionStatus
    {
        requireNonNull(table, "table is null");
        requireNonNull(writer, "writer is null");
        requireNonNull(lastWriterEnd, "lastWriterEnd is null");
        requireNonNull(last, "last is null");
    }

    /**
     * @param over true when it takes nothing any more and is about to be replaced
     * @param lastDurable empty before the first segment
     */
    public record Writer(WriterId id, UUID table, boolean over, Instant opened, Optional<Durable> lastDurable, SegmentBatcher.Load load)
    {
        public Writer
        {
            requireNonNull(id, "id is null");
            requireNonNull(table, "table is null");
            requireNonNull(opened, "opened is null");
            requireNonNull(lastDurable, "lastDurable is null");
            requireNonNull(load, "load is null");
        }
    }

    /**
     * A segment that is acknowledged, with all before it.
     */
    public record Durable(Sequence sequence, Instant at)
    {
        public Durable
        {
            requireNonNull(sequence, "sequence is null");
            requireNonNull(at, "at is null");
        }

        static Durable later(@Nullable Durable before, Durable after)
        {
            return before == null || before.sequence().compareTo(after.sequence()) < 0 ? after : before;
        }
    }

    /**
     * @param commit that took segments
     * @param attempt whether it took some or not
     * @param waiting empty while it is unknown
     */
    public record Commits(Optional<Commit> commit, Optional<Attempt> attempt, Optional<Measured> waiting)
    {
        public Commits
        {
            requireNonNull(commit, "commit is null");
            requireNonNull(attempt, "attempt is null");
            requireNonNull(waiting, "waiting is null");
        }
    }

    public record Commit(Instant at, int segments, long records)
    {
        public Commit
        {
            requireNonNull(at, "at is null");
        }
    }

    public record Attempt(Instant at, boolean failed)
    {
        public Attempt
        {
            requireNonNull(at, "at is null");
        }
    }

    public record Measured(Instant at, WaitingRows rows)
    {
        public Measured
        {
            requireNonNull(at, "at is null");
            requireNonNull(rows, "rows is null");
        }
    }
}
