package io.icegate.wal.read;

import io.icegate.wal.Sequence;
import io.icegate.wal.WriterId;

import java.time.Instant;
import java.util.Map;

import static java.util.Objects.requireNonNull;
import static java.util.stream.Collectors.joining;

/**
 * Where and why the dense run of a writer ends.
 *
 * @param next the first sequence that is not part of the run; of a sealed writer the sequence of its seal
 * @param since when a sealed writer was sealed, by the store's clock; {@link Instant#EPOCH} for all others
 * @param detail for humans
 */
public record RunEnd(Kind kind, Sequence next, Instant since, String detail)
{
    /**
     * Why a run ends.
     */
    public enum Kind
    {
        /**
         * Nothing is stored there or behind it yet.
         */
        OPEN,
        /**
         * The writer is finished.
         */
        SEALED,
        /**
         * The number is missing and later ones are there: the writer is still uploading it, or died.
         */
        GAP,
        /**
         * The object there cannot be read: an operator must look.
         */
        CORRUPT,
        /**
         * The run goes on, but the caller asked for no more.
         */
        LIMIT,
    }

    /**
     * Says which writers end at something that cannot be read; empty when none does.
     */
    public static String corruption(Map<WriterId, RunEnd> ends)
    {
        return ends.entrySet().stream()
                .filter(end -> end.getValue().kind() == Kind.CORRUPT)
                .map(end -> "writer %s stops at segment %s: %s".formatted(end.getKey(), end.getValue().next().value(), end.getValue().detail()))
                .collect(joining("; "));
    }

    RunEnd(Kind kind, Sequence next, String detail)
    {
        this(kind, next, Instant.EPOCH, detail);
    }

    public RunEnd
    {
        requireNonNull(kind, "kind is null");
        requireNonNull(next, "next is null");
        requireNonNull(since, "since is null");
        requireNonNull(detail, "detail is null");
    }
}
