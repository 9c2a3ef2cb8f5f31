package io.icegate.receiver.otlp;

import io.icegate.receiver.decode.RequestDecoder;
import org.jspecify.annotations.Nullable;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.UnaryOperator;

/**
 * Sends requests of ascending seeds along {@link FuzzPath}, in some threads, and watches that none hangs.
 */
final class FuzzRun
{
    private static final int THREADS = Math.min(Runtime.getRuntime().availableProcessors(), 8);

    private static final Duration CHECK = Duration.ofMillis(50);

    private final UnaryOperator<RequestDecoder> fault;
    private final Duration inputDeadline;
    private final AtomicLong nextSeed;
    private final AtomicLong inputs = new AtomicLong();
    private final AtomicLong accepted = new AtomicLong();
    private final AtomicLong compared = new AtomicLong();
    private final AtomicLong slowestNanos = new AtomicLong();
    private final AtomicReference<String> failure = new AtomicReference<>();
    private volatile boolean stopped;

    /**
     * @param failure the first request that must not end as it did, and how; empty when all is well
     */
    record Report(long inputs, long accepted, long compared, Duration slowest, Optional<String> failure) {}

    private final class Worker
    {
        private volatile @Nullable FuzzInput current;
        private @Nullable FuzzInput watched;
        private long watchedNanos;
        private final Thread thread = Thread.ofPlatform().daemon().name("fuzz").unstarted(this::run);

        private void run()
        {
            FuzzPath path = new FuzzPath(fault);
            try {
                while (!stopped) {
                    for (FuzzInput input : FuzzInputs.of(nextSeed.getAndIncrement())) {
                        receive(path, input);
                    }
                    inputs.addAndGet(FuzzInputs.INPUTS_PER_SEED);
                }
                path.end();
            }
            catch (Throwable e) {
                failed("%s%nof %s".formatted(trace(e), current));
            }
            finally {
                current = null;
            }
            accepted.addAndGet(path.accepted());
            compared.addAndGet(path.compared());
        }

        private void receive(FuzzPath path, FuzzInput input)
                throws Exception
        {
            long start = System.nanoTime();
            current = input;
            path.receive(input);
            current = null;
            long nanos = System.nanoTime() - start;
            if (nanos > slowestNanos.get()) {
                slowestNanos.accumulateAndGet(nanos, Math::max);
            }
        }

        /**
         * @param nanos that have passed since it was called before
         */
        private void check(long nanos)
        {
            FuzzInput running = current;
            watchedNanos = running == watched ? watchedNanos + nanos : 0;
            watched = running;
            if (running != null && watchedNanos > inputDeadline.toNanos()) {
                StringBuilder stack = new StringBuilder();
                for (StackTraceElement frame : thread.getStackTrace()) {
                    stack.append("\n\tat ").append(frame);
                }
                failed("hangs since %s:%s%nof %s".formatted(inputDeadline, stack, running));
                thread.interrupt();
            }
        }
    }

    FuzzRun(UnaryOperator<RequestDecoder> fault, Duration inputDeadline, long firstSeed)
    {
        this.fault = fault;
        this.inputDeadline = inputDeadline;
        this.nextSeed = new AtomicLong(firstSeed);
    }

    /**
     * Goes on until the time is over, there were enough requests, or one failed.
     */
    Report run(Duration time, long inputsMax)
            throws InterruptedException
    {
        List<Worker> workers = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            Worker worker = new Worker();
            worker.thread.start();
            workers.add(worker);
        }
        long start = System.nanoTime();
        long checked = start;
        while (!stopped || failure.get() == null && workers.stream().anyMatch(worker -> worker.thread.isAlive())) {
            LockSupport.parkNanos(CHECK.toNanos());
            long now = System.nanoTime();
            // a machine that slept, or a process that was stopped, is no hang
            long nanos = Math.min(now - checked, CHECK.toNanos() * 4);
            checked = now;
            workers.forEach(worker -> worker.check(nanos));
            stopped |= now - start >= time.toNanos() || inputs.get() >= inputsMax || failure.get() != null;
        }
        return new Report(inputs.get(), accepted.get(), compared.get(), Duration.ofNanos(slowestNanos.get()), Optional.ofNullable(failure.get()));
    }

    private void failed(String text)
    {
        failure.compareAndSet(null, text);
        stopped = true;
    }

    private static String trace(Throwable failure)
    {
        StringWriter text = new StringWriter();
        failure.printStackTrace(new PrintWriter(text, true));
        return text.toString().lines().limit(60).reduce((before, line) -> before + "\n" + line).orElse("");
    }
}
