package io.icegate.standalone.process;

import io.icegate.standalone.CommandException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

final class TestStack
{
    @TempDir
    private Path folder = Path.of("");

    /**
     * Whenever it is noticed that a program ended, it is a program that cannot start as long as it was not ready.
     */
    @Test
    void testReceiverEndsBeforeItIsReady()
    {
        ChildProcess receiver = sh("the receiver", "echo Cannot do it; exit 3");
        receiver.end().join();
        assertCannotStart(receiver, sh("Trino", "read nothing"), "Cannot start the receiver: it ended with exit code 3; it says: Cannot do it (log: ");
    }

    @Test
    void testTrinoEndsBeforeItIsReady()
    {
        ChildProcess trino = sh("Trino", "echo Cannot do it; exit 3");
        trino.end().join();
        assertCannotStart(sh("the receiver", "read nothing"), trino, "Cannot start Trino: it ended with exit code 3; it says: Cannot do it (log: ");
    }

    private void assertCannotStart(ChildProcess receiver, ChildProcess trino, String message)
    {
        List<Integer> ports = Ports.free(3);
        StackSettings settings = new StackSettings(folder, "file:" + folder, ports.get(0), ports.get(1), ports.get(2), Map.of());
        try (Stack stack = new Stack(settings, receiver, trino)) {
            assertThatThrownBy(stack::awaitReady).isInstanceOf(CommandException.class).hasMessageStartingWith(message);
        }
    }

    /**
     * A program that ends with its input, as every child does.
     */
    private ChildProcess sh(String name, String script)
    {
        return ChildProcess.start(name, List.of("sh", "-c", script), Map.of(), folder, folder.resolve(name + ".log"));
    }
}
