package io.icegate.standalone.process;

import io.icegate.standalone.console.CommandException;

import java.io.Closeable;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;

import static java.util.Objects.requireNonNull;

/**
 * Programs that run side by side, each in a process of its own. One that ends is started again, and the others go on. None outlives
 * this process.
 */
public final class Stack
        implements Closeable
{
    private final Http http = new Http();
    private final List<Supervisor> supervisors;
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final Thread stopAtExit = Thread.ofPlatform().unstarted(this::stop);

    // visible for testing
    Stack(List<Program> programs, Backoff backoff, Consumer<String> console, Consumer<List<ProgramState>> changed)
    {
        requireNonNull(console, "console is null");
        requireNonNull(changed, "changed is null");
        supervisors = programs.stream()
                .map(program -> new Supervisor(program, backoff, http, InstantSource.system(), console, () -> tell(changed)))
                .toList();
    }

    /**
     * Tells one state at a time, so that the last one told is the newest.
     */
    private synchronized void tell(Consumer<List<ProgramState>> changed)
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
        supervisors.forEach(Supervisor::requestStop);
        supervisors.forEach(Supervisor::stop);
        http.close();
        stopped.countDown();
    }
}
