package io.icegate.standalone;

import io.icegate.standalone.process.Program;
import io.icegate.standalone.process.Stack;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * Runs programs in the foreground until they are told to stop, and tells other commands how they fare.
 */
final class Foreground
{
    private Foreground() {}

    /**
     * A program that is started when it is wanted.
     *
     * @param wanted may ask the store
     * @param interval between two looks
     */
    record Later(Program program, BooleanSupplier wanted, Duration interval) {}

    /**
     * @param folder the command holds it; see {@link DataFolder}
     * @param greeting is printed when every program is ready
     */
    static int run(DataFolder folder, List<Program> programs, Running running, String greeting)
            throws InterruptedException, IOException
    {
        return run(folder, programs, Optional.empty(), running, greeting);
    }

    /**
     * As above.
     *
     * @param later is waited for by nobody
     */
    static int run(DataFolder folder, List<Program> programs, Optional<Later> later, Running running, String greeting)
            throws InterruptedException, IOException
    {
        Path path = folder.path();
        try (Stack stack = Stack.start(programs, line -> System.out.println("icegate: " + line), states -> running.with(states).write(path))) {
            stack.awaitReady();
            running.with(stack.states()).write(path);
            System.out.println(greeting);
            later.ifPresent(each -> stack.addWhen(each.program(), each.wanted(), each.interval()));
            stack.awaitStop();
            return 0;
        }
        finally {
            Files.deleteIfExists(Running.file(path));
        }
    }
}
