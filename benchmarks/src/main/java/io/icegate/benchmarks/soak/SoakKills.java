package io.icegate.benchmarks.soak;

import io.icegate.standalone.process.MaintenanceProcess;
import io.icegate.standalone.process.ReceiverProcess;
import io.icegate.standalone.process.Stack;
import io.icegate.standalone.process.TrinoProcess;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

import static java.util.Objects.requireNonNull;

/**
 * Kills one program after the other, as kill -9 does. The stack starts them again.
 */
final class SoakKills
{
    static final Map<String, String> PROGRAMS = Map.of(
            "receiver", ReceiverProcess.NAME,
            "trino", TrinoProcess.NAME,
            "maintenance", MaintenanceProcess.NAME);
    private static final Duration STEP = Duration.ofMillis(200);

    private final Stack stack;
    private final SoakSettings settings;
    private final Consumer<String> killed;
    private final List<String> done = new ArrayList<>();

    /**
     * @param killed is told each time
     */
    SoakKills(Stack stack, SoakSettings settings, Consumer<String> killed)
    {
        this.stack = requireNonNull(stack, "stack is null");
        this.settings = requireNonNull(settings, "settings is null");
        this.killed = requireNonNull(killed, "killed is null");
    }

    static String shortName(String program)
    {
        return PROGRAMS.entrySet().stream().filter(entry -> entry.getValue().equals(program)).map(Map.Entry::getKey).findFirst().orElseThrow();
    }

    /**
     * Short names of what was killed, in order.
     */
    synchronized List<String> done()
    {
        return List.copyOf(done);
    }

    void run(BooleanSupplier goesOn)
            throws InterruptedException
    {
        if (settings.killEvery().isZero() || settings.kills().isEmpty()) {
            return;
        }
        for (int turn = 0; goesOn.getAsBoolean(); turn++) {
            long due = System.nanoTime() + settings.killEvery().toNanos();
            while (goesOn.getAsBoolean() && System.nanoTime() - due < 0) {
                Thread.sleep(STEP);
            }
            if (goesOn.getAsBoolean()) {
                kill(settings.kills().get(turn % settings.kills().size()));
            }
        }
    }

    private void kill(String name)
    {
        stack.process(requireNonNull(PROGRAMS.get(name), "no such program")).filter(ProcessHandle::destroyForcibly).ifPresent(_ -> {
            synchronized (this) {
                done.add(name);
            }
            killed.accept(name);
        });
    }
}
