package io.icegate.standalone.process;

import io.icegate.standalone.console.CommandException;
import io.icegate.standalone.process.ProgramState.Phase;

import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

/**
 * Keeps one program running until it is told to stop. A program that ended for any reason is started again. The other programs of a stack
 * do not notice.
 *
 * <p>One case is left to the user. A program that ends by its own decision before it was ready for the first time has a wrong
 * configuration, and a repetition would hide the reason. Being killed, or running out of memory, is no such decision; it is tried
 * {@value #FIRST_ATTEMPTS_MAX} times.
 */
final class Supervisor
{
    static final int FIRST_ATTEMPTS_MAX = 3;

    private static final Duration START_LIMIT = Duration.ofMinutes(5);

    private record Outcome(String reason, boolean ownDecision, boolean ranWell) {}

    private final Program program;
    private final Backoff backoff;
    private final Http http;
    private final InstantSource clock;
    private final Consumer<String> console;
    private final Runnable changed;
    private final Thread thread;
    private final CompletableFuture<Void> ready = new CompletableFuture<>();
    private final CountDownLatch stopping = new CountDownLatch(1);
    // guarded by this
    private Optional<ChildProcess> child = Optional.empty();
    private volatile ProgramState state;

    /**
     * @param console is told what the user should know at once
     * @param changed is called after each change of the state
     */
    Supervisor(Program program, Backoff backoff, Http http, InstantSource clock, Consumer<String> console, Runnable changed)
    {
        this.program = program;
        this.backoff = backoff;
        this.http = http;
        this.clock = clock;
        this.console = console;
        this.changed = changed;
        state = new ProgramState(program.name(), Phase.STARTING, 0, Optional.empty());
        thread = Thread.ofPlatform().daemon().name("supervisor of " + program.name()).unstarted(this::run);
    }

    void start()
    {
        thread.start();
    }

    /**
     * Completes when the program is ready for the first time, and fails when it cannot run.
     */
    CompletableFuture<Void> ready()
    {
        return ready;
    }

    ProgramState state()
    {
        return state;
    }

    synchronized Optional<ChildProcess> child()
    {
        return child;
    }

    /**
     * Asks the program to stop, without waiting for it.
     */
    void requestStop()
    {
        synchronized (this) {
            stopping.countDown();
            child.ifPresent(ChildProcess::requestStop);
        }
        ready.completeExceptionally(new CommandException("Stopped before it was ready"));
    }

    /**
     * Stops the program, and waits until it has ended.
     */
    void stop()
    {
        requestStop();
        child().ifPresent(ChildProcess::close);
    }

    private void run()
    {
        int endsInARow = 0;
        while (!isStopping()) {
            Outcome outcome = runOnce();
            if (isStopping()) {
                return;
            }
            endsInARow = outcome.ranWell() ? 1 : endsInARow + 1;
            if (!ready.isDone() && (outcome.ownDecision() || endsInARow == FIRST_ATTEMPTS_MAX)) {
                ready.completeExceptionally(new CommandException(outcome.reason()));
                return;
            }
            Duration pause = backoff.pause(endsInARow);
            publish(state.ended(new ProgramState.End(clock.instant(), outcome.reason())));
            console.accept("%s; starting it again in %s s".formatted(outcome.reason(), Math.ceilDiv(pause.toMillis(), 1000)));
            if (stops(pause)) {
                return;
            }
            publish(state.restarted());
        }
    }

    /**
     * From the start of a process to its end.
     */
    private Outcome runOnce()
    {
        Optional<ChildProcess> started;
        try {
            started = begin();
        }
        catch (CommandException e) {
            return new Outcome(String.valueOf(e.getMessage()), true, false);
        }
        if (started.isEmpty()) {
            return new Outcome("Stopped", true, false);
        }
        ChildProcess running = started.orElseThrow();
        try {
            running.awaitReady(() -> program.ready().test(http), START_LIMIT);
        }
        catch (CommandException e) {
            boolean ended = !running.running();
            running.close();
            return new Outcome(String.valueOf(e.getMessage()), !ended || running.endedByOwnDecision(), false);
        }
        catch (InterruptedException e) {
            throw new IllegalStateException("nobody interrupts a supervisor", e);
        }
        long readySince = System.nanoTime();
        publish(state.in(Phase.READY));
        if (ready.isDone()) {
            console.accept(program.name() + " is ready again");
        }
        ready.complete(null);
        running.end().join();
        return new Outcome(running.obituary(), running.endedByOwnDecision(), backoff.ranWell(Duration.ofNanos(System.nanoTime() - readySince)));
    }

    /**
     * Starts a process unless there is to be none any more.
     */
    private synchronized Optional<ChildProcess> begin()
    {
        if (isStopping()) {
            return Optional.empty();
        }
        child = Optional.empty();
        child = Optional.of(program.process().get());
        return child;
    }

    private void publish(ProgramState next)
    {
        state = next;
        try {
            changed.run();
        }
        catch (RuntimeException e) {
            // that a state cannot be told, as on a full disk, is no reason to leave the program alone
            console.accept(String.valueOf(e.getMessage()));
        }
    }

    private boolean isStopping()
    {
        return stopping.getCount() == 0;
    }

    private boolean stops(Duration pause)
    {
        try {
            return stopping.await(pause.toMillis(), MILLISECONDS);
        }
        catch (InterruptedException e) {
            throw new IllegalStateException("nobody interrupts a supervisor", e);
        }
    }
}
