package io.icegate.wal.format;

import io.icegate.wal.BatchId;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.IntFunction;

import static java.util.Objects.requireNonNull;

/**
 * The records of one request: a block of those that came in the usual form, and objects for the others between them.
 *
 * @param <B> the block
 * @param <R> a record as an object
 */
abstract sealed class BlockBatch<B extends RecordBlock, R>
        implements RowBatch
        permits LogBatch,
                MetricBatch,
                SpanBatch
{
    private final BatchId id;
    private final long acceptedMillis;
    private final String tenant;
    private final B block;
    private final List<R> others;
    private final int[] otherPositions;
    private final long requestBytes;
    private final Times times;

    /**
     * Writes rows of a block.
     */
    @FunctionalInterface
    interface BlockRows
    {
        void write(int from, int to);
    }

    /**
     * @param block ended, and not changed from here on
     * @param otherPositions row of the batch that each of the others is, ascending; handed over
     * @param othersTimes of the others
     */
    BlockBatch(BatchId id, String tenant, B block, List<R> others, int[] otherPositions, long requestBytes, Times othersTimes)
    {
        this.id = requireNonNull(id, "id is null");
        this.acceptedMillis = 0;
        this.tenant = requireNonNull(tenant, "tenant is null");
        this.block = requireNonNull(block, "block is null");
        this.others = List.copyOf(others);
        this.otherPositions = otherPositions;
        this.requestBytes = requestBytes;
        this.times = block.times().and(othersTimes);
        if (others.size() != otherPositions.length) {
            throw new IllegalArgumentException("Cannot place %s rows at %s positions".formatted(others.size(), otherPositions.length));
        }
    }

    /**
     * The same rows under this id, as let in at this time.
     */
    BlockBatch(BatchId id, long acceptedMillis, BlockBatch<B, R> batch)
    {
        this.id = requireNonNull(id, "id is null");
        this.acceptedMillis = acceptedMillis;
        tenant = batch.tenant;
        block = batch.block;
        others = batch.others;
        otherPositions = batch.otherPositions;
        requestBytes = batch.requestBytes;
        times = batch.times;
    }

    @Override
    public final BatchId id()
    {
        return id;
    }

    @Override
    public final long acceptedMillis()
    {
        return acceptedMillis;
    }

    @Override
    public final String tenant()
    {
        return tenant;
    }

    @Override
    public final int rowCount()
    {
        return block.rowCount() + others.size();
    }

    @Override
    public final long requestBytes()
    {
        return requestBytes;
    }

    @Override
    public final Times times()
    {
        return times;
    }

    final B block()
    {
        return block;
    }

    /**
     * All rows as objects.
     *
     * @param ofBlock makes an object of a row of the block
     */
    final List<R> rows(IntFunction<R> ofBlock)
    {
        List<R> rows = new ArrayList<>(rowCount());
        int other = 0;
        for (int i = 0; i < rowCount(); i++) {
            rows.add(other < otherPositions.length && otherPositions[other] == i ? others.get(other++) : ofBlock.apply(i - other));
        }
        return rows;
    }

    final void write(int from, int to, BlockRows ofBlock, Consumer<R> ofOthers)
    {
        int at = from;
        int other = Arrays.binarySearch(otherPositions, from);
        other = other < 0 ? ~other : other;
        while (at < to) {
            int next = other < otherPositions.length ? Math.min(otherPositions[other], to) : to;
            ofBlock.write(at - other, next - other);
            at = next;
            if (at < to) {
                ofOthers.accept(others.get(other));
                other++;
                at++;
            }
        }
    }
}
