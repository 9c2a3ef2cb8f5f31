package io.icegate.standalone.process;

import java.nio.file.Path;
import java.util.Optional;

import static java.util.Objects.requireNonNull;

/**
 * The heaps of the receiver and of Trino.
 */
public record MemoryPlan(HeapSize receiver, HeapSize trino)
{
    private static final int TRINO_SHARE = 2;
    private static final HeapSize TRINO_MIN = new HeapSize(1_024);
    private static final HeapSize TRINO_MAX = new HeapSize(16 * 1_024);
    /**
     * Enough for what two cores take in; benchmarks say what more of it brings.
     */
    private static final HeapSize RECEIVER = new HeapSize(256);

    public MemoryPlan
    {
        requireNonNull(receiver, "receiver is null");
        requireNonNull(trino, "trino is null");
    }

    /**
     * Trino gets half of the memory that is free now, 1 to 16 GB, and the receiver 256 MB. The rest is for what the two need
     * outside of their heaps, and for the system's file cache.
     */
    public static MemoryPlan ofMachine()
    {
        return of(new FreeMemory(Path.of("/")).bytes());
    }

    static MemoryPlan of(long freeBytes)
    {
        return new MemoryPlan(
                RECEIVER,
                HeapSize.share(freeBytes, TRINO_SHARE, TRINO_MIN, TRINO_MAX));
    }

    /**
     * Replaces what was chosen by hand.
     */
    public MemoryPlan with(Optional<HeapSize> chosenReceiver, Optional<HeapSize> chosenTrino)
    {
        return new MemoryPlan(chosenReceiver.orElse(receiver), chosenTrino.orElse(trino));
    }
}
