package io.icegate.receiver.ingest;

import com.google.inject.Inject;
import io.icegate.receiver.signal.Refusal;
import io.icegate.receiver.signal.RefusedException;

import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

import static java.util.Objects.requireNonNull;

/**
 * Bounds the memory of requests. A request takes its size from the budget before its first byte is read, and gives it back
 * once it is durable or refused. Taking never waits: without budget a request is refused at once. The tickets also tell how
 * many requests are open.
 */
public final class Admission
{
    private final long budgetBytes;
    private final InstantSource clock;
    private final AtomicLong usedBytes = new AtomicLong();
    private final AtomicInteger openRequests = new AtomicInteger();
    private final List<Runnable> whenEnded = new CopyOnWriteArrayList<>();

    @Inject
    public Admission(IngestConfig config)
    {
        this(config.getMemoryBudget().toBytes());
    }

    public Admission(long budgetBytes)
    {
        this(budgetBytes, InstantSource.system());
    }

    public Admission(long budgetBytes, InstantSource clock)
    {
        if (budgetBytes <= 0) {
            throw new IllegalArgumentException("Cannot admit requests: budget of %s bytes is not positive".formatted(budgetBytes));
        }
        this.budgetBytes = budgetBytes;
        this.clock = requireNonNull(clock, "clock is null");
    }

    public long budgetBytes()
    {
        return budgetBytes;
    }

    public long usedBytes()
    {
        return usedBytes.get();
    }

    /**
     * Requests that are being received, or wait for an acknowledgement.
     */
    public int openRequests()
    {
        return openRequests.get();
    }

    /**
     * Runs an action whenever a request ended, in the thread that ended it.
     */
    public void whenEnded(Runnable action)
    {
        whenEnded.add(requireNonNull(action, "action is null"));
    }

    /**
     * Takes bytes; 0 for a request that announces itself.
     *
     * @throws RefusedException when the budget does not hold them
     */
    public Ticket admit(long bytes)
    {
        Ticket ticket = new Ticket();
        ticket.add(bytes);
        openRequests.incrementAndGet();
        return ticket;
    }

    /**
     * Bytes held by one request, and when it was let in. Used by one thread at a time, except {@link #close}.
     */
    public final class Ticket
            implements AutoCloseable
    {
        private final AtomicLong heldBytes = new AtomicLong();
        private final AtomicBoolean closed = new AtomicBoolean();
        private volatile Runnable whenClosed = () -> {};

        private final Instant accepted = clock.instant();
        private final long acceptedNanos = System.nanoTime();

        private Ticket() {}

        /**
         * When the request was let in. Copies of its batch are told from others by this time, wherever its rows wait meanwhile.
         */
        Instant accepted()
        {
            return accepted;
        }

        /**
         * The same by {@link System#nanoTime}.
         */
        long acceptedNanos()
        {
            return acceptedNanos;
        }

        /**
         * Takes more bytes for the same request.
         *
         * @throws RefusedException when the budget does not hold them; what is already held stays held
         */
        public void add(long bytes)
        {
            while (true) {
                long used = usedBytes.get();
                if (heldBytes.get() + bytes > budgetBytes) {
                    throw new RefusedException(Refusal.TOO_LARGE, "Cannot accept request: it takes more than the memory budget of %s bytes; send smaller batches, or raise icegate.ingest.memory-budget".formatted(budgetBytes));
                }
                if (bytes > budgetBytes - used) {
                    throw new RefusedException(Refusal.OVERLOADED, "Cannot accept request now: the receiver is overloaded, %s of %s bytes for requests are taken; send it again later".formatted(used, budgetBytes));
                }
                if (usedBytes.compareAndSet(used, used + bytes)) {
                    heldBytes.addAndGet(bytes);
                    return;
                }
            }
        }

        /**
         * Gives back what is held above these bytes.
         */
        public void trim(long bytes)
        {
            long above = heldBytes.get() - bytes;
            if (above > 0) {
                heldBytes.addAndGet(-above);
                usedBytes.addAndGet(-above);
            }
        }

        /**
         * Runs an action when the ticket is closed. The last action that is set counts; set it before others can close.
         */
        void whenClosed(Runnable action)
        {
            whenClosed = requireNonNull(action, "action is null");
        }

        public long heldBytes()
        {
            return heldBytes.get();
        }

        /**
         * Gives the bytes back; more than once is fine.
         */
        @Override
        public void close()
        {
            if (closed.compareAndSet(false, true)) {
                usedBytes.addAndGet(-heldBytes.get());
                openRequests.decrementAndGet();
                whenClosed.run();
                whenEnded.forEach(Runnable::run);
            }
        }
    }
}
