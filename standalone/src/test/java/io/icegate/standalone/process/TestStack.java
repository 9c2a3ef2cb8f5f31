package io.icegate.standalone.process;

import io.icegate.standalone.console.CommandException;
import io.icegate.standalone.process.ProgramState.Phase;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

@Timeout(value = 3, unit = TimeUnit.MINUTES) // a stack that never gets ready
final class TestStack
{
    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final Backoff SHORT = new Backoff(Duration.ofMillis(1), Duration.ofMillis(4), Duration.ofHours(1));
    private static final Backoff LONG = new Backoff(Duration.ofHours(1), Duration.ofHours(1), Duration.ofHours(1));

    @TempDir
    private Path folder = Path.of("");

    private final Queue<String> console = new ConcurrentLinkedQueue<>();

    /**
     * A program that decides to end before it was ready cannot run as it is configured. Which one it is does not matter.
     */
    @Test
    void testProgramThatCannotStart()
            throws Exception
    {
        for (List<Program> programs : List.of(
                List.of(program("broken", "echo Cannot do it; exit 3"), program("good", ready("good"))),
                List.of(program("good", ready("good")), program("broken", "echo Cannot do it; exit 4")))) {
            // 3 is what a JVM ends with that has no memory left, 4 is an exit code as any other
            try (Stack stack = stack(programs, SHORT)) {
                assertThatThrownBy(stack::awaitReady)
                        .isInstanceOf(CommandException.class)
                        .hasMessageMatching("(?s)Cannot start broken: it ended with exit code (3 \\(out of memory\\)|4); it says: Cannot do it \\(log: .*");
            }
        }
        assertThat(starts("broken")).isEqualTo(Supervisor.FIRST_ATTEMPTS_MAX + 1);
    }

    @Test
    void testProgramThatIsKilledIsStartedAgain()
            throws Exception
    {
        try (Stack stack = stack(List.of(program("victim", ready("victim")), program("other", ready("other"))), SHORT)) {
            stack.awaitReady();
            for (int killed = 1; killed <= 3; killed++) {
                int restarts = killed;
                ProcessHandle.of(pid("victim")).orElseThrow().destroyForcibly();
                await(() -> stack.states().getFirst().restarts() == restarts && stack.states().getFirst().phase() == Phase.READY);
            }
            ProgramState victim = stack.states().getFirst();
            assertThat(victim.lastEnd().orElseThrow().reason()).startsWith("victim ended: exit code 137 (killed; ").endsWith(" (log: %s)".formatted(folder.resolve("victim.log")));
            assertThat(stack.states().getLast()).isEqualTo(new ProgramState("other", Phase.READY, 0, Optional.empty()));
            assertThat(starts("victim")).isEqualTo(4);
            assertThat(starts("other")).isOne();
            assertThat(console).hasSize(6).anySatisfy(line -> assertThat(line).endsWith("; starting it again in 1 s")).contains("victim is ready again");
            assertThatThrownBy(stack::requireUninterrupted).isInstanceOf(CommandException.class).hasMessageStartingWith("victim ended: ");
        }
        assertThat(ProcessHandle.of(pid("victim")).filter(ProcessHandle::isAlive)).isEmpty();
        assertThat(ProcessHandle.of(pid("other")).filter(ProcessHandle::isAlive)).isEmpty();
    }

    /**
     * A program that ran is started again whatever it says, and the reason changes with it.
     */
    @Test
    void testProgramThatGivesUpLaterIsStartedAgain()
            throws Exception
    {
        String script = "if [ $(wc -l < starts-moody) -gt 1 ]; then %s; else %s; fi".formatted(ready("moody"), "touch ready-moody; sleep 1; echo java.lang.OutOfMemoryError: heap; exit 3");
        try (Stack stack = stack(List.of(program("moody", script)), SHORT)) {
            stack.awaitReady();
            await(() -> stack.states().getFirst().restarts() == 1 && stack.states().getFirst().phase() == Phase.READY);
            assertThat(stack.states().getFirst().lastEnd().orElseThrow().reason())
                    .startsWith("moody ended: exit code 3 (out of memory); it says: java.lang.OutOfMemoryError: heap (log: ");
        }
    }

    /**
     * A look that fails is one that found nothing.
     */
    @Test
    void testProgramThatIsWantedLater()
            throws Exception
    {
        AtomicInteger looks = new AtomicInteger();
        try (Stack stack = stack(List.of(program("first", ready("first"))), SHORT)) {
            stack.addWhen(program("later", ready("later")), () -> {
                if (looks.incrementAndGet() < 3) {
                    throw new IllegalStateException("the store is away");
                }
                return looks.get() > 3;
            }, Duration.ofMillis(1));
            stack.awaitReady();
            await(() -> stack.states().size() == 2 && stack.states().getLast().phase() == Phase.READY);
            await(() -> console.contains("later is ready"));
            stack.addWhen(program("never", ready("never")), () -> false, Duration.ofMillis(1));
        }
        assertThat(looks).hasValue(4);
        assertThat(starts("later")).isOne();
        assertThat(ProcessHandle.of(pid("later")).filter(ProcessHandle::isAlive)).isEmpty();
        assertThat(folder.resolve("starts-never")).doesNotExist();
    }

    @Test
    void testStopDuringPause()
            throws Exception
    {
        try (Stack stack = stack(List.of(program("victim", ready("victim"))), LONG)) {
            stack.awaitReady();
            ProcessHandle.of(pid("victim")).orElseThrow().destroyForcibly();
            await(() -> stack.states().getFirst().phase() == Phase.PAUSING);
            stack.close();
            stack.awaitStop();
        }
        assertThat(starts("victim")).isOne();
    }

    /**
     * That a state cannot be told must not cost the program its supervisor.
     */
    @Test
    void testStateThatCannotBeTold()
            throws Exception
    {
        AtomicInteger told = new AtomicInteger();
        Stack stack = new Stack(List.of(program("victim", ready("victim"))), SHORT, console::add, _ -> {
            told.incrementAndGet();
            throw new CommandException("Cannot write: no space left");
        });
        try (stack) {
            stack.start();
            stack.awaitReady();
            ProcessHandle.of(pid("victim")).orElseThrow().destroyForcibly();
            await(() -> stack.states().getFirst().restarts() == 1 && stack.states().getFirst().phase() == Phase.READY);
        }
        assertThat(told).hasPositiveValue();
        assertThat(console).contains("Cannot write: no space left");
    }

    @Test
    void testBackoff()
    {
        Backoff backoff = new Backoff(Duration.ofSeconds(1), Duration.ofSeconds(60), Duration.ofMinutes(5));
        assertThat(Stream.of(1, 2, 3, 6, 7, 8, Integer.MAX_VALUE).map(backoff::pause).map(Duration::toSeconds)).containsExactly(1L, 2L, 4L, 32L, 60L, 60L, 60L);
        assertThat(backoff.ranWell(Duration.ofMinutes(5))).isTrue();
        assertThat(backoff.ranWell(Duration.ofMinutes(5).minusNanos(1))).isFalse();
        assertThat(Backoff.DEFAULT.ranWell(Duration.ofSeconds(30))).as("killed each minute, and not ready at once").isTrue();
        assertThat(Backoff.DEFAULT.ranWell(Duration.ofSeconds(10))).as("ends again and again").isFalse();
    }

    private Stack stack(List<Program> programs, Backoff backoff)
    {
        Stack stack = new Stack(programs, backoff, console::add, _ -> {});
        stack.start();
        return stack;
    }

    /**
     * A program of the shell that notes each of its starts. It is ready when it says so by a file.
     */
    private Program program(String name, String script)
    {
        Path ready = folder.resolve("ready-" + name);
        return new Program(
                name,
                () -> {
                    try {
                        Files.deleteIfExists(ready);
                    }
                    catch (IOException e) {
                        throw new CommandException("Cannot prepare: " + e, e);
                    }
                    String noted = "echo $$ >> starts-%s; %s".formatted(name, script);
                    return ChildProcess.start(name, List.of("sh", "-c", noted), Map.of(), folder, folder.resolve(name + ".log"));
                },
                _ -> Files.exists(ready));
    }

    /**
     * A script that is ready and ends with its input, as every child does.
     */
    private static String ready(String name)
    {
        return "echo hello from %1$s; touch ready-%1$s; read nothing".formatted(name);
    }

    private int starts(String name)
            throws IOException
    {
        return Files.readAllLines(folder.resolve("starts-" + name)).size();
    }

    private long pid(String name)
            throws IOException
    {
        return Long.parseLong(Files.readAllLines(folder.resolve("starts-" + name)).getLast());
    }

    private static void await(BooleanSupplier condition)
    {
        long deadline = System.nanoTime() + LIMIT.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            LockSupport.parkNanos(Duration.ofMillis(5).toNanos());
        }
    }
}
