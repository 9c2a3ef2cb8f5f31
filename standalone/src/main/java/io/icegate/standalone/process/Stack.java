package io.icegate.standalone.process;

import io.icegate.standalone.console.CommandException;

import java.io.Closeable;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

import static java.util.Objects.requireNonNull;
import static java.util.concurrent.TimeUnit.MILLISECONDS;

/**
 * Programs that run side by side, each in a process of its own. One that ends is started again, and the others go on. None outlives
 * this process.
 */
public final class Stack
        implements Closeable
{
    private final Http http = new Http();
    private final List<Supervisor> supervisors;
    private final Backoff backoff;
    private final Consumer<String> console;
    private final Consumer<List<ProgramState>> changed;
    private final CountDownLatch stopped = new CountDownLatch(1);
    // guarded by this
    private boolean stopping;
    private final Thread stopAtExit = Thread.ofPlatform().unstarted(this::stop);

    // visible for testing
    Stack(List<Program> programs, Backoff backoff, Consumer<String> console, Consumer<List<ProgramState>> changed)
    {
        this.backoff = requireNonNull(backoff, "backoff is null");
        this.console = requireNonNull(console, "console is null");
        this.changed = requireNonNull(changed, "changed is null");
        supervisors = new CopyOnWriteArrayList<>(programs.stream().map(this::supervisor).toList());
    }

    private Supervisor supervisor(Program program)
    {
        return new Supervisor(program, backoff, http, InstantSource.system(), console, this::tell);
    }

    /**
     * Tells one state at a time, so that the last one told is the newest.
     */
    private synchronized void tell()
    {
        changed.accept(states());
    }

    /**
     * Starts all programs at the same time and returns at once.
     *
     * @param console is told at once when a program ended and when it is back
     * @param changed is told the state of all programs after each change, from any thread
     */
    public static Stack start(List<Program> programs, Consumer<String> console, Consumer<List<ProgramState>> changed)
    {
        Stack stack = new Stack(programs, Backoff.DEFAULT, console, changed);
        stack.start();
        return stack;
    }

    void start()
    {
        try {
            Runtime.getRuntime().addShutdownHook(stopAtExit);
        }
        catch (IllegalStateException e) {
            throw new CommandException("Cannot start IceGate: it is being stopped", e);
        }
        supervisors.forEach(Supervisor::start);
    }

    /**
     * Adds a program as soon as it is wanted, and looks for that in a thread of its own.
     *
     * @param wanted may block, and fail, which means not yet
     * @param interval between two looks
     */
    public void addWhen(Program program, BooleanSupplier wanted, Duration interval)
    {
        Thread.ofVirtual().name("waiting for " + program.name()).start(() -> {
            try {
                while (!isWanted(wanted)) {
                    if (stopped.await(interval.toMillis(), MILLISECONDS)) {
                        return;
                    }
                }
                add(program);
            }
            catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        });
    }

    private static boolean isWanted(BooleanSupplier wanted)
    {
        try {
            return wanted.getAsBoolean();
        }
        catch (RuntimeException _) {
            return false; // the store is away: the other programs tell it
        }
    }

    private void add(Program program)
    {
        Supervisor added = supervisor(program);
        synchronized (this) {
            if (stopping) {
                return;
            }
            supervisors.add(added);
            added.start();
        }
        added.ready().whenComplete((_, failure) -> console.accept(failure == null ? "%s is ready".formatted(program.name()) : String.valueOf(failure.getMessage())));
    }

    /**
     * Waits until every program was ready once.
     *
     * @throws CommandException as soon as one of them cannot run
     */
    public void awaitReady()
            throws InterruptedException
    {
        CompletableFuture<Void> ready = new CompletableFuture<>();
        for (Supervisor supervisor : supervisors) {
            supervisor.ready().exceptionally(failure -> {
                ready.completeExceptionally(failure);
                return null;
            });
        }
        CompletableFuture.allOf(supervisors.stream().map(Supervisor::ready).toArray(CompletableFuture[]::new)).thenRun(() -> ready.complete(null));
        try {
            ready.get();
        }
        catch (ExecutionException e) {
            throw e.getCause() instanceof CommandException failure ? failure : new CommandException("Cannot start IceGate: " + e.getCause(), e);
        }
    }

    /**
     * Waits until the stack is stopped. It stops only when it is asked to.
     */
    public void awaitStop()
            throws InterruptedException
    {
        stopped.await();
    }

    /**
     * Returns the states of the programs, in their order.
     */
    public List<ProgramState> states()
    {
        return supervisors.stream().map(Supervisor::state).toList();
    }

    /**
     * The process of a program; empty while it has none.
     */
    public Optional<ProcessHandle> process(String name)
    {
        return supervisors.stream()
                .filter(supervisor -> supervisor.state().name().equals(name))
                .findFirst()
                .flatMap(Supervisor::child)
                .map(ChildProcess::handle)
                .filter(ProcessHandle::isAlive);
    }

    /**
     * Fails when one of the programs has ended since it was started.
     */
    public void requireUninterrupted()
    {
        for (ProgramState state : states()) {
            state.lastEnd().ifPresent(end -> {
                throw new CommandException(end.reason());
            });
        }
    }

    @Override
    public void close()
    {
        stop();
        try {
            Runtime.getRuntime().removeShutdownHook(stopAtExit);
        }
        catch (IllegalStateException _) {
            // the process is ending: the hook runs, and finds everything stopped
        }
    }

    private void stop()
    {
        synchronized (this) {
            stopping = true;
        }
        supervisors.forEach(Supervisor::requestStop);
        supervisors.forEach(Supervisor::stop);
        http.close();
        stopped.countDown();
    }
}
