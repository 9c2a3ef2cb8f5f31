package io.icegate.wal.status;

import io.icegate.wal.Sequence;
import io.icegate.wal.WriterId;
import io.icegate.wal.answer.AnswerColumn;
import org.apache.iceberg.catalog.TableIdentifier;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

import static io.icegate.wal.answer.AnswerColumn.number;
import static io.icegate.wal.answer.AnswerColumn.text;
import static io.icegate.wal.answer.AnswerColumn.time;
import static java.util.Objects.requireNonNull;

/**
 * How one writer of one table is.
 *
 * @param writer empty when the table itself cannot be read; then only table, state and problem are there
 * @param host of the writer; empty when its registry entry is gone or cannot be read
 * @param committed first sequence that is not committed
 * @param waiting what it stored and nobody committed
 * @param lastSeen newest of heartbeat and registry entry, by the store's clock
 * @param low no row of this writer with an earlier {@code ingest_time} will be stored any more, as its last heartbeat says
 * @param problem what somebody should look at
 */
public record WriterStatus(
        TableIdentifier table,
        Optional<WriterId> writer,
        WriterState state,
        Optional<String> host,
        Optional<Sequence> committed,
        Optional<Waiting> waiting,
        Optional<Instant> lastSeen,
        Optional<Instant> low,
        Optional<String> problem)
{
    /**
     * The answer of {@code wal_status} in every engine.
     */
    public static final List<AnswerColumn<WriterStatus>> COLUMNS = List.of(
            text("table_schema", "Schema of the table", status -> Optional.of(status.table.namespace().toString())),
            text("table_name", "Name of the table", status -> Optional.of(status.table.name())),
            text("writer", "One start of one receiver; NULL when the table itself cannot be read", status -> status.writer.map(WriterId::toString)),
            text("state", "open, silent, sealed, closed, unregistered, unreadable or corrupt", status -> Optional.of(status.state.text())),
            text("host", "Machine of the writer", WriterStatus::host),
            number("committed", "Segments with a lower number are committed", status -> status.committed.map(Sequence::value)),
            number("waiting_segments", "Segments that are durable and not committed", status -> status.waiting.map(Waiting::segments)),
            number("waiting_rows", "Rows of these segments, those of repeated requests included", status -> status.waiting.map(Waiting::rows)),
            number("waiting_bytes", "Bytes of these segments", status -> status.waiting.map(Waiting::bytes)),
            time("oldest_waiting", "When the oldest of these segments was stored, by the store's clock", status -> status.waiting.flatMap(Waiting::oldest)),
            time("last_seen", "Last heartbeat of the writer, or else its start, by the store's clock", WriterStatus::lastSeen),
            time("low", "No row of this writer with an earlier ingest_time will be stored any more, as its last heartbeat says", WriterStatus::low),
            text("problem", "What somebody should look at", WriterStatus::problem));

    public WriterStatus
    {
        requireNonNull(table, "table is null");
        requireNonNull(writer, "writer is null");
        requireNonNull(state, "state is null");
        requireNonNull(host, "host is null");
        requireNonNull(committed, "committed is null");
        requireNonNull(waiting, "waiting is null");
        requireNonNull(lastSeen, "lastSeen is null");
        requireNonNull(low, "low is null");
        requireNonNull(problem, "problem is null");
    }

    /**
     * Stands for all writers of a table that cannot be read.
     */
    public static WriterStatus unreadable(TableIdentifier table, String problem)
    {
        return new WriterStatus(table, Optional.empty(), WriterState.UNREADABLE, Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), Optional.of(problem));
    }

    /**
     * Segments of one writer that are not committed.
     *
     * @param oldest when the first of them was stored, by the store's clock; empty when there is none
     */
    public record Waiting(long segments, long rows, long bytes, Optional<Instant> oldest)
    {
        public static final Waiting NONE = new Waiting(0, 0, 0, Optional.empty());

        public Waiting
        {
            requireNonNull(oldest, "oldest is null");
        }
    }
}
